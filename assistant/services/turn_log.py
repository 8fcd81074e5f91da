"""The log of a turn: numbered entries that readers follow from any point.

Numbers are contiguous from 1. The log lives in the memory of the process that runs the turn; for
the others there is a copy of it (see `shared_log.py`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID

from assistant.agent.patience import Patience
from assistant.vault import Vault

KEPT_SECONDS = 60  # after its end, for readers that are about to come back
BEAT_SECONDS = 10.0
ALL = 2**31 - 1  # more entries than any log has: who stops here has seen all


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. kind: "" for changes, "snapshot" or "end". data: one line of JSON."""

    number: int
    kind: str
    data: str


@dataclass(slots=True)
class Log:
    """The entries of one turn that this process runs."""

    turn_id: UUID
    vault: Vault
    entries: list[Entry] = field(default_factory=list)
    ended: bool = False
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    def append(self, kind: str, data: str) -> Entry:
        """Add an entry and wake the readers."""
        entry = Entry(len(self.entries) + 1, kind, data)
        self.entries.append(entry)
        self.ended = kind == "end"
        self._wake()
        return entry

    def close(self) -> None:
        """End without an end entry: another worker has taken over; readers turn to the database."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        for each in self._waiting:
            if not each.done():
                each.set_result(None)
        self._waiting.clear()

    async def follow(self, after: int) -> AsyncGenerator[list[Entry], None]:
        """Batches of the entries behind this number, until the end; an empty one is a beat."""
        clock = asyncio.get_running_loop()
        with closing(Patience()) as patience:
            while not (self.ended and after >= len(self.entries)):
                if batch := self.entries[after:]:
                    after = batch[-1].number
                    yield batch
                    continue
                # A future, because an event for each entry would be a tenth of an entry's work.
                grown = clock.create_future()
                self._waiting.add(grown)
                try:
                    await patience.wait(grown, BEAT_SECONDS)
                except TimeoutError:
                    yield []
                finally:
                    self._waiting.discard(grown)


_logs: dict[UUID, Log] = {}


def open_log(turn_id: UUID, vault: Vault) -> Log:
    """Begin the log of a turn that this process runs."""
    _logs[turn_id] = Log(turn_id, vault)
    return _logs[turn_id]


def local(turn_id: UUID) -> Log | None:
    """The log of a turn that this process runs or has just ended."""
    return _logs.get(turn_id)


def forget_later(turn_id: UUID) -> None:
    """Drop an ended log when its readers have had time to come back."""
    asyncio.get_running_loop().call_later(KEPT_SECONDS, _logs.pop, turn_id, None)
