"""New keys for old ones, while everybody works: the wrapping of data keys, and data keys.

Both can be cut off at any moment and begun again. What has still to be done is read from the rows
themselves: a data key tells which key wrapped it, a sealed value which data key sealed it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import stamina
import structlog
from asyncpg import Connection, InterfaceError, PostgresConnectionError
from sqlalchemy import Executable, text

from assistant.config import settings
from assistant.database import driver_of, migrator_session, system_session, user_connection
from assistant.errors import DatabaseAway, NotFound
from assistant.key_ring import KeyLost, ring
from assistant.services.keys import fresh_vault_over, row_of
from assistant.services.one_by_one import HOLD
from assistant.services.rows import insert
from assistant.services.shared_log import SHARED_SECONDS
from assistant.vault import Tampered, Vault, Wrapped, head, number_in, rewrapped

# Every column whose values name a data key. The app may only add to the append-only ones.
SEALED = (
    "profiles.name",
    "profiles.instructions",
    "identities.label",
    "login_sessions.device",
    "second_factors.secret",
    "conversations.title",
    "conversations.summary",
    "messages.content",
    "tool_executions.input",
    "tool_executions.output",
    "tool_executions.undo",
    "approvals.arguments",
    "approvals.facts",
    "tool_permissions.target",
    "notes.title",
    "notes.content",
    "files.name",
    "files.key",
    "files.text",
    "connections.label",
    "connections.secret",
    "connections.tools",
    "connections.reason",
    "seats.label",
)
APPEND_ONLY = frozenset(place for place in SEALED if place.startswith("tool_executions."))
BATCH = 200  # values in one transaction
AT_ONCE = 8  # users
ROUNDS = 5  # what is written meanwhile with the old key is left for the next one
YOUNG = timedelta(days=1)  # a key that was made since is not replaced: a rotation is begun again

_WRAPPED_BY_OTHERS = "select number, wrapped, wrapped_by from user_keys where wrapped_by <> $1"
_WRAP = "update user_keys set wrapped = $2, wrapped_by = $3 where number = $1"
_IS_OLD = "select created_at <= now() - $1::interval from user_keys order by number desc limit 1"


def _not_sealed_with(place: str) -> str:
    table, column = place.split(".")
    beginning = f"substring({column} from 1 for {len(head(0))})"
    return f"select '{place}', id, {beginning} from {table} where {beginning} <> $1"  # noqa: S608


_NOT_SEALED_WITH = " union all ".join(map(_not_sealed_with, SEALED))

log = structlog.get_logger()


class Done(NamedTuple):
    """What was done for one user.

    left: old data keys that are still there. unreadable: values that do not open; they stay as they
    are, and so do the keys that they name.
    """

    changed: int = 0
    dropped: int = 0
    left: int = 0
    unreadable: int = 0
    failed: bool = False


class _Older(NamedTuple):
    """A value that is not sealed with the newest key, and the number of the one it names."""

    place: str
    row: UUID
    number: int


async def rewrap_all() -> AsyncIterator[list[Done]]:
    """Wrap each data key by the key that wraps now; yields what was done, batch by batch."""
    found = text("select distinct user_id from user_keys where wrapped_by <> :current")
    tried: set[UUID] = set()
    # Who signs up meanwhile by the old key, in another process, comes in the next round.
    while users := set(await _users(found, current=ring().current.name)) - tried:
        tried |= users
        async for done in _for_each(list(users), _rewrap):
            yield done


async def renew_all(young: timedelta = YOUNG) -> AsyncIterator[list[Done]]:
    """Give each user a new data key, seal everything with it, and drop the keys of before.

    young: whose key is younger than this keeps it. Yields what was done, batch by batch.
    """

    async def renew(user_id: UUID) -> Done:
        return await _renew(user_id, young)

    users = await _users(text("select distinct user_id from user_keys"))
    async for done in _for_each(users, renew):
        yield done


def settled_after() -> timedelta:
    """How old a new key is when no running answer and no shared log can need the one before."""
    return timedelta(seconds=SHARED_SECONDS + settings().turn_seconds)


async def _users(query: Executable, **values: str) -> list[UUID]:
    async with system_session() as session:
        return list(await session.scalars(query, values))


async def _for_each(
    users: Sequence[UUID], work: Callable[[UUID], Awaitable[Done]]
) -> AsyncIterator[list[Done]]:
    for at in range(0, len(users), AT_ONCE):
        yield await asyncio.gather(*(_tried(work, user) for user in users[at : at + AT_ONCE]))


async def _tried(work: Callable[[UUID], Awaitable[Done]], user_id: UUID) -> Done:
    """One user whose keys do not open does not hold up the others; who was erased has none."""
    try:
        async for attempt in stamina.retry_context(on=DatabaseAway, attempts=5):
            with attempt:
                return await work(user_id)
    except NotFound:
        return Done()
    except (Tampered, KeyLost) as error:
        log.warning("keys_not_rotated", user=str(user_id), error=type(error).__name__)
    return Done(failed=True)


async def _rewrap(user_id: UUID) -> Done:
    current = ring().current.name
    async with user_connection(user_id) as connection:
        rows = await connection.fetch(_WRAPPED_BY_OTHERS, current)
        keys = [rewrapped(user_id, Wrapped(*row)) for row in rows]
        await connection.executemany(_WRAP, keys)
    return Done(len(rows))


async def _renew(user_id: UUID, young: timedelta) -> Done:
    changed, dropped, left = 0, 0, 0
    unreadable: set[_Older] = set()
    for turn in range(ROUNDS):
        async with user_connection(user_id) as connection:
            if turn == 0:
                await _add_key(connection, user_id, young)
            vault = await fresh_vault_over(connection, user_id)
            older = await _older(connection, vault.newest)
            gone = await _drop_keys(connection, vault, {each.number for each in older})
            waiting = older - unreadable
            few = _few(waiting) if turn == 0 else set()
            again, broken = await _reseal(vault, few, connection)
        changed, unreadable = changed + again, unreadable | broken
        dropped, left = dropped + gone, len(vault.keys) - 1 - gone
        if not waiting:
            break
        again, broken = await _reseal(vault, waiting - few)
        changed, unreadable = changed + again, unreadable | broken
    return Done(changed, dropped, left, len(unreadable))


async def _add_key(connection: Connection, user_id: UUID, young: timedelta) -> None:
    """A new key, unless the newest one is young: then a rotation is under way, or just done."""
    await connection.execute(HOLD)
    if await connection.fetchval(_IS_OLD, young):
        key = (await fresh_vault_over(connection, user_id)).next_key()
        await insert(connection, row_of(user_id, key))


async def _older(connection: Connection, newest: int) -> set[_Older]:
    """What is sealed with another key than the newest."""
    rows = await connection.fetch(_NOT_SEALED_WITH, head(newest))
    return {_Older(place, row_id, number_in(beginning)) for place, row_id, beginning in rows}


async def _drop_keys(connection: Connection, vault: Vault, named: set[int]) -> int:
    """Drop the keys that nothing names and nobody holds. Returns how many."""
    unused = set(vault.keys) - named - {vault.newest}
    if not unused or not await connection.fetchval(_IS_OLD, settled_after()):
        return 0
    await connection.execute("delete from user_keys where number = any($1::int[])", list(unused))
    return len(unused)


def _few(waiting: set[_Older]) -> set[_Older]:
    """What is sealed anew in the transaction that finds it: all, where that is little.

    Most users have little, and a transaction of its own costs more than what is done in it. Rows of
    several tables are changed in it, so those that somebody else holds are left for the next round:
    two that wait for each other would not go on.
    """
    here = {each for each in waiting if each.place not in APPEND_ONLY}
    return here if len(here) <= BATCH else set()


async def _reseal(
    vault: Vault, older: set[_Older], connection: Connection | None = None
) -> tuple[int, set[_Older]]:
    """Seal these with the newest key. Returns how many were, and those that do not open.

    connection: in whose transaction; None for one for each batch.
    """
    changed = 0
    unreadable: set[_Older] = set()
    for place in SEALED:
        here = {each.row: each for each in older if each.place == place}
        rows = list(here)
        for at in range(0, len(rows), BATCH):
            again, broken = await _reseal_batch(place, rows[at : at + BATCH], vault, connection)
            changed += again
            unreadable |= {here[row] for row in broken}
    return changed, unreadable


async def _reseal_batch(
    place: str, rows: list[UUID], vault: Vault, within: Connection | None = None
) -> tuple[int, list[UUID]]:
    table, column = place.split(".")
    mine = "user_id = $1 and id"
    free = " for no key update skip locked" if within else ""
    reading = f"select id, {column} from {table} where {mine} = any($2::uuid[]) order by id{free}"  # noqa: S608
    changing = f"update {table} set {column} = $4 where {mine} = $2 and {column} = $3"  # noqa: S608
    writing = nullcontext(within) if within else _writing(place, vault.user_id)
    async with writing as connection:
        read = await connection.fetch(reading, vault.user_id, rows)
        found = {row["id"]: row[column] for row in read if row[column] is not None}
        new = {row: _sealed_anew(place, row, value, vault) for row, value in found.items()}
        changes = [(vault.user_id, row, found[row], new[row]) for row in new if new[row]]
        await connection.executemany(changing, changes)
    return len(changes), [row for row in new if not new[row]]


@asynccontextmanager
async def _writing(place: str, user_id: UUID) -> AsyncIterator[Connection]:
    """A transaction in which the values of this place may be changed."""
    if place in APPEND_ONLY:
        async with migrator_session() as session:
            try:
                yield await driver_of(session)
            except (PostgresConnectionError, InterfaceError) as error:
                raise DatabaseAway from error
    else:
        async with user_connection(user_id) as connection:
            yield connection


def _sealed_anew(place: str, row_id: UUID, sealed: bytes, vault: Vault) -> bytes | None:
    try:
        return vault.seal(place, row_id, vault.open(place, row_id, sealed))
    except Tampered:
        log.warning("unreadable", place=place, row=str(row_id))
        return None
