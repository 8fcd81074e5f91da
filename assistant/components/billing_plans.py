"""The plans as cards: what each holds and costs, and the way to it."""

import reflex as rx

from assistant.components.billing_buttons import button
from assistant.components.page_frame import section
from assistant.state.billing import BillingState
from assistant.state.billing_cards import Card


def plans_section() -> rx.Component:
    """The section: all plans where something is sold, else what the one holds."""
    return section(
        rx.cond(BillingState.on, "Plans", "What it holds"),
        "",
        rx.el.ul(
            rx.foreach(BillingState.plans, _card),
            class_name="plans",
            data_testid="plans",
        ),
    )


def _card(card: rx.Var[Card]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h3(card.label),
            rx.cond(card.mine & BillingState.on, rx.el.span("Your plan", class_name="mine")),
            class_name="plan-head",
        ),
        rx.cond(
            BillingState.on,
            rx.el.p(rx.el.strong(card.price), " ", rx.el.small(card.per), class_name="price"),
        ),
        rx.el.ul(rx.foreach(card.lines, lambda line: rx.el.li(line))),
        rx.cond(card.note, rx.el.p(card.note, class_name="note")),
        rx.cond(
            card.contact,
            rx.el.a("Write to " + card.contact, href="mailto:" + card.contact, class_name="link"),
        ),
        rx.cond(
            card.action,
            button(
                card.action,
                "One moment …",
                BillingState.consider(card.id, 1),
                look=rx.cond(card.is_next, "button primary", "button"),
            ),
        ),
        class_name=rx.cond(card.mine & BillingState.on, "plan mine-too", "plan"),
        key=card.id,
        data_testid="plan",
    )
