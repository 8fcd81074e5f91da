"""The operator's page: users, money, models and notices. For everybody else there is nothing."""

import reflex as rx

from assistant.components.oversight import figures, tables
from assistant.components.page_frame import page_frame
from assistant.pages.not_found import not_found
from assistant.state.admin import AdminState


def admin() -> rx.Component:
    """The page; whoever the guard sends away comes here, too, because it draws what it finds.

    So it is empty until it is known who looks, or that this cannot be known now.
    """
    return rx.cond(
        AdminState.is_missing,
        not_found(),
        rx.cond(
            AdminState.ready | (AdminState.problem != ""),
            _page(),
            rx.el.main(class_name="main framed", aria_busy="true"),
        ),
    )


def _page() -> rx.Component:
    return page_frame(
        "Operator",
        "How things stand with everybody: sums, ids and times. What people write, and what "
        "they are called, is not to be seen here.",
        rx.el.div(figures(), tables(), class_name="usage admin"),
        still=True,
    )


PAGES = (
    {
        "component": admin,
        "route": "/admin",
        "title": "Assistant",
        "on_load": [AdminState.load],
    },
)
