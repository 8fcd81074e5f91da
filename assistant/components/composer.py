"""Where the user writes, sends and stops."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script


def _send(
    conversation_id: rx.Var[str],
    text: rx.Var[str],
    client_key: rx.Var[str],
    file_ids: rx.Var[list[str]],
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[str], rx.Var[list[str]]]:
    return (conversation_id, text, client_key, file_ids)


class Composer(rx.Component):
    """Wraps composer.jsx. Children stand at the left of its bar.

    acknowledged: each {key, conversation, turn}, the last sends that were taken. refused: each
    {key, message}, the last that were not, and why. on_send: gets conversation, text, the key and
    the ids of files. most_files: of a message. file_bytes: of one file; too_large says so.
    short, spent: what is to be said of the plan, "" while there is enough. larger: what the plan is
    called that can be bought. until: when it begins anew. on_refresh: asks how the plan stands.
    """

    library = script("composer.jsx")
    tag = "Composer"

    conversation_id: rx.Var[str]
    disabled: rx.Var[bool]
    placeholder: rx.Var[str]
    note: rx.Var[str]
    max_length: rx.Var[int]
    most_files: rx.Var[int]
    file_bytes: rx.Var[int]
    too_large: rx.Var[str]
    acknowledged: rx.Var[list[dict[str, str]]]
    refused: rx.Var[list[dict[str, str]]]
    short: rx.Var[str]
    spent: rx.Var[str]
    larger: rx.Var[str]
    until: rx.Var[str]
    on_refresh: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        """The events and their arguments, besides those of every element."""
        own = {"on_send": _send, "on_new_chat": rx.event.no_args_event_spec}
        return super().get_event_triggers() | own


composer = Composer.create
