"""Reads an export back: its conversations become the user's own, each file whole or not at all.

They get new ids and keep everything else: branches, order, times, titles. Answers that were being
written are interrupted. What is in the account already is left alone, so that the same archive may
be given twice; after a deletion it brings back what is gone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from pydantic import BaseModel, ValidationError
from sqlalchemy import String, cast, insert, inspect, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.database import user_session
from assistant.errors import Busy, Refused
from assistant.models import Conversation, Message
from assistant.services import messages, signals, titles
from assistant.services.archive import FORMAT, PRODUCT
from assistant.services.archived import ArchivedTalk, NotReadable, talk_in
from assistant.services.keys import vault_in
from assistant.services.many_rows import many_rows
from assistant.services.one_each import OneEach
from assistant.services.sessions import User, require_alive, staying
from assistant.services.unpacking import ARCHIVE_BYTES, NO_ARCHIVE, Package, Unpacked
from assistant.vault import Vault

HERE_ALREADY = "it is in your account already"
WITHOUT_START = "it goes on from what was not imported"
TOO_NEW = (
    "This archive was made by a newer version of the assistant. Nothing was imported; update this "
    "one first."
)
UNDER_WAY = "An archive of yours is being imported already. Wait until that is done."

FULL = (
    "Other archives are being imported at the moment. Nothing was imported; try again in a minute."
)
TOO_LARGE = (
    f"This archive has more than {ARCHIVE_BYTES // 1_000_000} MB, which is the most that can be "
    "imported at once. Nothing was imported."
)
TOO_SLOW = "The archive came too slowly. Nothing was imported; try again over a faster connection."
AT_ONCE = 2  # archives in the memory of this process
WAIT_SECONDS = 30
PLANNED_ANEW = 300  # messages of one file; fewer are written before a plan is made
PAUSE_SECONDS = 20.0  # how long nothing may come
SLOWEST = 175_000  # bytes a second: 50 MB take five minutes

Row = dict[str, Any]
ONE_EACH = OneEach(UNDER_WAY)
_PLACES = asyncio.Semaphore(AT_ONCE)


class Skipped(NamedTuple):
    """A conversation that was not imported. item: its title, or the name of its file."""

    item: str
    why: str


class Imported(NamedTuple):
    """What became of an archive."""

    imported: int
    skipped: list[Skipped]


class _Manifest(BaseModel):
    product: str
    format: int


async def import_from(user: User, pieces: AsyncIterator[bytes]) -> Imported:
    """Import an archive as it comes in; nothing of it is read before there is room for it.

    Raises Refused when it is too large, too slow or no archive, and Busy while the user's last one
    is being imported, or too many are. NotSignedIn and Leaving end it in the middle, too.
    """
    with ONE_EACH.held(user.id):
        async with _room():
            return await import_archive(user, await _received(pieces))


@asynccontextmanager
async def _room() -> AsyncIterator[None]:
    """One of the few places; archives lie in memory, because they are in clear."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await _PLACES.acquire()
    except TimeoutError as error:
        raise Busy(FULL, minutes=1) from error
    try:
        yield
    finally:
        _PLACES.release()


async def _received(pieces: AsyncIterator[bytes]) -> bytes:
    body, now = BytesIO(), asyncio.get_running_loop().time
    began = now()
    try:
        async with asyncio.timeout(PAUSE_SECONDS) as limit:
            async for piece in pieces:
                body.write(piece)
                if body.tell() > ARCHIVE_BYTES:
                    raise Refused(TOO_LARGE)
                limit.reschedule(began + PAUSE_SECONDS + body.tell() / SLOWEST)
    except TimeoutError as error:
        raise Refused(TOO_SLOW) from error
    return body.getvalue()  # not copied: the buffer itself


async def import_archive(user: User, given: bytes) -> Imported:
    """Import the conversations of an archive that `export.py` has made, or somebody else.

    Raises Refused when it is no such archive. What was imported stays, also when the database goes
    away in the middle, or the session ends: then NotSignedIn, or Leaving.
    """
    package = await asyncio.to_thread(_opened, given)
    skipped: list[Skipped] = []
    ids: list[UUID] = []
    stored: _Stored | None = None
    files = package.conversations()
    while (file := await asyncio.to_thread(next, files, None)) is not None:
        staying(await require_alive(user))  # a body may come long after its head
        try:
            talk = await asyncio.to_thread(_read, file)
            if talk.continues:
                await _go_on(user.id, talk, stored)
                continue
            stored = None
            stored = await _store(user.id, talk)
            ids.append(stored.conversation_id)
        except _Left as error:
            skipped.append(error.as_skipped())
    if ids:
        await signals.tell_changed(user.id, ids[-1])
    return Imported(len(ids), skipped)


def _opened(given: bytes) -> Package:
    package = Package.of(given)
    try:
        manifest = _Manifest.model_validate_json(package.manifest())
    except ValidationError as error:
        raise Refused(NO_ARCHIVE) from error
    if manifest.product != PRODUCT:
        raise Refused(NO_ARCHIVE)
    if manifest.format > FORMAT:
        raise Refused(TOO_NEW)
    return package


class _Left(Exception):
    """One conversation is not imported; the others are."""

    def __init__(self, item: str, why: str) -> None:
        super().__init__(why)
        self.item = item

    def as_skipped(self) -> Skipped:
        return Skipped(self.item, str(self))


def _read(file: Unpacked) -> ArchivedTalk:
    name = "".join(c for c in file.name.rpartition("/")[2] if c.isprintable())[:120]
    if file.why:
        raise _Left(name, file.why)
    try:
        return talk_in(file.content)
    except NotReadable as error:
        raise _Left(name, str(error)) from error


class _Stored(NamedTuple):
    """A conversation that was imported. ids: of its messages, by those in the archive."""

    origin: str
    conversation_id: UUID
    ids: dict[str, UUID]


async def _store(user_id: UUID, talk: ArchivedTalk) -> _Stored:
    """Write one conversation. Raises _Left when it is there already."""
    stored = _Stored(talk.id, uuid4(), {})
    async with user_session(user_id) as session:
        await session.execute(text("select 1 from profiles for no key update"))  # two tabs
        if await _is_here(session, talk.id):
            raise _Left(talk.title or talk.id, HERE_ALREADY)
        vault = await vault_in(session)
        row = _conversation(stored.conversation_id, talk, vault)
        await session.execute(insert(Conversation), [row])
        await _write_messages(session, stored, talk, vault)
    return stored


async def _go_on(user_id: UUID, talk: ArchivedTalk, stored: _Stored | None) -> None:
    """Write what a later file holds of the conversation that was stored last. Raises _Left."""
    if stored is None or stored.origin != talk.id or not talk.outside() <= stored.ids.keys():
        raise _Left(talk.title or talk.id, WITHOUT_START)
    async with user_session(user_id) as session:
        await _write_messages(session, stored, talk, await vault_in(session))


async def _write_messages(
    session: AsyncSession, stored: _Stored, talk: ArchivedTalk, vault: Vault
) -> None:
    if not talk.messages:
        return
    stored.ids.update({message.id: uuid4() for message in talk.messages})
    rows = await asyncio.to_thread(_messages, stored.conversation_id, talk, stored.ids, vault)
    await _insert_all(session, rows)
    last = None if talk.continues else stored.ids[talk.messages[-1].id]
    if head := stored.ids.get(talk.head or "", last):
        mine = col(Conversation.id) == stored.conversation_id
        await session.execute(update(Conversation).where(mine).values(head_id=head))


async def _insert_all(session: AsyncSession, rows: list[Row]) -> None:
    """Write the messages by one statement, so that parents are looked for when all are there.

    The database keeps the plan of that look-up with the connection. One that was made while there
    were hardly any messages reads all of the user's for each row; for many it is made anew.
    """
    if len(rows) >= PLANNED_ANEW:
        await session.execute(text("discard plans"))
    columns = {key: inspect(Message).columns[key] for key in rows[0]}
    await session.execute(
        insert(Message).from_select(list(columns.values()), many_rows(columns, rows).select())
    )


async def _is_here(session: AsyncSession, origin: str) -> bool:
    same = or_(
        cast(col(Conversation.id), String) == origin,
        col(Conversation.details)["origin"].as_string() == origin,
    )
    found = select(Conversation.id).where(same, col(Conversation.deleted_at).is_(None))
    return (await session.scalars(found)).first() is not None


def _conversation(conversation_id: UUID, talk: ArchivedTalk, vault: Vault) -> Row:
    # Anybody may have written what stands in a file.
    details = {"imported": True, "tainted": True, "origin": talk.id, "titled": talk.titled}
    return {
        "id": conversation_id,
        "user_id": vault.user_id,
        "title": vault.seal(titles.PLACE, conversation_id, talk.title) if talk.title else None,
        "model": talk.model,
        "created_at": talk.created_at,
        "touched_at": talk.touched_at,
        "archived_at": talk.archived_at,
        "details": {name: value for name, value in details.items() if value},
    }


def _messages(
    conversation_id: UUID, talk: ArchivedTalk, ids: dict[str, UUID], vault: Vault
) -> list[Row]:
    """The rows of the messages, parents before children. `signatures.py` makes them findable."""
    return [
        {
            "id": ids[each.id],
            "user_id": vault.user_id,
            "conversation_id": conversation_id,
            "parent_id": ids[each.parent] if each.parent else None,
            "role": each.role,
            "status": each.status,
            "content": messages.sealed(
                ids[each.id], [part | {"imported": True} for part in each.entries()], vault
            ),
            "model": each.model,
            "error": each.error,
            "created_at": each.created_at,
            "ended_at": each.ended_at,
            "details": {"notice": each.notice} if each.notice else {},
        }
        for each in talk.in_order()
    ]
