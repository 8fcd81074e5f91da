"""The list of conversations: read, rename, archive, delete, and take a deletion back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, select, update

from assistant.database import user_connection, user_session
from assistant.errors import NotFound
from assistant.models import Conversation, Turn
from assistant.services import signals
from assistant.services.allowances import Left, left_over
from assistant.services.inputs import TITLE_CHARACTERS, one_line
from assistant.services.keys import UNREADABLE, opened_or, vault_in, vault_over
from assistant.services.one_by_one import hold
from assistant.services.titles import PLACE, titled_by
from assistant.services.turn_log import ALL
from assistant.vault import Vault

_ROW = """
    select c.id, c.title, c.model, c.touched_at, turns.id as turn_id
    from conversations c
    left join turns on turns.conversation_id = c.id and turns.status = 'running'
    where c.deleted_at is null
"""
_KEPT = f"{_ROW} and c.archived_at is null order by c.touched_at desc limit $1"
_PUT_AWAY = f"{_ROW} and c.archived_at is not null order by c.touched_at desc limit $1"
_ONE = f"{_ROW} and c.id = $1"
_THESE = f"{_ROW} and c.id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the sidebar. turn_id: the turn that runs in it, if one does."""

    id: UUID
    title: str
    model: str
    touched_at: datetime
    turn_id: UUID | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the sidebar shows, newest first, and the open conversation, None if it is gone.

    left: what the plan still allows.
    """

    listed: list[Listed]
    archived: list[Listed]
    opened: Listed | None
    left: Left


async def overview(
    user_id: UUID, limit: int, *, archived: int = 0, open_id: UUID | None = None
) -> Overview:
    """Up to so many of the user's conversations, and up to so many of those put away."""
    async with user_connection(user_id) as connection:
        rows = await connection.fetch(_KEPT, limit)
        put_away = await connection.fetch(_PUT_AWAY, archived) if archived else []
        found = [row for row in [*rows, *put_away] if row["id"] == open_id]
        if not found and open_id is not None:
            found = await connection.fetch(_ONE, open_id)
        titles = [row["title"] for row in [*rows, *put_away, *found]]
        vault = await vault_over(connection, user_id, titles)
        left = await left_over(connection)
    return Overview(
        [_listed(row, vault) for row in rows],
        [_listed(row, vault) for row in put_away],
        _listed(found[0], vault) if found else None,
        left,
    )


async def opened(user_id: UUID, conversation_id: UUID) -> Listed:
    """One conversation, and the turn that runs in it. Raises NotFound."""
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(_ONE, conversation_id)
        if row is None:
            raise NotFound
        return _listed(row, await vault_over(connection, user_id, [row["title"]]))


async def titles(user_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """The titles of those of the conversations that are not deleted."""
    async with user_connection(user_id) as connection:
        rows = await connection.fetch(_THESE, list(ids))
        vault = await vault_over(connection, user_id, [row["title"] for row in rows])
    return {row["id"]: _listed(row, vault).title for row in rows}


def _listed(row: Record, vault: Vault) -> Listed:
    title = "New conversation"
    if row["title"]:
        title = opened_or(vault, PLACE, row["id"], row["title"], UNREADABLE)
    return Listed(row["id"], title, row["model"], row["touched_at"], row["turn_id"])


async def rename(user_id: UUID, conversation_id: UUID, title: str) -> None:
    """Give it a name that no model changes any more. Raises Refused or NotFound."""
    line = one_line(title, "A title", TITLE_CHARACTERS)
    async with user_session(user_id) as session:
        sealed = (await vault_in(session)).seal(PLACE, conversation_id, line)
        await _change(session, conversation_id, title=sealed, details=titled_by("user"))
    await signals.tell_changed(user_id, conversation_id)


async def archive(user_id: UUID, conversation_id: UUID, *, back: bool = False) -> None:
    """Put it out of the list, or back into it."""
    async with user_session(user_id) as session:
        await _change(session, conversation_id, archived_at=None if back else func.now())
    await signals.tell_changed(user_id, conversation_id)


async def delete(user_id: UUID, conversation_id: UUID, *, back: bool = False) -> None:
    """Delete it; for a day that can be taken back, then it is removed for good.

    A turn that runs in it is stopped: nobody would see its answer. None begins meanwhile, and one
    that ends has the turn's row before the conversation's, too: they never wait for each other.
    """
    async with user_session(user_id) as session:
        await hold(session)
        turn_id = None if back else await session.scalar(_stopping(conversation_id))
        await _change(session, conversation_id, deleted_at=None if back else func.now())
    if turn_id is not None:
        await signals.tell("stop", {"turn": str(turn_id), "seen": ALL})
    await signals.tell_changed(user_id, conversation_id)


def _stopping(conversation_id: UUID) -> ReturningUpdate[tuple[UUID]]:
    running = (col(Turn.conversation_id) == conversation_id) & (col(Turn.status) == "running")
    return update(Turn).where(running).values(stop_after=ALL).returning(col(Turn.id))


async def _change(session: AsyncSession, conversation_id: UUID, **values: object) -> None:
    mine = col(Conversation.id) == conversation_id
    changed = await session.execute(
        update(Conversation).where(mine).values(**values).returning(col(Conversation.id))
    )
    if changed.first() is None:
        raise NotFound


async def is_there(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether the conversation is not deleted."""
    there = select(col(Conversation.deleted_at).is_(None))
    return bool(await session.scalar(there.where(Conversation.id == conversation_id)))


async def is_tainted(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether text that others wrote has been read in this conversation."""
    conversation = await session.get(Conversation, conversation_id)
    return conversation is None or bool(conversation.details.get("tainted"))


async def taint(session: AsyncSession, conversation_id: UUID) -> None:
    """Remember that text that others wrote has been read in this conversation."""
    mine = update(Conversation).where(col(Conversation.id) == conversation_id)
    tainted = col(Conversation.details).concat({"tainted": True})
    await session.execute(mine.values(details=tainted))
