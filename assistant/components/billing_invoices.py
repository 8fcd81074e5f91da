"""The invoices, each with its PDF."""

import reflex as rx

from assistant.components.page_frame import section
from assistant.state.billing import BillingState
from assistant.state.billing_words import Row

NONE = "None yet. After the first payment each invoice stands here, with its PDF."


def invoices_section() -> rx.Component:
    """The section."""
    heads = ("Invoice", "Date", "Amount", "State")
    table = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                *(rx.el.th(head, scope="col") for head in heads),
                rx.el.th(rx.el.span("Files", class_name="unseen"), scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(BillingState.invoices, _row)),
        class_name="table",
    )
    return section(
        "Invoices",
        "",
        rx.cond(
            BillingState.invoices.length() > 0,
            table,
            rx.cond(BillingState.ready & ~BillingState.away, rx.el.p(NONE, class_name="empty")),
        ),
    )


def _row(row: rx.Var[Row]) -> rx.Component:
    def cell(name: str, *inside: rx.Component | rx.Var[str]) -> rx.Component:
        return rx.el.td(*inside, custom_attrs={"data-label": name})

    state = rx.el.span(row.state, class_name=rx.cond(row.due, "due", ""))
    return rx.el.tr(
        rx.el.th(row.number, scope="row"),
        cell("Date", row.day),
        cell("Amount", row.total),
        cell("State", state),
        cell(
            "",
            rx.el.span(
                _link("Pay", row.pay_url, row),
                _link("PDF", row.pdf_url, row),
                class_name="links",
            ),
        ),
        key=row.number,
        data_testid="invoice",
    )


def _link(words: str, address: rx.Var[str], row: rx.Var[Row]) -> rx.Component:
    link = rx.el.a(
        words,
        href=address,
        target="_blank",
        rel="noopener noreferrer",
        class_name="link",
        aria_label=f"{words} of invoice " + row.number,
    )
    return rx.cond(address, link)
