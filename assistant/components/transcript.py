"""The conversation on the page: messages, tools, scrolling, and the stream of a running answer."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script


def _message(message_id: rx.Var[str], client_key: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (message_id, client_key)


def _wish(
    message_id: rx.Var[str], wanted: rx.Var[str], client_key: rx.Var[str]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[str]]:
    return (message_id, wanted, client_key)


class Transcript(rx.Component):
    """Wraps transcript.jsx. Message bodies come over HTTP and never pass through state.

    conversation_id: "" before the first send. turn_id: the turn that runs in it, or "".
    starters: each {title, text}; a click puts the text into the composer.
    models: those of the picker. max_length: of a message. acknowledged, refused: see Composer.
    on_retry, on_proceed: get the id of the message that failed, or that shall be continued, and a
    key that names the wish. on_regenerate: an answer's id, a model for it alone or "", a key.
    on_edit: the id of the user's message, its new words, a key.
    """

    library = script("transcript.jsx")
    tag = "Transcript"
    # Reflex declares this one as a field of the instance, so it cannot be a ClassVar.
    lib_dependencies: list[str] = [  # noqa: RUF012
        "hast-util-sanitize@5.0.2",
        "highlight.js@11.11.2",
        "lowlight@3.3.0",
        "mdast-util-from-markdown@2.1.0",
        "mdast-util-gfm@3.1.0",
        "mdast-util-to-hast@13.2.2",
        "micromark-extension-gfm@3.0.0",
        "remend@1.4.0",
    ]

    conversation_id: rx.Var[str]
    turn_id: rx.Var[str]
    greeting: rx.Var[str]
    starters: rx.Var[list[dict[str, str]]]
    models: rx.Var[list[dict[str, str]]]
    max_length: rx.Var[int]
    acknowledged: rx.Var[list[dict[str, str]]]
    refused: rx.Var[list[dict[str, str]]]

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        """The events and their arguments, besides those of every element."""
        own = {
            "on_retry": _message,
            "on_proceed": _message,
            "on_regenerate": _wish,
            "on_edit": _wish,
        }
        return super().get_event_triggers() | own


transcript = Transcript.create
