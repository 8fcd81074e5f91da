"""What stands around every page of a signed-in user: the sidebar, its news, what goes by itself."""

import reflex as rx

from assistant.components.feed import feed
from assistant.components.session_ended import session_ended
from assistant.components.shell import payment_due, shell, toast
from assistant.components.sidebar import sidebar
from assistant.components.theme import kept_theme
from assistant.state.base import BaseState
from assistant.state.chat import ChatState
from assistant.state.sidebar import SidebarState

UNDO_SECONDS = 8
PROBLEM_SECONDS = 10


def app_frame(main: rx.Component) -> rx.Component:
    """The sidebar with its live list, and beside it the main part."""
    return rx.fragment(
        kept_theme(theme=SidebarState.theme, since=SidebarState.theme_since),
        shell(
            sidebar(),
            rx.el.div(payment_due(text=SidebarState.payment_due), main, class_name="beside"),
        ),
        feed(
            told=(SidebarState.name != "") & (ChatState.models.length() > 0),
            deleted=SidebarState.undo_id,
            on_ready=SidebarState.arrive,
            on_change=SidebarState.refresh,
        ),
        session_ended(told=BaseState.signed_out),
        _toasts(),
    )


def _toasts() -> rx.Component:
    return rx.fragment(
        toast(
            text=rx.cond(SidebarState.undo_id, "Deleted “" + SidebarState.undo_title + "”.", ""),
            action="Undo",
            seconds=UNDO_SECONDS,
            on_action=SidebarState.undo_delete,
            on_close=SidebarState.dismiss_undo,
        ),
        toast(
            text=SidebarState.problem,
            seconds=PROBLEM_SECONDS,
            on_close=SidebarState.dismiss_problem,
        ),
    )
