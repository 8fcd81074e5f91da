"""The list of conversations: read, rename, archive, delete, and take a deletion back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, update

from assistant.database import user_session
from assistant.errors import NotFound
from assistant.models import Conversation, Turn
from assistant.services import signals
from assistant.services.inputs import TITLE_CHARACTERS, one_line
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.titles import PLACE, titled_by
from assistant.services.turn_log import ALL
from assistant.vault import Vault

Query = Any  # SQLAlchemy's own type is longer than the query


def _query(*which: ColumnElement[bool]) -> Query:
    running = (col(Turn.conversation_id) == Conversation.id) & (col(Turn.status) == "running")
    return (
        select(
            col(Conversation.id),
            col(Conversation.title),
            col(Conversation.model),
            col(Conversation.touched_at),
            col(Turn.id).label("turn_id"),
        )
        .outerjoin(Turn, running)
        .where(col(Conversation.deleted_at).is_(None), *which)
    )


def _newest(which: ColumnElement[bool]) -> Query:
    newest = col(Conversation.touched_at).desc()
    return _query(which).order_by(newest).limit(bindparam("limit", type_=Integer))


# Built once: every page asks these again and again.
_KEPT = _newest(col(Conversation.archived_at).is_(None))
_PUT_AWAY = _newest(col(Conversation.archived_at).is_not(None))
_ONE = _query(col(Conversation.id) == bindparam("id"))


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
    """What the sidebar shows, newest first, and the open conversation, None if it is gone."""

    listed: list[Listed]
    archived: list[Listed]
    opened: Listed | None


async def overview(
    user_id: UUID, limit: int, *, archived: int = 0, open_id: UUID | None = None
) -> Overview:
    """Up to so many of the user's conversations, and up to so many of those put away."""
    async with user_session(user_id) as session:
        listed = await _listed(session, _KEPT, limit)
        put_away = await _listed(session, _PUT_AWAY, archived) if archived else []
        found = next((each for each in listed + put_away if each.id == open_id), None)
        if found is None and open_id is not None:
            found = await _find(session, open_id)
    return Overview(listed, put_away, found)


async def opened(user_id: UUID, conversation_id: UUID) -> Listed:
    """One conversation, and the turn that runs in it. Raises NotFound."""
    async with user_session(user_id) as session:
        if (found := await _find(session, conversation_id)) is None:
            raise NotFound
        return found


async def titles(user_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """The titles of those of the conversations that are not deleted."""
    async with user_session(user_id) as session:
        rows = (await session.execute(_query(col(Conversation.id).in_(ids)))).all()
        vault = await vault_in(session, (row.title for row in rows))
    return {row.id: _row(row, vault).title for row in rows}


async def _listed(session: AsyncSession, query: Query, limit: int) -> list[Listed]:
    rows = (await session.execute(query, {"limit": limit})).all()
    vault = await vault_in(session, (row.title for row in rows))
    return [_row(row, vault) for row in rows]


async def _find(session: AsyncSession, conversation_id: UUID) -> Listed | None:
    row = (await session.execute(_ONE, {"id": conversation_id})).first()
    return _row(row, await vault_in(session, [row.title])) if row is not None else None


def _row(row: Any, vault: Vault) -> Listed:  # noqa: ANN401  (SQLAlchemy's row)
    title = "New conversation"
    if row.title:
        title = opened_or(vault, PLACE, row.id, row.title, UNREADABLE)
    return Listed(row.id, title, row.model, row.touched_at, row.turn_id)


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

    A turn that runs in it is stopped: nobody would see its answer.
    """
    async with user_session(user_id) as session:
        await _change(session, conversation_id, deleted_at=None if back else func.now())
        turn_id = None if back else await session.scalar(_stopping(conversation_id))
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


async def is_tainted(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether text that others wrote has been read in this conversation."""
    conversation = await session.get(Conversation, conversation_id)
    return conversation is None or bool(conversation.details.get("tainted"))


async def taint(session: AsyncSession, conversation_id: UUID) -> None:
    """Remember that text that others wrote has been read in this conversation."""
    mine = update(Conversation).where(col(Conversation.id) == conversation_id)
    tainted = col(Conversation.details).concat({"tainted": True})
    await session.execute(mine.values(details=tainted))
