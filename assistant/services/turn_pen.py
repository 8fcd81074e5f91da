"""Writes a turn's events into its log: gathered for a moment, numbered, and remembered.

Words that come faster than the eye are gathered for GATHER_SECONDS; those that come later than that
are written at once, and so are the first.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from assistant.agent.types import Event, MessageDone, TextDelta, ThinkingDelta
from assistant.errors import CeilingReached
from assistant.services.contents import Entry, dump, shown
from assistant.services.reply import Change, Reply, applied
from assistant.services.turn_end import Outcome
from assistant.services.turn_log import Log

GATHER_SECONDS = 0.03
REPLY_CHARACTERS = 1_000_000


class Pen:
    """Folds events into the reply and appends what changed to the log."""

    def __init__(self, reply: Reply, log: Log) -> None:
        self.reply = reply
        self._log = log
        self._clock = asyncio.get_running_loop()
        self._gathered: list[TextDelta] | list[ThinkingDelta] = []
        self._written_at = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._seen_by_entry = [0]  # characters of the reply after each entry
        self._page: list[Entry] = []  # what a page shows that has read all entries

    def take(self, event: Event) -> None:
        """Take one event of the agent. Raises CeilingReached for a reply without end."""
        if self.reply.size > REPLY_CHARACTERS:
            raise CeilingReached("The answer grew too long and was ended. What there is is kept.")
        if not isinstance(event, TextDelta | ThinkingDelta):
            self.flush()
            self._write(self.reply.take(event))
            if isinstance(event, MessageDone):
                self._set_right(_outline)
            return
        if self._gathered and type(self._gathered[0]) is not type(event):
            self.flush()
        self._gathered.append(event)  # type: ignore[arg-type]
        if self._later is None:
            due = self._written_at + GATHER_SECONDS - self._clock.time()
            if due > 0:
                self._later = self._clock.call_later(due, self.flush)
            else:
                self.flush()

    def flush(self) -> None:
        """Write what is gathered."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._gathered:
            kind = type(self._gathered[0])
            words = kind("".join(each.text for each in self._gathered))
            self._gathered = []
            self._write(self.reply.take(words))

    def _write(self, change: Change | None) -> None:
        if change is None:
            return
        kind, value = change
        applied(self._page, change)
        self._append("", value if kind == "t" else [change])
        self._written_at = self._clock.time()

    def _set_right(self, look: Callable[[list[Entry]], list[Any]] = list) -> None:
        """Write the whole reply where a page looks different: words or calls may have gone."""
        parts = shown(self.reply.parts)
        if look(parts) != look(self._page):
            self._page = parts
            self._append("snapshot", {"parts": parts})

    def _append(self, kind: str, data: object) -> None:
        self._log.append(kind, dump(data))
        self._seen_by_entry.append(self.reply.characters)

    def drop_unseen(self, seen: int | None) -> None:
        """The reader stopped the turn: keep what entry `seen` and those before it had shown."""
        if self._later is not None:
            self._later.cancel()
        self._gathered = []
        if seen is not None and seen < len(self._seen_by_entry) - 1:
            self.reply.cut(self._seen_by_entry[seen])

    def close(self, outcome: Outcome, message_id: str) -> None:
        """Write the last entries: what sets the page right, and the end."""
        self._set_right()
        end = {"status": outcome.status, "error": outcome.error, "notice": outcome.notice}
        self._append("end", end | {"model": outcome.model, "message": message_id})


def _outline(parts: list[Entry]) -> list[Any]:
    """What stands where; how far its calls are is told by their own changes."""
    return [part.get("text", part.get("id")) for part in parts]
