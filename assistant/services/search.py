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
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import user_session
from assistant.services import contents, messages, opened_titles, titles
from assistant.services.folding import folded, holds, pieces, snippet, terms_of
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.opened_titles import Opened, Titles
from assistant.services.signatures import places_of
from assistant.vault import Tampered, Vault

FOUND_AT_MOST = 30
TITLES_AT_MOST = 8
SECONDS = 1.0
OPENED_AT_ONCE = 200
TITLES_AT_ONCE = 100
SPARE = 20  # filters that claim too much, among the newest
UNSIGNED_AT_MOST = 2_000

# By the index the policy's condition is asked once; reading the whole table, once for each row.
# Only read backwards it gives the newest first, so that what is common is found before the rest is
# read. The timeout is that of all statements that follow; what the database still reads for nobody
# would hold others up.
_BEGINNING = text("""
    select set_config('enable_seqscan', 'off', true),
           set_config('enable_bitmapscan', 'off', true),
           set_config('enable_sort', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true),
           set_config('statement_timeout', :milliseconds, true)
""")
_BOUND = text("select set_config('statement_timeout', :milliseconds, true)")
_CONVERSATIONS = text("""
    select id, title, touched_at, archived_at is not null as archived from conversations
    where deleted_at is null order by touched_at desc
""")
_UNSIGNED = text(f"""
    select id from messages where not searchable and content is not null
    order by created_at desc, id desc limit {UNSIGNED_AT_MOST}
""")  # noqa: S608
_CLAIMED = """
    select m.id, m.conversation_id, m.role, m.created_at, m.content
    from (
        select message_id, created_at as said_at from search_signatures
        where {claims} {behind} order by created_at desc, message_id desc limit :limit
    ) claimed join messages m on m.id = claimed.message_id
    order by said_at desc, m.id desc
"""
_BEHIND = "and (created_at, message_id) < (:at, :id)"
_BIT = "get_bit(bits, cast(:p{0} as bigint) & (octet_length(bits)::bigint * 8 - 1)) = 1"
_OPENED = text("""
    select id, conversation_id, role, created_at, content from messages
    where id = any(:ids) order by created_at desc, id desc
""")

_CANCELLED = "57014"  # PostgreSQL, appendix A

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

    known, opened: the titles that the search before has opened, and those of this one. talks:
    whether each conversation is archived, and its title.
    """

    session: AsyncSession
    vault: Vault
    terms: list[str]
    limit: int
    until: float
    complete: bool = True
    known: Titles = field(default_factory=dict)
    opened: Titles = field(default_factory=dict)
    talks: dict[UUID, tuple[bool, str]] = field(default_factory=dict)
    titles: list[Found] = field(default_factory=list)
    found: dict[UUID | None, Found] = field(default_factory=dict)

    def is_late(self) -> bool:
        """Whether the time is over; then the answer is not complete."""
        self.complete = self.complete and time.monotonic() < self.until
        return not self.complete

    async def bound(self, by: TextClause = _BOUND) -> None:
        """Let no statement that follows take longer than there is time now."""
        left = max(int((self.until - time.monotonic()) * 1_000), 1)
        await self.session.execute(by, {"milliseconds": str(left)})

    async def knows(self, sealed: Iterable[bytes | None]) -> None:
        """Have the keys that these values name."""
        self.vault = await vault_in(self.session, sealed)


async def search(
    user_id: UUID, query: str, limit: int = FOUND_AT_MOST, seconds: float = SECONDS
) -> Answer:
    """The newest messages, up to `limit`, and a few titles that hold all words of the query.

    query: words, and phrases in double quotes. seconds: how long it may take.
    """
    terms = terms_of(query)
    if not terms:
        return Answer([], [], complete=True)
    async with user_session(user_id) as session:
        asked = _Asked(session, await vault_in(session), terms, limit, time.monotonic() + seconds)
        asked.known = opened_titles.kept(user_id)
        try:
            await _read(asked)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != _CANCELLED:
                raise
            asked.complete = False
    opened_titles.keep(user_id, asked.opened)
    newest = sorted(asked.found.values(), key=lambda each: each.at, reverse=True)
    return Answer(asked.titles, newest[:limit], asked.complete)


async def _read(asked: _Asked) -> None:
    """Find all that there is time for. Titles are opened while the database reads filters."""
    await asked.bound(_BEGINNING)
    talks = (await asked.session.execute(_CONVERSATIONS)).all()
    await asked.knows(row.title for row in talks)
    opening = asyncio.create_task(asyncio.to_thread(_open_titles, asked, talks))
    try:
        await _among(asked, _unsigned(asked), opening)
        await _among(asked, _claimed(asked), opening)  # what was signed meanwhile both find
    finally:
        await opening


def _open_titles(asked: _Asked, rows: Iterable[Any]) -> None:
    """Open the titles of these conversations, in a thread: there may be many of them."""
    for number, (talk_id, sealed, touched_at, archived) in enumerate(rows):
        if number % TITLES_AT_ONCE == 0 and asked.is_late():
            return
        title, fold = found = _title(asked, talk_id, sealed)
        asked.opened[sealed or b""] = found
        asked.talks[talk_id] = (archived, title)
        if len(asked.titles) < TITLES_AT_MOST and holds(fold, asked.terms):
            line = pieces(title, asked.terms)
            asked.titles.append(Found(talk_id, title, archived, touched_at, line))


def _title(asked: _Asked, talk_id: UUID, sealed: bytes | None) -> Opened:
    if not sealed:
        return Opened("", "")
    if known := asked.known.get(sealed):
        return known
    title = opened_or(asked.vault, titles.PLACE, talk_id, sealed, UNREADABLE)
    return Opened(title, folded(title))


async def _unsigned(asked: _Asked) -> AsyncIterator[Sequence[Row[Any]]]:
    ids = (await asked.session.scalars(_UNSIGNED)).all()
    for start in range(0, len(ids), OPENED_AT_ONCE):
        chunk = list(ids[start : start + OPENED_AT_ONCE])
        yield (await asked.session.execute(_OPENED, {"ids": chunk})).all()
    asked.complete = asked.complete and len(ids) < UNSIGNED_AT_MOST


async def _claimed(asked: _Asked) -> AsyncIterator[Sequence[Row[Any]]]:
    """Messages whose signatures claim all terms, the newest first."""
    places = places_of(asked.terms, asked.vault)
    bound: dict[str, Any] = {f"p{n}": place for n, place in enumerate(places)}
    claims = " and ".join(_BIT.format(n) for n in range(len(places)))
    behind, limit = "", min(asked.limit + SPARE, OPENED_AT_ONCE)
    while True:
        await asked.bound()
        query = text(_CLAIMED.format(claims=claims, behind=behind))
        rows = (await asked.session.execute(query, bound | {"limit": limit})).all()
        yield rows
        if len(rows) < limit:
            return
        bound |= {"at": rows[-1].created_at, "id": rows[-1].id}
        behind, limit = _BEHIND, OPENED_AT_ONCE


async def _among(
    asked: _Asked, claimed: AsyncIterator[Sequence[Row[Any]]], opening: asyncio.Task[None]
) -> None:
    """Keep the first of these messages that truly match."""
    count = 0
    async for rows in claimed:
        if not rows:
            continue
        await asked.knows(row.content for row in rows)
        await opening
        hits = await asyncio.to_thread(_matches, asked, rows, asked.limit - count)
        asked.found |= {each.message_id: each for each in hits}
        count += len(hits)
        if count == asked.limit or asked.is_late():
            return


def _matches(asked: _Asked, rows: Sequence[Row[Any]], limit: int) -> list[Found]:
    """In a thread of its own: what is long to open and to read holds nobody else up."""
    return list(islice(filter(None, (_match(asked, row) for row in rows)), limit))


def _match(asked: _Asked, row: Row[Any]) -> Found | None:
    talk = asked.talks.get(row.conversation_id)
    if talk is None or asked.is_late():
        return None
    archived, title = talk
    try:
        words = contents.said(messages.opened(row.id, row.content, asked.vault))
    except Tampered:
        log.warning("unreadable", place=messages.PLACE, row=str(row.id))
        return None
    if not holds(folded(words), asked.terms):
        return None
    line = snippet(words, asked.terms)
    talk_id: UUID = row.conversation_id
    return Found(talk_id, title, archived, row.created_at, line, row.id, row.role)
