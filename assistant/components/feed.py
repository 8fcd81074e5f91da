"""The user's news, heard while the page is seen."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script


def _timezone(name: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (name,)


class Feed(rx.Component):
    """Wraps feed.jsx, which shows nothing.

    told: the page's state knows its user, and the models that there are. deleted: the conversation
    that was deleted here last, "" when that is over.
    on_ready: once, with the browser's IANA time zone. on_change: conversations began, ended a
    turn, were renamed or deleted; also after a gap in the feed. Bursts come as one.
    """

    library = script("feed.jsx")
    tag = "Feed"

    told: rx.Var[bool]
    deleted: rx.Var[str]

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        """The events and their arguments, besides those of every element."""
        own = {"on_ready": _timezone, "on_change": rx.event.no_args_event_spec}
        return super().get_event_triggers() | own


feed = Feed.create
