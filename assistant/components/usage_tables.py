"""What fell to each model, vendor, purpose and conversation, and at last to each request."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import section
from assistant.components.usage_charts import shares_chart
from assistant.components.usage_requests import usage_requests
from assistant.state.usage import UsageRow, UsageState


def usage_tables() -> rx.Component:
    """The sections, in order."""
    return rx.fragment(
        _shares("By model", "Model", UsageState.models),
        _shares("By vendor", "Vendor", UsageState.providers),
        _shares("By purpose", "Purpose", UsageState.purposes),
        section(
            "Conversations",
            "Those that cost most this month.",
            _table("Conversation", UsageState.conversations, has_tokens=False),
        ),
        section(
            "Requests",
            "Each request to a model, also those that failed or nobody saw. The time leads to the "
            "message that it was made for.",
            usage_requests(),
        ),
    )


def _shares(title: str, of: str, rows: Any) -> rx.Component:  # noqa: ANN401
    return section(title, "", shares_chart(rows), _table(of, rows))


def _table(of: str, rows: Any, *, has_tokens: bool = True) -> rx.Component:  # noqa: ANN401
    heads = [of, "Requests", *(["Tokens"] if has_tokens else []), "Cost"]
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in heads))),
        rx.el.tbody(rx.foreach(rows, lambda row: _row(row, has_tokens))),
        class_name="table",
    )
    none = rx.el.p("Nothing yet this month.", class_name="empty")
    return rx.cond(UsageState.ready & (rows.length() == 0), none, table)


def _row(row: rx.Var[UsageRow], has_tokens: bool) -> rx.Component:  # noqa: FBT001
    name = rx.cond(row.href, rx.el.a(row.name, href=row.href), row.name)
    tokens = [rx.el.td(row.tokens)] if has_tokens else []
    return rx.el.tr(
        rx.el.th(name, scope="row"), rx.el.td(row.requests), *tokens, rx.el.td(row.cost)
    )
