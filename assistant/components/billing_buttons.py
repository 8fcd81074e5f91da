"""What is pressed on the page of billing, and what watches over it."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script
from assistant.services.stripe_prices import SEATS
from assistant.state.billing import BillingState


class WaitingButton(rx.Component):
    """Wraps waiting_button.jsx. look: its classes. name: for who does not see its surroundings."""

    library = script("waiting_button.jsx")
    tag = "WaitingButton"

    label: rx.Var[str]
    waiting_label: rx.Var[str]
    answer: rx.Var[int]
    look: rx.Var[str]
    name: rx.Var[str]
    test_id: rx.Var[str]
    on_press: rx.EventHandler[rx.event.no_args_event_spec]


class BillingWatch(rx.Component):
    """Wraps billing_watch.jsx, which shows nothing."""

    library = script("billing_watch.jsx")
    tag = "BillingWatch"

    waiting: rx.Var[bool]
    settled: rx.Var[bool]
    news: rx.Var[str]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]


class BillingChange(rx.Component):
    """Wraps billing_change.jsx: a change, spelled out. on_seats: gets how many."""

    library = script("billing_change.jsx")
    tag = "BillingChange"

    offer: rx.Var[Any]
    answer: rx.Var[int]
    failure: rx.Var[str]
    most_seats: rx.Var[int]
    on_seats: rx.EventHandler[rx.event.passthrough_event_spec(int)]
    on_agree: rx.EventHandler[rx.event.no_args_event_spec]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


def button(label: Any, waiting: str, on_press: Any, **given: Any) -> rx.Component:  # noqa: ANN401
    """A button that says what goes on until the server has answered."""
    return WaitingButton.create(
        label=label,
        waiting_label=waiting,
        answer=BillingState.answer,
        on_press=on_press,
        **given,
    )


def watch() -> rx.Component:
    """Looks again by itself while a payment is being confirmed."""
    return BillingWatch.create(
        waiting=BillingState.confirming | (BillingState.confirm_url != ""),
        settled=BillingState.said != "",
        news=rx.cond(BillingState.offer.tier_id, "", BillingState.said + BillingState.failure),
        on_look=BillingState.watch,
    )


def change() -> rx.Component:
    """The dialog that spells out what a change will bring about."""
    return BillingChange.create(
        offer=BillingState.offer,
        answer=BillingState.answer,
        failure=BillingState.failure,
        most_seats=SEATS,
        on_seats=lambda count: BillingState.consider(BillingState.offer.tier_id, count),
        on_agree=BillingState.agree,
        on_close=BillingState.reconsider,
    )
