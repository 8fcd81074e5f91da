"""The conversations of an export: each as JSON with all its branches, and as Markdown to read."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select

from assistant.database import user_session
from assistant.models import Conversation
from assistant.services import messages, readable, titles
from assistant.services.archive import Archive, Listing, iso, line_of, slug
from assistant.services.archived import MARKS_AT_MOST, marks_in
from assistant.services.batches import batches
from assistant.services.contents import OF_THIS_PLACE
from assistant.services.holdings import CONVERSATIONS
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.unpacking import ENTRY_BYTES
from assistant.vault import Vault

BATCH = 200  # messages
BATCH_BYTES = 1_000_000
ROOM_BYTES = ENTRY_BYTES - 10_000  # of a file, for messages; the rest is for the facts before them
ROOM_MARKS = MARKS_AT_MOST - 100
UNTITLED = "A conversation"

Item = dict[str, Any]
Writing = AsyncGenerator[None, None]  # yields whenever there is something to send

_PLACES = text("""
    select id, parent_id, created_at, coalesce(octet_length(content), 0) as size from messages
    where conversation_id = :conversation order by created_at, id
""")
_CONTENTS = text("""
    select id, parent_id, role, status, content, model, error, created_at, ended_at,
           coalesce(metadata ->> 'notice', '') as notice
    from messages where id = any(:ids)
""")


async def write_all(user_id: UUID, archive: Archive) -> Writing:
    """All conversations that are not deleted, in the order in which they were begun."""
    kept = select(Conversation.id).where(col(Conversation.deleted_at).is_(None))
    async with user_session(user_id) as session:
        query = kept.order_by(col(Conversation.created_at), col(Conversation.id))
        ids = (await session.scalars(query)).all()
    for number, conversation_id in enumerate(ids, 1):
        talk = await _found(user_id, conversation_id)
        if talk is not None:
            name = f"{CONVERSATIONS}{number:04d}-{slug(talk.title or '')}".rstrip("-")
            for writing in (_as_json(talk, name, archive), _as_markdown(talk, name, archive)):
                async with aclosing(writing):
                    async for _ in writing:
                        yield


class _Talk(NamedTuple):
    """A conversation without its words. places: of its messages, parents before children."""

    row: Conversation
    title: str | None
    places: list[Row[Any]]
    summarised: dict[str, Item]  # what models read in place of the messages up to this one

    @property
    def size(self) -> int:
        """About how many bytes it comes to."""
        return sum(2 * int(place.size) for place in self.places)

    def facts(self, number: int) -> Item:
        """What stands before the messages of the file of this number (`archived.ArchivedTalk`)."""
        row = self.row
        return {
            "id": row.details.get("origin", str(row.id)),
            "title": self.title,
            "titled": row.details.get("titled", ""),
            "model": row.model,
            "head": row.head_id and str(row.head_id),
            "created_at": iso(row.created_at),
            "touched_at": iso(row.touched_at),
            "archived_at": iso(row.archived_at),
            "count": len(self.places),
            "continues": number > 1,
        }

    def branch(self) -> list[Row[Any]]:
        """The places on the branch that is shown, the oldest first."""
        known = {place.id: place for place in self.places}
        at, branch = self.row.head_id, []
        while at in known:
            branch.append(known[at])
            at = known[at].parent_id
        return branch[::-1]


async def _found(user_id: UUID, conversation_id: UUID) -> _Talk | None:
    async with user_session(user_id) as session:
        row = await session.get(Conversation, conversation_id)
        if row is None or row.deleted_at is not None:  # since the export began
            return None
        vault = await vault_in(session, [row.title, row.summary])
        places = (await session.execute(_PLACES, {"conversation": conversation_id})).all()
    title = opened_or(vault, titles.PLACE, row.id, row.title, UNREADABLE) if row.title else None
    summary = messages.summary_of(vault, row.id, row.summary)
    summarised = {str(row.summary_through): asdict(summary)} if summary else {}
    return _Talk(row, title, parents_first(places), summarised)


def parents_first(places: Sequence[Row[Any]]) -> list[Row[Any]]:
    """In the order of time; what was written in one transaction, parents before children."""
    depths: dict[UUID | None, int] = {None: 0}
    parents = {place.id: place.parent_id for place in places}
    for place in places:
        path, at = [], place.id
        while at not in depths:
            path.append(at)
            at = parents.get(at)
        for depth, each in enumerate(reversed(path), depths[at] + 1):
            depths[each] = depth
    return sorted(places, key=lambda place: (place.created_at, depths[place.id]))


class _Files:
    """The JSON of a conversation: one file, or as many as can be imported one by one."""

    def __init__(self, talk: _Talk, name: str, archive: Archive) -> None:
        self._talk, self._name, self._archive = talk, name, archive
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        which = "" if self._number == 1 else f".part{self._number:04d}"  # sorted behind the first
        name, at = f"{self._name}{which}.json", self._talk.row.touched_at
        self.file = self._archive.entry(name, at, ENTRY_BYTES)
        self._listing = Listing(self.file, self._talk.facts(self._number), "messages")
        self._bytes, self._marks = ROOM_BYTES, ROOM_MARKS

    def add(self, items: Iterable[Item]) -> None:
        """Write some more messages."""
        for line in map(line_of, items):
            marks = marks_in(line) + 1
            fits = len(line) + 2 <= self._bytes and marks <= self._marks
            if not fits and self._bytes < ROOM_BYTES:
                self.close()
                self._begin()
            self._listing.add_line(line)
            self._bytes -= len(line) + 2
            self._marks -= marks

    def close(self) -> None:
        """Write the end of the last one."""
        self._listing.close()
        self.file.close()


async def _as_json(talk: _Talk, name: str, archive: Archive) -> Writing:
    files = _Files(talk, name, archive)
    try:
        async with aclosing(_items(talk, talk.places)) as batches:
            async for items in batches:
                await asyncio.to_thread(files.add, items)
                yield
        files.close()
    finally:
        files.file.close()


async def _as_markdown(talk: _Talk, name: str, archive: Archive) -> Writing:
    def write(items: list[Item]) -> None:
        for item in items:
            file.write(readable.section(item).encode(errors="replace"))

    begun = iso(talk.row.created_at) or ""
    with archive.entry(f"{name}.md", talk.row.touched_at, talk.size) as file:
        file.write(readable.opening(talk.title or UNTITLED, begun).encode(errors="replace"))
        async with aclosing(_items(talk, talk.branch())) as batches:
            async for items in batches:
                await asyncio.to_thread(write, items)
                yield


async def _items(talk: _Talk, places: list[Row[Any]]) -> AsyncGenerator[list[Item], None]:
    """The messages at these places, opened, batch by batch.

    The last one that is summarised has the summary beside it.
    """
    user_id = talk.row.user_id
    for ids in batches(places, BATCH, BATCH_BYTES):
        async with user_session(user_id) as session:
            rows = (await session.execute(_CONTENTS, {"ids": ids})).all()
            vault = await vault_in(session, (row.content for row in rows))
        found = {row.id: row for row in rows}
        there = [found[each] for each in ids if each in found]
        items = await asyncio.to_thread(_opened, there, vault)
        known = talk.summarised
        yield [
            each | {"summarised": known[each["id"]]} if each["id"] in known else each
            for each in items
        ]


def _opened(rows: list[Row[Any]], vault: Vault) -> list[Item]:
    return [_item(row, vault) for row in rows]


def _item(row: Row[Any], vault: Vault) -> Item:
    parts = messages.readable(row.id, row.content, vault)
    return {
        "id": str(row.id),
        "parent": row.parent_id and str(row.parent_id),
        "role": row.role,
        "status": row.status,
        "model": row.model,
        "error": row.error,
        "notice": row.notice,
        "created_at": iso(row.created_at),
        "ended_at": iso(row.ended_at),
        "parts": [
            {name: each for name, each in part.items() if name not in OF_THIS_PLACE}
            for part in parts
        ],
    }
