"""The conversations of an archive: each becomes the user's own, each file whole or not at all.

They get new ids and keep everything else: branches, order, times, titles. Answers that were being
written are interrupted. What is in the account already is left alone, so that the same archive may
be given twice; after a deletion it brings back what is gone.
"""

import asyncio
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import String, cast, exists, func, insert, inspect, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.database import user_session
from assistant.models import Conversation, Message, Turn
from assistant.services import messages, signals, titles
from assistant.services.archived import ArchivedTalk
from assistant.services.contents import Entry
from assistant.services.imported import HERE_ALREADY, Imported, Left, item_in
from assistant.services.imported_files import Places
from assistant.services.keys import vault_in
from assistant.services.many_rows import many_rows
from assistant.services.one_by_one import hold
from assistant.services.sessions import User, require_alive, staying
from assistant.services.unpacking import Package
from assistant.vault import Vault

WITHOUT_START = "it goes on from what was not imported"
REPEATED = "it holds messages that another file of the archive has brought already"
PARTIAL = "partial"  # marks one of several files, until the last of them is written
PLANNED_ANEW = 300  # messages of one file; fewer are written before a plan is made

Row = dict[str, Any]


async def bring_back(user: User, package: Package, places: Places, done: Imported) -> None:
    """Import the conversations. Raises NotSignedIn and Leaving in the middle."""
    stored: Stored | None = None
    last: UUID | None = None
    files = package.conversations()
    while (file := await asyncio.to_thread(next, files, None)) is not None:
        staying(await require_alive(user))  # a body may come long after its head
        try:
            talk = await asyncio.to_thread(item_in, ArchivedTalk, file)
            if talk.continues:
                await _go_on(user.id, talk, stored)
                continue
            stored = None
            stored = await _store(talk, places)
            last = stored.conversation_id
            done.conversations += 1
        except Left as error:
            done.leave(error)
    if last:
        await signals.tell_changed(user.id, last)


class Stored(NamedTuple):
    """A conversation that was imported. ids: of its messages, by those in the archive.

    places: where the files of its messages are.
    """

    origin: str
    conversation_id: UUID
    ids: dict[str, UUID]
    places: Places


async def _store(talk: ArchivedTalk, places: Places) -> Stored:
    """Write one conversation. Raises Left when it is there already."""
    stored = Stored(talk.id, uuid4(), {}, places)
    async with user_session(places.user_id) as session:
        await hold(session)
        await _make_way(session, talk.id)
        if await _is_here(session, talk.id):
            raise Left(talk.title or talk.id, HERE_ALREADY)
        vault = await vault_in(session)
        row = _conversation(stored.conversation_id, talk, vault)
        await session.execute(insert(Conversation), [row])
        await _write_messages(session, stored, talk, vault)
    return stored


async def _go_on(user_id: UUID, talk: ArchivedTalk, stored: Stored | None) -> None:
    """Write what a later file holds of the conversation that was stored last. Raises Left."""
    if stored is None or stored.origin != talk.id or not talk.outside() <= stored.ids.keys():
        raise Left(talk.title or talk.id, WITHOUT_START)
    if not stored.ids.keys().isdisjoint(message.id for message in talk.messages):
        raise Left(talk.title or talk.id, REPEATED)
    async with user_session(user_id) as session:
        await _write_messages(session, stored, talk, await vault_in(session))
        if len(stored.ids) >= talk.count:
            mine = col(Conversation.id) == stored.conversation_id
            whole = col(Conversation.details).op("-")(PARTIAL)
            await session.execute(update(Conversation).where(mine).values(details=whole))


async def _write_messages(
    session: AsyncSession, stored: Stored, talk: ArchivedTalk, vault: Vault
) -> None:
    if not talk.messages:
        return
    stored.ids.update({message.id: uuid4() for message in talk.messages})
    rows = await asyncio.to_thread(_messages, stored, talk, vault)
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


async def _make_way(session: AsyncSession, origin: str) -> None:
    """An import that was cut off in the middle of this conversation has left a part of it: it goes,
    unless somebody has gone on with it since.
    """
    details = col(Conversation.details)
    left = (details["origin"].as_string() == origin, details.op("?")(PARTIAL))
    unused = ~exists().where(col(Turn.conversation_id) == col(Conversation.id))
    there = col(Conversation.deleted_at).is_(None)
    gone = update(Conversation).where(*left, unused, there).values(deleted_at=func.now())
    await session.execute(gone)


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
    details[PARTIAL] = talk.count > len(talk.messages)
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


def _messages(stored: Stored, talk: ArchivedTalk, vault: Vault) -> list[Row]:
    """The rows of the messages, parents before children. `signatures.py` makes them findable."""
    ids = stored.ids
    return [
        {
            "id": ids[each.id],
            "user_id": vault.user_id,
            "conversation_id": stored.conversation_id,
            "parent_id": ids[each.parent] if each.parent else None,
            "role": each.role,
            "status": each.status,
            "content": messages.sealed(
                ids[each.id], [_entry(part, stored.places) for part in each.entries()], vault
            ),
            "model": each.model,
            "error": each.error,
            "created_at": each.created_at,
            "ended_at": each.ended_at,
            "details": {"notice": each.notice} if each.notice else {},
        }
        for each in talk.in_order()
    ]


def _entry(part: Entry, places: Places) -> Entry:
    """A part as it is stored. Anybody may have written it."""
    file = {"id": str(places.of(part["id"]))} if part["type"] == "file" else {}
    return part | file | {"imported": True}
