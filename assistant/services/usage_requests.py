"""The requests to models one by one, the newest first: a page at a time, or all as a file."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record

from assistant.database import user_connection
from assistant.services.audit_export import cell, lines
from assistant.services.audit_queries import Before
from assistant.services.model_choice import name_of

PAGE = 25
STEP = 1_000  # rows of one query for a file

# What is shown of a row is asked behind the limit. A correction stands beside what it corrects.
_REQUESTS = """
    select found.*, turns.conversation_id, turns.reply_id as message_id from (
        select id, coalesce(seq, 0) as seq, created_at as at, turn_id, provider, model, purpose,
               input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens,
               cost, estimated, coalesce(metadata ->> 'ended', '') as ended,
               metadata ? 'corrects' as correction
        from usage_logs
        where created_at <= $1 and (created_at, coalesce(seq, 0), id) < ($1, $2, $3)
          and created_at >= now() - make_interval(days => $4)
        order by created_at desc, coalesce(seq, 0) desc, id desc limit $5
    ) as found left join turns on turns.id = found.turn_id and exists (
        select from conversations
        where conversations.id = turns.conversation_id and deleted_at is null
    )
    order by at desc, seq desc, id desc
"""
_NOW = "select clock_timestamp()"
ALL_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Line:
    """One request. cost: USD. ended: see `agent.usage.Ended`. correction: the row holds the
    difference to what was estimated before. conversation_id, message_id: None where it is gone.
    """

    id: UUID
    seq: int
    at: datetime
    provider: str
    model: str
    purpose: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    thinking_tokens: int
    cost: Decimal
    estimated: bool
    ended: str
    correction: bool
    conversation_id: UUID | None
    message_id: UUID | None

    @property
    def label(self) -> str:
        """What people read for the model."""
        return name_of(self.model)

    @property
    def place(self) -> Before:
        """Where it stands; what is older comes behind it."""
        return Before(self.at, self.seq, self.id)


COLUMNS = [field.name for field in fields(Line)]


async def page(
    user_id: UUID, before: Before | None = None, *, limit: int = PAGE, days: int = ALL_DAYS
) -> list[Line]:
    """The newest requests behind a place, at most `limit`. days: none that are older."""
    async with user_connection(user_id) as connection:
        place = before or Before(await connection.fetchval(_NOW), 2**62, UUID(int=2**128 - 1))
        return [_line(row) for row in await connection.fetch(_REQUESTS, *place, days, limit)]


async def as_csv(user_id: UUID, days: int = ALL_DAYS) -> AsyncGenerator[str, None]:
    """The requests as lines under a head, piece by piece; see `audit_export` on formulas."""
    yield lines([COLUMNS])
    before: Before | None = None
    while some := await page(user_id, before, limit=STEP, days=days):
        yield await asyncio.to_thread(_written, some)
        before = some[-1].place


def _written(some: list[Line]) -> str:
    return lines([_cell(getattr(one, name)) for name in COLUMNS] for one in some)


def _cell(value: Any) -> Any:  # noqa: ANN401  (of a line)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return cell(value)


def _line(row: Record) -> Line:
    return Line(**{name: row[name] for name in COLUMNS})
