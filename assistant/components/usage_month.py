"""The month so far: messages against the plan, cost, where it leads, and each day as a bar."""

import reflex as rx

from assistant.components.page_frame import Words, section
from assistant.state.usage import UsageState

HEIGHT = 220  # pixels


def usage_month() -> rx.Component:
    """The section; it holds its room while the numbers are read."""
    return section(
        "This month",
        "",
        rx.el.div(_messages(), _cost(), _renewal(), class_name="figures"),
        rx.el.div(_chart(), class_name="chart", aria_hidden="true"),
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
    words = "until it begins anew; if it goes on like this, " + UsageState.forecast_said
    return _figure(UsageState.renews_said, words)


def _figure(said: Words, about: Words, *more: rx.Component) -> rx.Component:
    told = rx.cond(UsageState.ready, said, "\u00a0")
    return rx.el.div(
        rx.el.strong(told), rx.el.small(rx.cond(UsageState.ready, about, "\u00a0")), *more
    )


def _chart() -> rx.Component:
    chart = rx.recharts.bar_chart(
        rx.recharts.bar(
            data_key="cents",
            name="US cents",
            fill="var(--accent)",
            is_animation_active=False,
            max_bar_size=48,
        ),
        rx.recharts.x_axis(data_key="day", tick_line=False, stroke="var(--muted)"),
        rx.recharts.y_axis(width=48, unit="¢", tick_line=False, stroke="var(--muted)"),
        rx.recharts.graphing_tooltip(is_animation_active=False),
        data=UsageState.days,
        height=HEIGHT,
        width="100%",
    )
    return rx.cond(UsageState.ready, chart)
