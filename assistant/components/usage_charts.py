"""Bars of what was spent: on each day, and on each model, vendor or purpose."""

from typing import Any

import reflex as rx

from assistant.state.usage import UsageState

HEIGHT = 220  # pixels
ROW, AXIS, NAMES = 40, 40, 140  # pixels: of one bar that lies, of the amounts, of what it is of
HUSHED = {"tick_line": False, "stroke": "var(--muted)"}
UNFOCUSED = {"accessibilityLayer": False}  # hidden from screen readers: the tables say it all
FREE = "Nothing has cost anything this month. Once something does, each day has a bar here."


def days_chart() -> rx.Component:
    """A bar for each day of the month so far; a sentence while there is nothing to draw."""
    chart = rx.recharts.bar_chart(
        _bars(48),
        rx.recharts.x_axis(data_key="day", **HUSHED),
        rx.recharts.y_axis(width=48, unit="¢", **HUSHED),
        _told(),
        data=UsageState.days,
        height=HEIGHT,
        width="100%",
        custom_attrs=UNFOCUSED,
    )
    is_free = UsageState.ready & ~UsageState.has_cost
    drawn = _framed("days", rx.cond(UsageState.ready, chart))
    return rx.cond(is_free, rx.el.p(FREE, class_name="empty"), drawn)


def shares_chart(rows: Any) -> rx.Component:  # noqa: ANN401  (a list of the state)
    """A bar for each row, the longest first; nothing where none cost. The table says them."""
    chart = rx.recharts.bar_chart(
        _bars(20),
        rx.recharts.x_axis(type_="number", unit="¢", **HUSHED),
        rx.recharts.y_axis(data_key="name", type_="category", width=NAMES, **HUSHED),
        _told(),
        data=rows.to(list[dict[str, Any]]),
        layout="vertical",
        height=rows.length() * ROW + AXIS,
        width="100%",
        custom_attrs=UNFOCUSED,
    )
    return rx.cond(UsageState.has_cost & (rows.length() > 0), _framed("shares", chart))


def _bars(widest: int) -> rx.Component:
    return rx.recharts.bar(
        data_key="cents",
        name="US cents",
        fill="var(--accent)",
        is_animation_active=False,
        max_bar_size=widest,
    )


def _told() -> rx.Component:
    return rx.recharts.graphing_tooltip(is_animation_active=False)


def _framed(of: str, chart: rx.Component) -> rx.Component:
    return rx.el.div(chart, class_name=f"chart {of}", aria_hidden="true")
