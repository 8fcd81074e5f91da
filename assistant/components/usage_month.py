"""The month so far: messages against the plan, cost, where it leads, and each day as a bar."""

import reflex as rx

from assistant.components.page_frame import Words, section
from assistant.components.usage_charts import days_chart
from assistant.state.usage import UsageState


def usage_month() -> rx.Component:
    """The section; it holds its room while the numbers are read."""
    return section(
        "This month",
        "",
        rx.el.div(_messages(), _cost(), _renewal(), class_name="figures"),
        days_chart(),
    )


def _messages() -> rx.Component:
    meter = rx.el.meter(
        value=UsageState.messages,
        min=0,
        max=UsageState.messages_cap,
        high=UsageState.messages_cap * 0.8,
        aria_label="Messages of this month",
    )
    return _figure(UsageState.messages_said, "in the " + UsageState.plan + " plan", meter)


def _cost() -> rx.Component:
    return _figure(UsageState.cost_said, "spent on models")


def _renewal() -> rx.Component:
    pace = rx.cond(UsageState.forecast_said, "; at this pace, " + UsageState.forecast_said, "")
    return _figure(UsageState.renews_said, "begins the next month" + pace)


def _figure(said: Words, about: Words, *more: rx.Component) -> rx.Component:
    told = rx.cond(UsageState.ready, said, "\u00a0")
    return rx.el.div(
        rx.el.strong(told), rx.el.small(rx.cond(UsageState.ready, about, "\u00a0")), *more
    )
