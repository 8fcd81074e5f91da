"""The audit log as its owner reads it: calls of tools and requests to models, the newest first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import user_session
from assistant.services import audit_queries, toolkit
from assistant.services.audit_entry import Entry, entry, facts_of, grants_of
from assistant.services.audit_queries import Before, Filters
from assistant.services.folding import folded
from assistant.services.keys import vault_in

PAGE = 50
WINDOW = 2_000  # rows that one search opens
STEP = 500  # rows of one query


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the log. before: where the next page begins, None at the end of the log.

    back_to: how far a search for words has come, None where there was none or it has come to
    the end.
    """

    entries: list[Entry]
    before: Before | None
    back_to: datetime | None = None


async def page(
    user_id: UUID, filters: Filters, before: Before | None = None, limit: int = PAGE
) -> Page:
    """The newest entries behind a place, at most `limit` of them.

    Words are looked for in what was asked, answered and shown; at most WINDOW rows are opened.
    """
    words = folded(filters.words).split()
    if not words:
        rows = await _read(user_id, filters, before, limit + 1)
        return Page(rows[:limit], _place(rows[limit - 1]) if len(rows) > limit else None)
    found: list[Entry] = []
    for _ in range(WINDOW // STEP):
        rows = await _read(user_id, filters, before, STEP)
        for row in rows:
            before = _place(row)
            if _holds(row, words):
                found.append(row)
            if len(found) == limit:
                return Page(found, before)
        if len(rows) < STEP:
            return Page(found, None)
    return Page(found, before, rows[-1].at)


def _place(one: Entry) -> Before:
    return Before(one.at, one.seq or 0, one.id)


def _holds(one: Entry, words: list[str]) -> bool:
    targets = " ".join(target["value"] for target in one.targets)
    said = folded(f"{one.verb} {one.sentence} {targets} {one.asked} {one.answered}")
    return all(word in said for word in words)


async def _read(user_id: UUID, filters: Filters, before: Before | None, limit: int) -> list[Entry]:
    labels = {tool.name: tool.label for tool in (await toolkit.toolkit_of(user_id)).tools}
    async with user_session(user_id) as session:
        query, values = audit_queries.rows(filters, before, limit)
        rows = (await session.execute(query, values)).all()
        facts = await _facts(session, [row.approval for row in rows if row.approval])
        grants = await grants_of(session, {row.rule for row in rows})
        sealed = [getattr(row, name) for row in rows for name in ("input", "output")]
        vault = await vault_in(session, [*sealed, *facts.values()])
    shown = {each: facts_of(each, value, vault) for each, value in facts.items()}
    return [entry(row, shown.get(row.approval, {}), labels, grants, vault) for row in rows]


async def _facts(session: AsyncSession, approvals: list[str]) -> dict[str, bytes | None]:
    """The sealed cards of calls that had to wait, by the ids of these."""
    if not approvals:
        return {}
    wanted = [UUID(each) for each in set(approvals)]
    found = await session.execute(audit_queries.CARDS, {"ids": wanted})
    return {str(row.id): row.facts for row in found}


async def every(user_id: UUID, filters: Filters) -> AsyncIterator[Entry]:
    """All entries that fit the filters, the newest first."""
    place: Before | None = None
    while True:
        found = await page(user_id, filters, place, STEP)
        for one in found.entries:
            yield one
        if found.before is None:
            return
        place = found.before
