"""The audit log as its owner reads it: calls of tools and requests to models, the newest first."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from assistant.agent.acts import Tool
from assistant.database import user_connection
from assistant.services import audit_queries, toolkit
from assistant.services.audit_entry import Entry, entry, facts_of, grants_of
from assistant.services.audit_queries import Before, Filters
from assistant.services.folding import folded, holds
from assistant.services.keys import vault_over
from assistant.vault import Vault

PAGE = 50
SECONDS = 1.0  # how long one search reads
STEP = 500  # rows of one query


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the log. before: where the next page begins, None at the end of the log.

    tools: those that the user has now. back_to: how far a search for words has come, None where
    there was none or it has come to the end.
    """

    entries: list[Entry]
    before: Before | None
    tools: tuple[Tool, ...] = ()
    back_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Log:
    """What is wanted of whose log. tools: see `Page`."""

    user_id: UUID
    filters: Filters
    tools: tuple[Tool, ...]

    @property
    def named(self) -> dict[str, Tool]:
        """The tools by name."""
        return {tool.name: tool for tool in self.tools}


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows, and what is needed to open them. cards: sealed, of calls that had to wait."""

    rows: list[Record]
    cards: dict[str, bytes | None]
    grants: dict[str, str]
    vault: Vault

    def entries(self, tools: dict[str, Tool], limit: int) -> list[Entry]:
        """The first of the rows as entries: to open many takes a thread of its own."""
        shown = {each: facts_of(each, sealed, self.vault) for each, sealed in self.cards.items()}
        return [
            entry(row, shown.get(row["approval"], {}), tools, self.grants, self.vault)
            for row in self.rows[:limit]
        ]


async def page(
    user_id: UUID, filters: Filters, before: Before | None = None, limit: int = PAGE
) -> Page:
    """The newest entries behind a place, at most `limit` of them.

    Words are looked for in what was asked, answered and shown, for about SECONDS.
    """
    log = await _log(user_id, filters)
    if words := folded(filters.words).split():
        return await _search(log, words, before, limit)
    return await _next(log, before, limit)


async def _log(user_id: UUID, filters: Filters) -> _Log:
    return _Log(user_id, filters, (await toolkit.toolkit_of(user_id)).tools)


async def _search(log: _Log, words: list[str], before: Before | None, limit: int) -> Page:
    found: list[Entry] = []
    until = time.monotonic() + SECONDS
    while True:
        some = await _next(log, before, STEP)
        found += await asyncio.to_thread(_holding, some.entries, words)
        if len(found) >= limit:
            return Page(found[:limit], _place(found[limit - 1]), log.tools)
        before = some.before
        if before is None:
            return Page(found, None, log.tools)
        if time.monotonic() >= until:
            return Page(found, before, log.tools, before.at)


def _holding(entries: list[Entry], words: list[str]) -> list[Entry]:
    return [one for one in entries if _holds(one, words)]


def _holds(one: Entry, words: list[str]) -> bool:
    targets = " ".join(target["value"] for target in one.targets)
    said = f"{one.verb} {one.sentence} {targets} {one.asked} {one.answered}"
    return holds(folded(said), words)


async def _next(log: _Log, before: Before | None, limit: int) -> Page:
    """What stands behind a place, whatever words it holds."""
    read = await _read(log, before, limit + 1)
    entries = await asyncio.to_thread(read.entries, log.named, limit)
    return Page(entries, _place(entries[-1]) if len(read.rows) > limit else None, log.tools)


def _place(one: Entry) -> Before:
    return Before(one.at, one.seq or 0, one.id)


async def _read(log: _Log, before: Before | None, limit: int) -> _Read:
    query, values = audit_queries.rows(log.filters, before, limit)
    async with user_connection(log.user_id) as connection:
        rows = await connection.fetch(query, *values)
        cards = await _cards(connection, {row["approval"] for row in rows if row["approval"]})
        grants = await grants_of(connection, {row["rule"] for row in rows})
        sealed = [row[name] for row in rows for name in ("input", "output")]
        vault = await vault_over(connection, log.user_id, [*sealed, *cards.values()])
    return _Read(rows, cards, grants, vault)


async def _cards(connection: Connection, approvals: set[str]) -> dict[str, bytes | None]:
    """The sealed cards of calls that had to wait, by the ids of these."""
    if not approvals:
        return {}
    rows = await connection.fetch(audit_queries.CARDS, [UUID(each) for each in approvals])
    return {str(row["id"]): row["facts"] for row in rows}


async def every(user_id: UUID, filters: Filters) -> AsyncIterator[list[Entry]]:
    """All entries that fit the filters, the newest first, some at a time."""
    log = await _log(user_id, filters)
    place: Before | None = None
    while True:
        some = await _next(log, place, STEP)
        if some.entries:
            yield some.entries
        if some.before is None:
            return
        place = some.before
