"""The log of calls and requests as one chain for each user, and what is wrong with it.

The app says what a row holds by a keyed hash of its facts in clear, which nobody without the user's
keys can make, and which new keys leave as it is. The database numbers the rows and binds each to
the one before it (`isolation.chained`). To which turn a row belongs is no part of that: it is
forgotten with its conversation.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import user_connection
from assistant.models import ToolExecution, UsageLog
from assistant.services.keys import vault_over
from assistant.vault import Tampered, Vault

Row = ToolExecution | UsageLog
PURPOSE = "audit"
LOGS = ("tool_executions", "usage_logs")
BATCH = 500
STORED_DIGITS = Decimal("1e-8")  # of a cost
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_HEAD = "select seq, hash from audit_heads"
_NUMBERED = {
    log: f"select * from {log} where seq >= $1 and seq < $2"  # noqa: S608
    for log in LOGS
}
# One statement sees one moment: by two, a row that is added between them would stand behind.
_END = "greatest($1, (select coalesce(max(seq), 0) from audit_heads))"
_BEHIND = " or ".join(f"exists (select from {log} where seq > {_END})" for log in LOGS)
_STANDS_BEHIND = f"select {_BEHIND}"

MISSING = "This row was taken out of the log."
TWICE = "Two rows stand in this place; one of them was put in."
CHANGED = "What this row says was changed, or was not written by this app."
MOVED = "This row was moved, its time was changed, or a row before it was exchanged."
CUT = "The log ends elsewhere than it did: rows at its end were taken out, or put in."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the log has found. rows: how many hold, up to the first that does not.

    broken: the number of that one, 0 when all hold. id: the row that stands there, if any.
    """

    rows: int
    broken: int = 0
    why: str = ""
    id: UUID | None = None
    at: datetime | None = None


class Progress(NamedTuple):
    """How far a check is: so many rows hold, of so many."""

    rows: int
    of: int


def add(session: AsyncSession, vault: Vault, rows: Iterable[Row]) -> None:
    """Add rows to the log, in this transaction, as its last changes.

    The database holds the end of the user's log from the first of them to the end of the
    transaction, so whoever locks another row after that could wait for one who waits for them.
    """
    session.add_all(signed(vault, rows))


def signed(vault: Vault, rows: Iterable[Row]) -> list[Row]:
    """The rows with what stands for them, ready to be inserted, as by `add`."""
    listed = list(rows)
    for row in listed:
        row.digest = digest(row, vault)
    return listed


def digest(row: Row, vault: Vault) -> bytes:
    """What stands for all that this row says. Raises Tampered when a part of it does not open."""
    return _digest(row.__tablename__, row, row.details, vault)


def _digest(log: str, row: Any, details: dict[str, Any], vault: Vault) -> bytes:  # noqa: ANN401
    said = json.dumps([log, str(row.id), *_FACTS[log](row, vault), details], sort_keys=True)
    return hmac.digest(vault.derived(PURPOSE), said.encode(), "sha256")


def _call(row: Any, vault: Vault) -> list[Any]:  # noqa: ANN401
    sealed = {"input": row.input, "output": row.output, "undo": row.undo}
    opened = [
        None if value is None else vault.open(f"tool_executions.{name}", row.id, value)
        for name, value in sealed.items()
    ]
    undoes = row.undoes and str(row.undoes)
    said = (row.call_id, row.tool, row.effect, row.status, row.rule)
    return [*map(str, said), undoes, float(row.seconds), *opened]


def _request(row: Any, _vault: Vault) -> list[Any]:  # noqa: ANN401
    cost = row.cost.quantize(STORED_DIGITS, ROUND_HALF_UP)
    tokens = (
        row.input_tokens,
        row.output_tokens,
        row.cache_read_tokens,
        row.cache_write_tokens,
        row.thinking_tokens,
    )
    return [row.provider, row.model, row.purpose, *tokens, row.estimated, f"{cost:f}"]


_FACTS: dict[str, Callable[[Any, Vault], list[Any]]] = {
    "tool_executions": _call,
    "usage_logs": _request,
}


class _Stored(SimpleNamespace):
    """A row as the driver reads it, by the names of its columns. log: which of the two."""


async def verify(user_id: UUID) -> Verdict:
    """Read the whole log, and find the first row that is not as it was written."""
    found = Verdict(0)
    async for told in checking(user_id):
        if isinstance(told, Verdict):
            found = told
    return found


async def checking(user_id: UUID) -> AsyncGenerator[Progress | Verdict, None]:
    """As `verify`, but tells now and then how far it is, and at last what it has found."""
    async with user_connection(user_id) as connection:
        head = await connection.fetchrow(_HEAD)
    last, end_hash = head or (0, b"")
    previous = b""
    for first in range(1, last + 1, BATCH):
        numbers = range(first, min(first + BATCH, last + 1))
        rows, vault = await _read(user_id, numbers)
        verdict, previous = await asyncio.to_thread(_checked, rows, numbers, previous, vault)
        if verdict:
            yield verdict
            return
        yield Progress(numbers.stop - 1, last)
    if previous != end_hash or await _stands_behind(user_id, last):
        yield Verdict(last, last + 1, CUT)
    else:
        yield Verdict(last)


async def _read(user_id: UUID, numbers: range) -> tuple[list[_Stored], Vault]:
    async with user_connection(user_id) as connection:
        rows = [
            _Stored(**row, log=log)
            for log, query in _NUMBERED.items()
            for row in await connection.fetch(query, numbers.start, numbers.stop)
        ]
        sealed = [value for row in rows for value in _sealed(row)]
        return rows, await vault_over(connection, user_id, sealed)


def _sealed(row: _Stored) -> tuple[bytes | None, ...]:
    return (row.input, row.output, row.undo) if row.log == "tool_executions" else ()


def _checked(
    rows: list[_Stored], numbers: range, previous: bytes, vault: Vault
) -> tuple[Verdict | None, bytes]:
    """The first that is broken of the rows with these numbers, and the hash of the last."""
    known: dict[int, list[_Stored]] = {number: [] for number in numbers}
    for row in rows:
        known[row.seq].append(row)
    for number, here in known.items():
        if why := _fault(here, previous, vault):
            found = Verdict(number - 1, number, why)
            for row in here[:1]:
                found = replace(found, id=row.id, at=row.created_at)
            return found, previous
        previous = here[0].hash
    return None, previous


def _fault(here: list[_Stored], previous: bytes, vault: Vault) -> str:
    """What is wrong in a place of the log, "" when nothing is."""
    if len(here) != 1:
        return TWICE if here else MISSING
    (row,) = here
    try:
        if not hmac.compare_digest(_digest(row.log, row, row.metadata, vault), row.digest):
            return CHANGED
    except Tampered:
        return CHANGED
    return "" if row.hash == _hash(row, previous) else MOVED


def _hash(row: _Stored, previous: bytes) -> bytes:
    """As the database makes it; see `isolation.chained`."""
    moment = (row.created_at - EPOCH) // MICROSECOND
    said = row.digest + row.id.bytes + moment.to_bytes(8, signed=True)
    number = row.seq.to_bytes(8, signed=True)
    return sha256(previous + said + row.log.encode() + number).digest()


async def _stands_behind(user_id: UUID, last: int) -> bool:
    """Whether rows stand behind the end of the log as it is now."""
    async with user_connection(user_id) as connection:
        return bool(await connection.fetchval(_STANDS_BEHIND, last))
