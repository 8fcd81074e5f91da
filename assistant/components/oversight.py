"""What an operator sees of everybody: four figures, and tables of what lies behind them."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import Words, section
from assistant.state.admin import AdminRow, AdminState, Cell

MONEY = ("Revenue so far", "AI cost", "Margin")
PLANS = ("Plan", "Users", "Paid seats", *MONEY)
SPENDERS = ("User", "Plan", "Requests", *MONEY)
TALKS = ("Conversation", "User", "Requests", "AI cost")
MODELS = ("Model", "Vendor", "Here", "Answers", "Failed", "Broke off")
NOTICES = ("Notice", "Kind", "Reason", "Tries", "First came")
LOOKS = ("User", "When")
IDS = ("User", "Conversation", "Notice")


def figures() -> rx.Component:
    """The section; it holds its room while the numbers are read."""
    return section(
        "This month",
        "Counted since the month began (UTC), by the plans and prices of now. Revenue is what "
        "falls to these days of the price of each plan, from the day on which it was first paid.",
        rx.el.div(
            _figure(AdminState.users_said, AdminState.users_about),
            _figure(AdminState.revenue_said, AdminState.revenue_about),
            _figure(AdminState.cost_said, AdminState.cost_about),
            _figure(AdminState.margin_said, "of the revenue is left by the models"),
            class_name="figures",
        ),
    )


def _figure(said: Words, about: Words) -> rx.Component:
    told, words = (rx.cond(AdminState.ready, each, "\u00a0") for each in (said, about))
    return rx.el.div(rx.el.strong(told), rx.el.small(words))


def tables() -> rx.Component:
    """The sections, in order."""
    here = "“Here” is what this worker has met in a row; the numbers are of all workers. "
    return rx.fragment(
        section(
            "Plans",
            "Who has a seat counts with whoever pays for it. What somebody used before their plan "
            "began counts under Free.",
            _table(PLANS, AdminState.plans, "Nobody is here yet."),
        ),
        section(
            "Users who cost most",
            "By the beginning of their id.",
            _table(SPENDERS, AdminState.spenders, "Nobody has asked a model this month."),
        ),
        section(
            "Conversations that cost most",
            "",
            _table(TALKS, AdminState.talks, "No model was asked this month."),
        ),
        section(
            "Models in the last 24 hours",
            "",
            rx.el.p(here + AdminState.worker_said, class_name="sentence"),
            _table(MODELS, AdminState.models, "No model is set up."),
        ),
        section(
            "Notices of Stripe that failed",
            "They are sent again by Stripe, and what never arrives is read there by itself.",
            _table(NOTICES, AdminState.notices, "None has failed."),
        ),
        section(
            "Who has opened this page",
            "Each opening is noted before anything is read.",
            _table(LOOKS, AdminState.looks, "Nobody yet."),
        ),
    )


def _table(heads: tuple[str, ...], rows: Any, none: str) -> rx.Component:  # noqa: ANN401
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in heads))),
        rx.el.tbody(rx.foreach(rows, _row)),
        class_name="table marks" if heads[0] in IDS else "table",
    )
    return rx.cond(
        AdminState.ready & (rows.length() == 0), rx.el.p(none, class_name="empty"), table
    )


def _row(row: rx.Var[AdminRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.name, scope="row"),
        rx.foreach(row.cells, _cell),
        class_name=rx.cond(row.warns, "warns", ""),
    )


def _cell(cell: rx.Var[Cell]) -> rx.Component:
    return rx.el.td(cell.said, custom_attrs={"data-label": cell.label})
