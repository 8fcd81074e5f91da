"""The billing: the plan, what it costs, what can be had instead, and the invoices."""

import reflex as rx

from assistant.components.billing_buttons import change, watch
from assistant.components.billing_invoices import invoices_section
from assistant.components.billing_plan import news, plan_section
from assistant.components.billing_plans import plans_section
from assistant.components.billing_seats import seats_section
from assistant.components.page_frame import page_frame
from assistant.state.billing import BillingState


def billing() -> rx.Component:
    """The page."""
    return page_frame(
        "Billing",
        "Your plan, what it costs, and what you may change about it at any time.",
        rx.el.div(
            watch(),
            news(),
            plan_section(),
            seats_section(),
            plans_section(),
            rx.cond(BillingState.on, invoices_section()),
            change(),
            class_name="billing",
        ),
    )


PAGES = (
    {
        "component": billing,
        "route": "/billing",
        "title": "Billing · Assistant",
        "on_load": [BillingState.load],
    },
)
