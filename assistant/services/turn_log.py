"""The log of a turn: numbered entries that readers follow from any point.

Numbers are contiguous from 1. The log lives in the memory of the process that runs the turn; with
REDIS_URL each entry also goes, sealed, to a Redis Stream under the same number, where readers of
other processes find it. A number can be taken once, so a worker that lost its lease cannot write
behind the one that took over.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from itertools import takewhile
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from assistant.services.keys import opened_or
from assistant.services.shared import redis
from assistant.vault import Vault

KEPT_SECONDS = 60  # after its end, for readers that are about to come back
SHARED_SECONDS = 3_600
BEAT_SECONDS = 10.0
PLACE = "turn_log"
ALL = 2**31 - 1  # more entries than any log has: who stops here has seen all

log = structlog.get_logger()


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
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, kind: str, data: str) -> Entry:
        """Add an entry and wake the readers."""
        entry = Entry(len(self.entries) + 1, kind, data)
        self.entries.append(entry)
        self.ended = kind == "end"
        self._grown.set()
        self._grown = asyncio.Event()
        return entry

    def close(self) -> None:
        """End without an end entry: another worker has taken over; readers turn to the database."""
        self.ended = True
        self._grown.set()

    async def follow(self, after: int) -> AsyncGenerator[list[Entry], None]:
        """Batches of the entries behind this number, until the end; an empty one is a beat."""
        while not (self.ended and after >= len(self.entries)):
            grown = self._grown
            if batch := self.entries[after:]:
                after = batch[-1].number
                yield batch
            elif not await _within(BEAT_SECONDS, grown):
                yield []


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


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


def _key(turn_id: UUID) -> str:
    return f"assistant:turn:{turn_id}"


async def share(log_: Log, entries: list[Entry]) -> bool:
    """Send entries to the shared log. False when another worker has taken over the numbers."""
    shared = redis()
    if shared is None or not entries:
        return True
    key = _key(log_.turn_id)
    async with shared.pipeline(transaction=False) as pipe:
        for entry in entries:
            sealed = log_.vault.seal(PLACE, log_.turn_id, f"{entry.kind}\n{entry.data}")
            pipe.xadd(key, {"e": sealed}, id=f"{entry.number}-0")
        pipe.expire(key, SHARED_SECONDS)
        try:
            results = await pipe.execute(raise_on_error=False)
        except RedisError as error:
            log.warning("turn_log_not_shared", error=type(error).__name__)
            return True
    return not any("equal or smaller" in str(result) for result in results)


async def open_shared(turn_id: UUID) -> None:
    """Let readers of other processes find the log before its first entry."""
    shared = redis()
    if shared is not None:
        try:
            await shared.xadd(_key(turn_id), {"begun": b"1"}, id="0-1")
            await shared.expire(_key(turn_id), SHARED_SECONDS)
        except RedisError as error:
            log.warning("turn_log_not_shared", error=type(error).__name__)


async def hand_over(turn_id: UUID) -> None:
    """Close the shared log of a dead worker's turn: nobody can write to it, readers leave it.

    The entry's number is the clock's, far above any that the late worker could try.
    """
    shared = redis()
    if shared is not None:
        try:
            await shared.xadd(_key(turn_id), {"moved": b"1"})
            await shared.expire(_key(turn_id), SHARED_SECONDS)
        except RedisError as error:
            log.warning("turn_log_not_closed", error=type(error).__name__)


async def follow_shared(
    turn_id: UUID, vault: Vault, after: int
) -> AsyncGenerator[list[Entry], None]:
    """Like `Log.follow`, for a turn that another process runs.

    Ends without an end entry where nothing is shared (any more), or where entries are missing
    because Redis was away, or do not open: the database knows then.
    """
    shared = redis()
    key = _key(turn_id)
    while shared is not None and await shared.exists(key):
        answer = await shared.xread({key: f"{after}-1"}, count=500, block=int(BEAT_SECONDS * 1000))
        rows = [row for _, rows in answer for row in rows]
        opened = (_opened(vault, turn_id, *row) for row in rows if b"e" in row[1])
        numbered = enumerate(opened, after + 1)
        batch = [entry for _, entry in takewhile(lambda at: at[0] == at[1].number, numbered)]
        yield batch
        if len(batch) < len(rows) or any(entry.kind == "end" for entry in batch):
            return
        after = batch[-1].number if batch else after


def _opened(vault: Vault, turn_id: UUID, number: bytes, fields: dict[bytes, bytes]) -> Entry:
    text = opened_or(vault, PLACE, turn_id, fields[b"e"], "")
    if not text:
        return Entry(0, "", "")
    kind, _, data = text.partition("\n")
    return Entry(int(number.split(b"-")[0]), kind, data)
