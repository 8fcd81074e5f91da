"""The chat page, for a new conversation and for each that exists."""

import reflex as rx

from assistant.components.app_frame import app_frame
from assistant.components.composer import composer
from assistant.components.topbar import topbar
from assistant.components.transcript import transcript
from assistant.config import MESSAGE_CHARACTERS
from assistant.services.attachments import AT_MOST
from assistant.services.file_uploads import FILE_BYTES, TOO_LARGE
from assistant.state.chat import ChatState
from assistant.state.sidebar import SidebarState

STARTERS = [
    {"title": "Plan something", "text": "Plan a quiet weekend in Porto for two, by train."},
    {"title": "Work it out", "text": "Split a bill of 94.50 three ways, with a tip of 12%."},
    {"title": "Put it plainly", "text": "Explain compound interest in plain words, with a table."},
    {"title": "Write code", "text": "Write a Python function that finds invoice numbers in text."},
]
NOTE = "Every answer is kept, even when the connection is not."


def chat() -> rx.Component:
    """Sidebar, conversation, composer; above them what goes by itself."""
    return app_frame(
        rx.el.main(
            topbar(),
            rx.cond(ChatState.missing, _missing(), _conversation()),
            class_name="main",
        )
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
            models=ChatState.models,
            max_length=MESSAGE_CHARACTERS,
            acknowledged=ChatState.acknowledged,
            refused=ChatState.refused,
            on_regenerate=ChatState.regenerate,
            on_edit=ChatState.edit,
        ),
        composer(
            conversation_id=ChatState.conversation_id,
            placeholder="Ask anything, or give a task",
            note=rx.cond(ChatState.notice, ChatState.notice, rx.cond(ChatState.short, "", NOTE)),
            short=ChatState.short,
            spent=ChatState.spent,
            larger=ChatState.larger,
            until=ChatState.until,
            on_refresh=SidebarState.refresh,
            max_length=MESSAGE_CHARACTERS,
            most_files=AT_MOST,
            file_bytes=FILE_BYTES,
            too_large=TOO_LARGE,
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


PAGES = (
    {"component": chat, "route": "/", "title": "Assistant", "on_load": ChatState.load},
    {
        "component": chat,
        "route": "/chat/[chat_id]",
        "title": "Assistant",
        "on_load": ChatState.load,
    },
)
