"""New keys for old ones, while everybody works: the wrapping of data keys, and data keys.

Both can be cut off at any moment and begun again. What has still to be done is read from the rows
themselves: a data key tells which key wrapped it, a sealed value which data key sealed it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import stamina
import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, delete, update

from assistant.config import settings
from assistant.database import migrator_session, system_session, user_of, user_session
from assistant.errors import DatabaseAway
from assistant.key_ring import KeyLost, ring
from assistant.models import UserKey
from assistant.services.keys import fresh_vault, row_of
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
    "messages.content",
    "tool_executions.input",
    "tool_executions.output",
)
APPEND_ONLY = frozenset({"tool_executions.input", "tool_executions.output"})
BATCH = 200  # values in one transaction
AT_ONCE = 8  # users
ROUNDS = 5  # what is written meanwhile with the old key is left for the next one
YOUNG = timedelta(days=1)  # a key that was made since is not replaced: a rotation is begun again

log = structlog.get_logger()


class Done(NamedTuple):
    """What was done for one user. left: old data keys that are still there."""

    changed: int = 0
    dropped: int = 0
    left: int = 0
    failed: bool = False


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
    """One user whose keys do not open does not hold up the others."""
    try:
        async for attempt in stamina.retry_context(on=DatabaseAway, attempts=5):
            with attempt:
                return await work(user_id)
    except (Tampered, KeyLost) as error:
        log.warning("keys_not_rotated", user=str(user_id), error=type(error).__name__)
    return Done(failed=True)


async def _rewrap(user_id: UUID) -> Done:
    async with user_session(user_id) as session:
        old = col(UserKey.wrapped_by) != ring().current.name
        rows = (await session.scalars(select(UserKey).where(old))).all()
        for row in rows:
            key = rewrapped(user_id, Wrapped(row.number, row.wrapped, row.wrapped_by))
            row.wrapped, row.wrapped_by = key.wrapped, key.by
    return Done(len(rows))


async def _renew(user_id: UUID, young: timedelta) -> Done:
    changed = 0
    async with user_session(user_id) as session:
        await _add_key(session, young)
    for _ in range(ROUNDS):
        if not (again := await _reseal(user_id)):
            break
        changed += again
    async with user_session(user_id) as session:
        dropped, left = await _drop_keys(session)
    return Done(changed, dropped, left)


async def _add_key(session: AsyncSession, young: timedelta) -> None:
    """A new key, unless a rotation is under way (there are several) or the only key is young."""
    await session.execute(text("select 1 from profiles for no key update"))
    is_old = col(UserKey.created_at) <= func.now() - young
    keys = (await session.execute(select(col(UserKey.number), is_old))).all()
    if len(keys) == 1 and keys[0][1]:
        session.add(row_of(user_of(session), (await fresh_vault(session)).next_key()))


def column_of(place: str) -> Column[bytes]:
    """The column of a place."""
    table, name = place.split(".")
    return SQLModel.metadata.tables[table].c[name]


def _table(place: str) -> Table:
    return SQLModel.metadata.tables[place.split(".")[0]]


def _beginning(place: str, size: int) -> ColumnElement[bytes]:
    return func.substring(column_of(place), 1, size)


async def _reseal(user_id: UUID) -> int:
    """Seal with the newest key what an older one has sealed. Returns how many values."""
    async with user_session(user_id) as session:
        vault = await fresh_vault(session)
        found = (await session.execute(_not_sealed_with(vault.newest))).all()
    changed = 0
    for place in SEALED:
        rows = [row.id for row in found if row.place == place]
        for at in range(0, len(rows), BATCH):
            changed += await _reseal_batch(place, rows[at : at + BATCH], vault)
    return changed


def _not_sealed_with(number: int) -> Executable:
    return union_all(
        *(
            select(literal(place).label("place"), _table(place).c.id).where(
                _beginning(place, len(head(number))) != head(number)
            )
            for place in SEALED
        )
    )


async def _reseal_batch(place: str, rows: list[UUID], vault: Vault) -> int:
    mine, column = _table(place), column_of(place)
    session_of = migrator_session() if place in APPEND_ONLY else user_session(vault.user_id)
    here = mine.c.user_id == vault.user_id
    async with session_of as session:
        query = select(mine.c.id, column).where(mine.c.id.in_(rows), here).order_by(mine.c.id)
        changes = [
            {"row": row.id, "old": row[1], "new": new}
            for row in await session.execute(query)
            if row[1] and (new := _sealed_anew(place, row.id, row[1], vault))
        ]
        if changes:
            unchanged = (mine.c.id == bindparam("row")) & (column == bindparam("old")) & here
            changing = update(mine).where(unchanged).values({column: bindparam("new")})
            await (await session.connection()).execute(changing, changes)
    return len(changes)


def _sealed_anew(place: str, row_id: UUID, sealed: bytes, vault: Vault) -> bytes | None:
    try:
        return vault.seal(place, row_id, vault.open(place, row_id, sealed))
    except Tampered:
        log.warning("unreadable", place=place, row=str(row_id))
        return None


async def _drop_keys(session: AsyncSession) -> tuple[int, int]:
    """Drop the keys that nothing names and nobody holds. Returns how many, and how many stay."""
    settled = col(UserKey.created_at) <= func.now() - settled_after()
    newest = col(UserKey.number).desc()
    keys = (await session.execute(select(col(UserKey.number), settled).order_by(newest))).all()
    old = [number for number, _ in keys[1:]]
    if not old or not keys[0][1]:
        return 0, len(old)
    named = {number_in(each) for each in await session.scalars(_beginnings())}
    unused = [number for number in old if number not in named]
    await session.execute(delete(UserKey).where(col(UserKey.number).in_(unused)))
    return len(unused), len(old) - len(unused)


def _beginnings() -> Executable:
    """How the values of all columns begin: what tells their keys."""
    return union_all(
        *(
            select(_beginning(place, len(head(0)))).where(column_of(place).is_not(None))
            for place in SEALED
        )
    )
