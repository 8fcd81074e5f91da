"""The plan that the user has: what it costs, how it goes on, and what may be done about it."""

import reflex as rx

from assistant.components.billing_buttons import button
from assistant.components.page_frame import Words, section
from assistant.services.tiers import FREE
from assistant.state.billing import BillingState

CONFIRMING = (
    "Your payment is being confirmed. This page will say when it is done; nothing else is needed "
    "from you, and you may go on meanwhile."
)
AWAY = (
    "Stripe, which takes the payments, is not answering: invoices and the next amount are "
    "missing here. Your plan stays as it is."
)
OFF = (
    "Billing is off: nothing is sold on this server, and nothing is to be paid. Everyone has this "
    "plan, which whoever runs the server has set."
)


def news() -> rx.Component:
    """What has just happened, what is still to come, and what has failed."""
    return rx.el.div(
        rx.el.div(
            rx.cond(BillingState.confirm_url, _confirm(), _said()),
            rx.cond(BillingState.confirming, rx.el.p(CONFIRMING, class_name="said-so waits")),
            role="status",
            data_testid="billing-news",
        ),
        rx.cond(
            BillingState.back,
            rx.el.p(
                rx.el.a(
                    rx.cond(
                        BillingState.back.startswith("/chat/"),
                        "Back to your conversation",
                        "Back to what you wrote",
                    ),
                    href=BillingState.back,
                    class_name=rx.cond(BillingState.said, "button primary", "button"),
                    data_testid="way-back",
                )
            ),
        ),
        rx.cond(BillingState.offer.tier_id == "", _failure()),
        rx.cond(BillingState.trouble, _trouble()),
        class_name="news",
    )


def _said() -> rx.Component:
    return rx.cond(BillingState.said, rx.el.p(BillingState.said, class_name="said-so"))


def _confirm() -> rx.Component:
    link = _to_stripe("Confirm the payment", BillingState.confirm_url, "button primary")
    return rx.el.div(rx.el.p(BillingState.said), link, class_name="said-so asks")


def _to_stripe(label: str, address: Words, look: str = "button") -> rx.Component:
    """A link to a page of Stripe's that leads back to nowhere, so it opens beside ours."""
    return rx.el.a(label, href=address, target="_blank", rel="noopener noreferrer", class_name=look)


def _failure() -> rx.Component:
    again = button("Try again", "Trying …", BillingState.look)
    told = rx.el.div(rx.el.p(BillingState.failure), again, class_name="error", role="alert")
    return rx.cond(BillingState.failure, told)


def plan_section() -> rx.Component:
    """The section; it holds its room until it is known how things stand."""
    return section(
        "Your plan",
        "",
        rx.el.div(
            _figure(BillingState.plan, BillingState.price),
            rx.cond(BillingState.next_amount, _next()),
            class_name="figures",
        ),
        rx.cond(BillingState.away, rx.el.p(AWAY, class_name="notice")),
        rx.el.p(
            rx.cond(
                BillingState.ready, rx.cond(BillingState.on, BillingState.standing, OFF), "\u00a0"
            ),
            class_name="standing",
            data_testid="standing",
        ),
        rx.cond(BillingState.has_paid, _acts()),
    )


def _next() -> rx.Component:
    return _figure(BillingState.next_amount, "next invoice, on " + BillingState.next_day)


def _figure(said: Words, about: Words) -> rx.Component:
    told = rx.cond(BillingState.ready, said, "\u00a0")
    return rx.el.div(rx.el.strong(told), rx.el.small(rx.cond(BillingState.ready, about, "\u00a0")))


def _trouble() -> rx.Component:
    pay = _to_stripe("Pay the invoice", BillingState.pay_url)
    return rx.el.div(
        rx.el.p(BillingState.trouble),
        rx.cond(BillingState.pay_url, pay),
        role="alert",
        class_name="notice trouble",
        data_testid="trouble",
    )


def _acts() -> rx.Component:
    seats = button(
        "Change seats",
        "Asking Stripe …",
        BillingState.consider(BillingState.mine, BillingState.seats + 1),
    )
    return rx.el.div(
        rx.cond(
            BillingState.may_resume,
            button("Keep the plan", "Keeping it …", BillingState.resume, look="button primary"),
        ),
        button("Manage payment", "Opening Stripe …", BillingState.manage),
        rx.cond(BillingState.has_seats, seats),
        rx.cond(
            BillingState.may_cancel,
            button(
                "Cancel the plan",
                "Asking Stripe …",
                BillingState.consider(FREE.id, 1),
                look="button danger",
            ),
        ),
        class_name="acts",
    )
