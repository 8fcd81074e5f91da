"""The user's files: kept within the room of their plan, found, deleted and brought back.

A row is written first, as one that is not stored: its bytes can be put into the store without a
transaction that waits for it, and what a crash leaves behind is purged as if it were deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from assistant.database import user_of, user_session
from assistant.errors import NotFound, Refused
from assistant.models import File as Row
from assistant.services import file_contents, file_room, tiers
from assistant.services.contents import clean
from assistant.services.file_names import require_name
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.one_by_one import hold
from assistant.services.origins import id_here, key_of, origin_of
from assistant.services.tiers import Tier
from assistant.vault import Vault

NAME, KEY, TEXT = "files.name", "files.key", "files.text"
CUT_OFF = (
    "Another file in its place is on its way, or was cut off. Nothing was kept; upload this one by "
    "itself."
)


class Came(NamedTuple):
    """Where an imported file comes from: the id that it had there, and when it was made."""

    origin: str
    at: datetime


class Known(NamedTuple):
    """A file of the user's. Where it is neither living nor deleted, its bytes have not come."""

    id: UUID
    living: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class New:
    """A file to be kept. text: what can be read in it, None for a picture.

    call_key: the same once more is the same file. replaces: the file that is deleted for it.
    came: where it was imported from.
    """

    name: str
    media: str
    content: bytes
    text: str | None
    tainted: bool = True
    call_key: str | None = None
    replaces: UUID | None = None
    came: Came | None = None

    @property
    def key(self) -> str | None:
        """By which it is known when it comes once more."""
        return key_of(self.came.origin) if self.came else self.call_key


@dataclass(frozen=True, slots=True)
class File:
    """A file that is kept. key: opens its bytes."""

    id: UUID
    name: str
    media: str
    size: int
    tainted: bool
    created_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that was deleted. until: so long it can be brought back."""

    file: File
    until: datetime


async def keep(user_id: UUID, new: New) -> File:
    """Keep a file. Raises Refused for its name or for want of room, and StorageAway."""
    name, tier = require_name(new.name), await tiers.tier_of(user_id)
    async with user_session(user_id) as session:
        await hold(session)
        row = await _known(session, new)
        if row is None:
            await file_room.require(session, tier, len(new.content))
            row = await _added(session, new, name)
        file = _file(row, await vault_in(session, [row.name, row.key]))
    if not row.stored:
        await file_contents.put(user_id, file.id, file.key, new.content)
        await _settle(user_id, tier, file, new.replaces)
    return file


async def origins(user_id: UUID) -> dict[str, Known]:
    """All that is known of the user's files, by the ids that they had where they were made."""
    asked = select(Row.id, Row.call_key, Row.stored, Row.deleted_at)
    async with user_session(user_id) as session:
        rows = (await session.execute(asked)).all()
    return {
        origin_of(row.id, row.call_key): Known(
            row.id, row.stored and not row.deleted_at, row.stored and bool(row.deleted_at)
        )
        for row in rows
    }


async def listed(user_id: UUID) -> list[File]:
    """The files, the newest first."""
    newest = select(Row).where(_living()).order_by(col(Row.created_at).desc(), col(Row.id))
    return [file for _, file in await _all(user_id, newest)]


async def deleted(user_id: UUID) -> list[Deleted]:
    """The files that can be brought back, the last deleted first."""
    back = col(Row.stored) & (col(Row.deleted_at) > func.now() - file_room.KEPT)
    newest = select(Row).where(back).order_by(col(Row.deleted_at).desc(), col(Row.id))
    return [
        Deleted(file, row.deleted_at + file_room.KEPT)
        for row, file in await _all(user_id, newest)
        if row.deleted_at
    ]


async def _all(user_id: UUID, rows: SelectOfScalar[Row]) -> list[tuple[Row, File]]:
    """The files of these rows, without their texts: all together they are much."""
    query = rows.options(defer(col(Row.text), raiseload=True))  # type: ignore[arg-type]
    async with user_session(user_id) as session:
        found = (await session.scalars(query)).all()
        vault = await vault_in(session, [sealed for row in found for sealed in (row.name, row.key)])
    return [(row, _file(row, vault)) for row in found]


async def find(user_id: UUID, file_id: UUID, *, deleted: bool = False) -> File:
    """The file. deleted: also one that can be brought back. Raises NotFound."""
    async with user_session(user_id) as session:
        return await _found(session, await _row(session, file_id, deleted=deleted))


async def text_of(user_id: UUID, file_id: UUID) -> tuple[File, str | None]:
    """The file and what can be read in it, None for a picture. Raises NotFound."""
    async with user_session(user_id) as session:
        row = await _row(session, file_id)
        vault = await vault_in(session, [row.name, row.key, row.text])
    text = opened_or(vault, TEXT, row.id, row.text, UNREADABLE) if row.text else None
    return _file(row, vault), text


async def content_of(user_id: UUID, file: File) -> bytes:
    """The bytes of a file. Raises NotFound where they are lost, and StorageAway."""
    content = await file_contents.get(user_id, file.id, file.key)
    if content is None:
        raise NotFound("file")
    return content


async def remove(user_id: UUID, file_id: UUID) -> File:
    """Delete a file, unless it is so; it can be brought back for some time. Raises NotFound."""
    async with user_session(user_id) as session:
        row = await _row(session, file_id, deleted=True)
        row.deleted_at = row.deleted_at or func.now()  # type: ignore[assignment]
        return await _found(session, row)


async def restore(user_id: UUID, deleted: UUID | None, added: UUID | None) -> File:
    """Take back what a change has deleted and added. Raises NotFound, and Refused without room.

    Returns the file that is back, or the one that is gone.
    """
    tier = await tiers.tier_of(user_id)
    async with user_session(user_id) as session:
        await hold(session)
        rows = [await _row(session, each, deleted=True) for each in (added, deleted) if each]
        for row in rows:
            row.deleted_at = None if row.id == deleted else func.now()  # type: ignore[assignment]
        if not rows:
            raise NotFound("file")
        await session.flush()
        if deleted:
            await file_room.require(session, tier, rows[-1].size, but=deleted)
        return await _found(session, rows[-1])


async def purge(user_id: UUID, file_id: UUID) -> None:
    """Remove a file that was deleted long enough ago. Raises StorageAway: then it is tried again.

    From the first step on nobody can bring it back; the row goes last, so that nothing is lost.
    """
    gone = (col(Row.id) == file_id, col(Row.deleted_at) < func.now() - file_room.KEPT)
    async with user_session(user_id) as session:
        row = (await session.scalars(select(Row).where(*gone).with_for_update())).one_or_none()
        if row is None:
            return
        row.stored = False
    await _drop(user_id, file_id)


async def _known(session: AsyncSession, new: New) -> Row | None:
    """Its row, where it came before. Raises Refused for another file in place of a cut off one."""
    if new.key is None:
        return None
    row = (await session.scalars(select(Row).where(col(Row.call_key) == new.key))).one_or_none()
    if row and not row.stored and (row.size, row.media) != (len(new.content), new.media):
        raise Refused(CUT_OFF)
    return row


async def _added(session: AsyncSession, new: New, name: str) -> Row:
    row = Row(
        user_id=user_of(session),
        media=new.media,
        size=len(new.content),
        tainted=new.tainted,
        call_key=new.key,
    )
    if new.came:
        row.id = id_here(row.user_id, new.came.origin)
        row.created_at = new.came.at
    vault = await vault_in(session)
    row.name = vault.seal(NAME, row.id, name)
    row.key = vault.seal(KEY, row.id, file_contents.new_key())
    row.text = vault.seal(TEXT, row.id, clean(new.text)) if new.text is not None else None
    row.deleted_at = func.now()  # type: ignore[assignment]
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def _settle(user_id: UUID, tier: Tier, file: File, replaces: UUID | None) -> None:
    """The bytes are there: show the file, if meanwhile no other has taken its room."""
    try:
        async with user_session(user_id) as session:
            await hold(session)
            row = await _coming(session, file.id)
            if replaces:
                old = await _row(session, replaces)
                old.deleted_at = func.now()  # type: ignore[assignment]
                await session.flush()
            await file_room.require(session, tier, file.size, but=file.id)
            row.stored, row.deleted_at = True, None
    except (Refused, NotFound):
        await _drop(user_id, file.id)
        raise


async def _coming(session: AsyncSession, file_id: UUID) -> Row:
    """Its row, stored or not. Raises NotFound where it was purged while its bytes came."""
    row = await session.get(Row, file_id)
    if row is None:
        raise NotFound("file")
    return row


async def _drop(user_id: UUID, file_id: UUID) -> None:
    await file_contents.remove(user_id, file_id)
    async with user_session(user_id) as session:
        await session.execute(delete(Row).where(col(Row.id) == file_id))


def _living() -> ColumnElement[bool]:
    return col(Row.deleted_at).is_(None)


async def _row(session: AsyncSession, file_id: UUID, *, deleted: bool = False) -> Row:
    row = await session.get(Row, file_id, with_for_update=True)
    mine = row is not None and row.user_id == user_of(session) and row.stored
    if row is None or not mine or (row.deleted_at and not deleted):
        raise NotFound("file")
    return row


async def _found(session: AsyncSession, row: Row) -> File:
    return _file(row, await vault_in(session, [row.name, row.key]))


def _file(row: Row, vault: Vault) -> File:
    name = opened_or(vault, NAME, row.id, row.name, UNREADABLE) if row.name else UNREADABLE
    key = opened_or(vault, KEY, row.id, row.key, "")
    return File(row.id, name, row.media, row.size, row.tainted, row.created_at, key)
