"""The chat page, for a new conversation and for each that exists."""

import reflex as rx

from assistant.components.composer import composer
from assistant.components.feed import feed
from assistant.components.shell import shell, toast
from assistant.components.sidebar import sidebar
from assistant.components.topbar import topbar
from assistant.components.transcript import transcript
from assistant.config import MESSAGE_CHARACTERS
from assistant.state.chat import ChatState
from assistant.state.sidebar import SidebarState

STARTERS = [
    {"title": "Plan something", "text": "Plan a quiet weekend in Porto for two, by train."},
    {"title": "Work it out", "text": "Split a bill of 94.50 three ways, with a tip of 12%."},
    {"title": "Put it plainly", "text": "Explain compound interest in plain words, with a table."},
    {"title": "Write code", "text": "Write a Python function that finds invoice numbers in text."},
]
NOTE = "Every answer is kept, even when the connection is not."
UNDO_SECONDS = 8
PROBLEM_SECONDS = 10


def chat() -> rx.Component:
    """Sidebar, conversation, composer; above them what goes by itself."""
    return rx.fragment(
        shell(
            sidebar(),
            rx.el.main(
                topbar(),
                rx.cond(ChatState.missing, _missing(), _conversation()),
                class_name="main",
            ),
        ),
        feed(
            on_ready=SidebarState.arrive,
            on_change=SidebarState.refresh,
        ),
        _toasts(),
    )


def _conversation() -> rx.Component:
    return rx.fragment(
        transcript(
            conversation_id=ChatState.conversation_id,
            turn_id=ChatState.turn_id,
            greeting="What can I do for you?",
            starters=STARTERS,
            on_retry=ChatState.retry,
            on_proceed=ChatState.proceed,
        ),
        composer(
            conversation_id=ChatState.conversation_id,
            turn_id=ChatState.turn_id,
            busy=ChatState.turn_id != "",
            placeholder="Ask anything, or give a task",
            note=rx.cond(ChatState.notice, ChatState.notice, NOTE),
            max_length=MESSAGE_CHARACTERS,
            acknowledged=ChatState.acknowledged,
            refused=ChatState.refused,
            on_send=ChatState.send,
            on_new_chat=rx.redirect("/"),
        ),
    )


def _missing() -> rx.Component:
    return rx.el.div(
        rx.el.p(ChatState.missing),
        rx.el.a("Begin a new conversation", href="/", class_name="button"),
        class_name="vacant",
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


PAGES = (
    {"component": chat, "route": "/", "title": "Assistant", "on_load": ChatState.load},
    {
        "component": chat,
        "route": "/chat/[chat_id]",
        "title": "Assistant",
        "on_load": ChatState.load,
    },
)
