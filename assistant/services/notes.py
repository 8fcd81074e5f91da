"""The user's notes: sealed rows, found by opening them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import String, cast, func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from assistant.agent.backends.notes import Note
from assistant.database import user_of, user_session
from assistant.errors import ToolError
from assistant.models import Note as Row
from assistant.services.contents import clean
from assistant.services.folding import folded, holds
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.one_by_one import hold
from assistant.services.origins import key_of
from assistant.vault import Vault

AT_MOST = 2_000
KEPT = timedelta(days=30)  # notes that were deleted
TITLE, CONTENT = "notes.title", "notes.content"
NONE = "There is no such note. Search the notes for its id."
FULL = f"The user has {AT_MOST:,} notes, which is the most. One must be deleted first."


class Came(NamedTuple):
    """A note that is imported. origin: the id that it had where it was made."""

    origin: str
    title: str
    text: str
    at: datetime
    changed_at: datetime


class StoredNotes:
    """One user's notes; see `agent.backends.notes.Notes` for what is taken, given and raised."""

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id

    async def create(self, title: str, text: str, *, tainted: bool, key: str) -> Note:
        """Keep a new note, once for each key."""
        async with user_session(self._user_id) as session:
            known = (await session.scalars(select(Row).where(Row.call_key == key))).one_or_none()
            if known is None:
                await _require_room(session)
                known = Row(user_id=self._user_id, call_key=key)
                session.add(known)
                await _write(session, known, title, text, tainted=tainted)
            return _note(known, await vault_in(session, [known.title, known.content]))

    async def search(self, words: str, limit: int) -> list[Note]:
        """Notes that hold all these words, the newest first."""
        wanted = folded(words).split()
        query = select(Row).where(col(Row.deleted_at).is_(None))
        async with user_session(self._user_id) as session:
            newest = query.order_by(col(Row.changed_at).desc())
            rows = (await session.scalars(newest)).all()
            vault = await vault_in(session, [v for r in rows for v in (r.title, r.content)])
        found: list[Note] = []
        for row in rows:
            note = _note(row, vault)
            if holds(folded(f"{note.title} {note.text}"), wanted):
                found.append(note)
            if len(found) == limit:
                break
        return found

    async def find(self, note_id: str) -> Note:
        """The note."""
        async with user_session(self._user_id) as session:
            row = await _row(session, note_id)
            return _note(row, await vault_in(session, [row.title, row.content]))

    async def update(
        self, note_id: str, title: str | None, text: str | None, *, tainted: bool
    ) -> tuple[Note, JsonValue]:
        """Change a note. What was once tainted stays so, unless all of it is new."""
        async with user_session(self._user_id) as session:
            row = await _row(session, note_id)
            old = _note(row, await vault_in(session, [row.title, row.content]))
            kept = old.tainted and None in (title, text)
            title = old.title if title is None else title
            text = old.text if text is None else text
            await _write(session, row, title, text, tainted=tainted or kept)
            return _note(row, await vault_in(session)), _saved(old)

    async def delete(self, note_id: str) -> tuple[Note, JsonValue]:
        """Delete a note, unless it is so; the row stays, so that it can be brought back."""
        async with user_session(self._user_id) as session:
            row = await _row(session, note_id, deleted=True)
            old = _note(row, await vault_in(session, [row.title, row.content]))
            row.deleted_at = row.deleted_at or func.now()  # type: ignore[assignment]
        return old, _saved(old)

    async def restore(self, saved: JsonValue) -> Note:
        """Bring a note back as it was."""
        if not isinstance(saved, dict):
            raise ToolError(NONE)
        async with user_session(self._user_id) as session:
            row = await _row(session, str(saved["id"]), deleted=True)
            row.deleted_at = None
            title, text = str(saved["title"]), str(saved["text"])
            await _write(session, row, title, text, tainted=bool(saved["tainted"]))
            return _note(row, await vault_in(session))


async def take(user_id: UUID, came: Came) -> bool:
    """Keep an imported note, as one that others may have written; False where it is here already.

    One that was deleted is there again, as it came. Raises ToolError where there is no room.
    """
    here = or_(cast(col(Row.id), String) == came.origin, col(Row.call_key) == key_of(came.origin))
    async with user_session(user_id) as session:
        await hold(session)
        row = (await session.scalars(select(Row).where(here))).one_or_none()
        if row is not None and row.deleted_at is None:
            return False
        await _require_room(session)
        if row is None:
            row = Row(user_id=user_id, call_key=key_of(came.origin), created_at=came.at)
            session.add(row)
        row.deleted_at = None
        await _write(session, row, came.title, came.text, tainted=True)
        row.changed_at = came.changed_at
    return True


async def purge(user_id: UUID, note_id: UUID) -> None:
    """Remove a note that was deleted long enough ago, unless it has been brought back."""
    gone = (col(Row.id) == note_id, col(Row.deleted_at) < func.now() - KEPT)
    async with user_session(user_id) as session:
        await session.execute(delete(Row).where(*gone))


async def _require_room(session: AsyncSession) -> None:
    living = select(func.count()).select_from(Row).where(col(Row.deleted_at).is_(None))
    if (await session.scalar(living) or 0) >= AT_MOST:
        raise ToolError(FULL)


async def _row(session: AsyncSession, note_id: str, *, deleted: bool = False) -> Row:
    try:
        row = await session.get(Row, UUID(note_id), with_for_update=True)
    except ValueError as error:
        raise ToolError(NONE) from error
    if row is None or row.user_id != user_of(session) or (row.deleted_at and not deleted):
        raise ToolError(NONE)
    return row


async def _write(session: AsyncSession, row: Row, title: str, text: str, *, tainted: bool) -> None:
    vault = await vault_in(session)
    row.title = vault.seal(TITLE, row.id, clean(title))
    row.content = vault.seal(CONTENT, row.id, clean(text))
    row.tainted = tainted
    row.changed_at = func.now()  # type: ignore[assignment]
    await session.flush()


def _note(row: Row, vault: Vault) -> Note:
    title = opened_or(vault, TITLE, row.id, row.title, UNREADABLE)
    text = opened_or(vault, CONTENT, row.id, row.content, UNREADABLE)
    return Note(str(row.id), title, text, row.tainted)


def _saved(note: Note) -> dict[str, Any]:
    return {"id": note.id, "title": note.title, "text": note.text, "tainted": note.tainted}
