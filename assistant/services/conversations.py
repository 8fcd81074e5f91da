"""The list of conversations: read, rename, archive, delete, and take a deletion back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, select, update

from assistant.database import user_session
from assistant.errors import NotFound
from assistant.models import Conversation, Turn
from assistant.services import signals
from assistant.services.inputs import TITLE_CHARACTERS, one_line
from assistant.services.keys import vault_in
from assistant.services.titles import PLACE
from assistant.services.turn_log import ALL
from assistant.vault import Vault


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the sidebar. turn_id: the turn that runs in it, if one does."""

    id: UUID
    title: str
    model: str
    touched_at: datetime
    turn_id: UUID | None


async def listed(user_id: UUID, limit: int, *, archived: bool = False) -> list[Listed]:
    """The user's conversations, newest first."""
    kept = col(Conversation.archived_at)
    query = (
        _with_turn()
        .where(kept.is_not(None) if archived else kept.is_(None))
        .order_by(col(Conversation.touched_at).desc())
        .limit(limit)
    )
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        return [_row(row, turn, vault) for row, turn in await session.execute(query)]


async def opened(user_id: UUID, conversation_id: UUID) -> Listed:
    """One conversation, and the turn that runs in it. Raises NotFound."""
    query = _with_turn().where(col(Conversation.id) == conversation_id)
    async with user_session(user_id) as session:
        found = (await session.execute(query)).first()
        if found is None:
            raise NotFound
        conversation, turn_id = found
        return _row(conversation, turn_id, await vault_in(session))


def _with_turn() -> Any:  # noqa: ANN401  (SQLModel's own type is longer than the query)
    running = (col(Turn.conversation_id) == Conversation.id) & (col(Turn.status) == "running")
    return (
        select(Conversation, Turn.id)
        .outerjoin(Turn, running)
        .where(col(Conversation.deleted_at).is_(None))
    )


def _row(row: Conversation, turn_id: UUID | None, vault: Vault) -> Listed:
    title = vault.open(PLACE, row.id, row.title) if row.title else "New conversation"
    return Listed(row.id, title, row.model, row.touched_at, turn_id)


async def rename(user_id: UUID, conversation_id: UUID, title: str) -> None:
    """Give it a name that no model changes any more. Raises Refused or NotFound."""
    line = one_line(title, "A title", TITLE_CHARACTERS)
    async with user_session(user_id) as session:
        sealed = (await vault_in(session)).seal(PLACE, conversation_id, line)
        await _change(session, conversation_id, title=sealed, details={"titled": "user"})
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
