"""The usage: this month's messages and cost, against what the plan allows."""

import reflex as rx

from assistant.components.page_frame import page_frame
from assistant.components.usage_month import usage_month
from assistant.components.usage_tables import usage_tables
from assistant.state.usage import UsageState


def usage() -> rx.Component:
    """The page."""
    return page_frame(
        "Usage",
        "What your messages have cost this month, with titles and summaries.",
        rx.el.p(rx.el.a("Your plan and billing", href="/billing", class_name="link")),
        rx.el.div(usage_month(), usage_tables(), class_name="usage"),
    )


PAGES = (
    {
        "component": usage,
        "route": "/usage",
        "title": "Usage · Assistant",
        "on_load": [UsageState.load],
    },
)
