"""Search through a user's sealed titles and messages: what the signatures claim is opened.

Words are folded strings that must all occur (`folding.py`), anywhere in a word. Titles, and the few
messages that have no signature yet, are opened one by one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Connection, QueryCanceledError, Record

from assistant.database import CONNECTIONS, user_connection
from assistant.services import contents, messages, opened_titles, titles
from assistant.services.folding import folded, holds, pieces, snippet, terms_of
from assistant.services.keys import UNREADABLE, opened_or, vault_over
from assistant.services.opened_titles import Cell, Opened, Titles
from assistant.services.signatures import places_of
from assistant.vault import Tampered, Vault

FOUND_AT_MOST = 30
TITLES_AT_MOST = 8
SECONDS = 1.0
OPENED_AT_ONCE = 200
TITLES_AT_ONCE = 100
SPARE = 20  # filters that claim too much, among the newest
UNSIGNED_AT_MOST = 2_000
NO_TERM = "\0"  # no term has it, so that none is found across two titles

# By the index the policy's condition is asked once; reading the whole table, once for each row.
# Only read backwards it gives the newest first, so that what is common is found before the rest is
# read. The timeout is that of all statements that follow; what the database still reads for nobody
# would hold others up.
_BEGINNING = """
    select set_config('enable_seqscan', 'off', true),
           set_config('enable_bitmapscan', 'off', true),
           set_config('enable_sort', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true),
           set_config('statement_timeout', $1, true)
"""
_BOUND = "select set_config('statement_timeout', $1, true)"
_CONVERSATIONS = """
    select id, title, touched_at, archived_at is not null as archived from conversations
    where deleted_at is null order by touched_at desc
"""
_UNSIGNED = """
    select id from messages where not searchable and content is not null
    order by created_at desc, id desc limit $1
"""
_CLAIMED = """
    select m.id, m.conversation_id, m.role, m.created_at, m.content
    from (
        select message_id, created_at as said_at from search_signatures
        where {claims} {behind} order by created_at desc, message_id desc limit $1
    ) claimed join messages m on m.id = claimed.message_id
    order by said_at desc, m.id desc
"""
_BEHIND = "and (created_at, message_id) < (${0}, ${1})"
_BIT = "get_bit(bits, ${0}::bigint & (octet_length(bits)::bigint * 8 - 1)) = 1"
_OPENED = """
    select id, conversation_id, role, created_at, content from messages
    where id = any($1) order by created_at desc, id desc
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Found:
    """One hit. message_id and role: None and "" where the conversation's title is what matches.

    pieces: of the title, or of a line from the message; the second, fourth and so on match.
    """

    conversation_id: UUID
    title: str
    archived: bool
    at: datetime
    pieces: list[str]
    message_id: UUID | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, the newest first. complete: False when time ran out before all was read."""

    titles: list[Found]
    messages: list[Found]
    complete: bool


@dataclass(slots=True)
class _Asked:
    """One search on its way.

    known, opened: the titles that the search before has opened, and those of this one. talks: each
    conversation, and its title.
    """

    user_id: UUID
    driver: Connection
    vault: Vault
    terms: list[str]
    limit: int
    until: float
    complete: bool = True
    known: Titles = field(default_factory=dict)
    opened: Titles = field(default_factory=dict)
    talks: dict[UUID, tuple[Record, Opened]] = field(default_factory=dict)
    titles: list[Found] = field(default_factory=list)
    found: dict[UUID | None, Found] = field(default_factory=dict)

    def is_late(self) -> bool:
        """Whether the time is over; then the answer is not complete."""
        self.complete = self.complete and time.monotonic() < self.until
        return not self.complete

    async def bound(self, by: str = _BOUND) -> None:
        """Let no statement that follows take longer than there is time now."""
        left = max(int((self.until - time.monotonic()) * 1_000), 1)
        await self.driver.fetchval(by, str(left))

    async def knows(self, sealed: Iterable[bytes | None]) -> None:
        """Have the keys that these values name."""
        self.vault = await vault_over(self.driver, self.user_id, sealed)


async def search(
    user_id: UUID, query: str, limit: int = FOUND_AT_MOST, seconds: float = SECONDS
) -> Answer:
    """The newest messages, up to `limit`, and a few titles that hold all words of the query.

    query: words, and phrases in double quotes. seconds: how long it may take.
    """
    terms = terms_of(query)
    if not terms:
        return Answer([], [], complete=True)
    async with user_connection(user_id, CONNECTIONS) as driver:
        vault = await vault_over(driver, user_id)
        asked = _Asked(user_id, driver, vault, terms, limit, time.monotonic() + seconds)
        asked.known = opened_titles.kept(user_id)
        try:
            await _read(asked)
        except QueryCanceledError:
            asked.complete = False
    opened_titles.keep(user_id, asked.opened)
    newest = sorted(asked.found.values(), key=lambda each: each.at, reverse=True)
    return Answer(asked.titles, newest[:limit], asked.complete)


async def _read(asked: _Asked) -> None:
    """Find all that there is time for. Titles are opened while the database reads filters."""
    await asked.bound(_BEGINNING)
    talks = await asked.driver.fetch(_CONVERSATIONS)
    await asked.knows(talk["title"] for talk in talks)
    opening = asyncio.create_task(asyncio.to_thread(_open_titles, asked, talks))
    try:
        await _among(asked, _unsigned(asked), opening)
        await _among(asked, _claimed(asked), opening)  # what was signed meanwhile both find
    finally:
        await opening


def _open_titles(asked: _Asked, talks: Sequence[Record]) -> None:
    """Open the titles of these conversations, in a thread: there may be many of them."""
    for start in range(0, len(talks), TITLES_AT_ONCE):
        if asked.is_late():
            return
        some = talks[start : start + TITLES_AT_ONCE]
        opened = [asked.known.get(_cell(talk)) or _title(asked, talk) for talk in some]
        asked.opened |= zip(map(_cell, some), opened, strict=True)
        found = zip(some, opened, strict=True)
        asked.talks |= {talk["id"]: (talk, title) for talk, title in found}
        if holds(NO_TERM.join([title.fold for title in opened]), asked.terms):
            _keep_titles(asked, some)


def _cell(talk: Record) -> Cell:
    return talk["id"], talk["title"]


def _title(asked: _Asked, talk: Record) -> Opened:
    if not talk["title"]:
        return Opened("", "")
    title = opened_or(asked.vault, titles.PLACE, talk["id"], talk["title"], UNREADABLE)
    return Opened(title, folded(title))


def _keep_titles(asked: _Asked, talks: Iterable[Record]) -> None:
    """Keep the first of these whose titles match."""
    for talk in talks:
        title, fold = asked.opened[_cell(talk)]
        if len(asked.titles) < TITLES_AT_MOST and holds(fold, asked.terms):
            line = pieces(title, asked.terms)
            found = Found(talk["id"], title, talk["archived"], talk["touched_at"], line)
            asked.titles.append(found)


async def _unsigned(asked: _Asked) -> AsyncIterator[Sequence[Record]]:
    ids = [row["id"] for row in await asked.driver.fetch(_UNSIGNED, UNSIGNED_AT_MOST)]
    for start in range(0, len(ids), OPENED_AT_ONCE):
        yield await asked.driver.fetch(_OPENED, ids[start : start + OPENED_AT_ONCE])
    asked.complete = asked.complete and len(ids) < UNSIGNED_AT_MOST


async def _claimed(asked: _Asked) -> AsyncIterator[Sequence[Record]]:
    """Messages whose signatures claim all terms, the newest first."""
    places = places_of(asked.terms, asked.vault)
    claims = " and ".join(_BIT.format(n) for n in range(2, len(places) + 2))
    behind, last, limit = "", list[Any](), min(asked.limit + SPARE, OPENED_AT_ONCE)
    while True:
        await asked.bound()
        query = _CLAIMED.format(claims=claims, behind=behind)
        rows = await asked.driver.fetch(query, limit, *places, *last)
        yield rows
        if len(rows) < limit:
            return
        behind = _BEHIND.format(len(places) + 2, len(places) + 3)
        last, limit = [rows[-1]["created_at"], rows[-1]["id"]], OPENED_AT_ONCE


async def _among(
    asked: _Asked, claimed: AsyncIterator[Sequence[Record]], opening: asyncio.Task[None]
) -> None:
    """Keep the first of these messages that truly match."""
    count = 0
    async for rows in claimed:
        if not rows:
            continue
        await asked.knows(row["content"] for row in rows)
        await opening
        hits = await asyncio.to_thread(_matches, asked, rows, asked.limit - count)
        asked.found |= {each.message_id: each for each in hits}
        count += len(hits)
        if count == asked.limit or asked.is_late():
            return


def _matches(asked: _Asked, rows: Sequence[Record], limit: int) -> list[Found]:
    """In a thread of its own: what is long to open and to read holds nobody else up."""
    return list(islice(filter(None, (_match(asked, row) for row in rows)), limit))


def _match(asked: _Asked, row: Record) -> Found | None:
    if row["conversation_id"] not in asked.talks or asked.is_late():
        return None
    talk, title = asked.talks[row["conversation_id"]]
    try:
        words = contents.said(messages.opened(row["id"], row["content"], asked.vault))
    except Tampered:
        log.warning("unreadable", place=messages.PLACE, row=str(row["id"]))
        return None
    if not holds(folded(words), asked.terms):
        return None
    at, line = row["created_at"], snippet(words, asked.terms)
    return Found(talk["id"], title.title, talk["archived"], at, line, row["id"], row["role"])
