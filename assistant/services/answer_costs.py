"""What one answer cost: each request to a model that was made for it, failed ones included."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from assistant.agent.catalog import VENDORS
from assistant.database import user_connection
from assistant.errors import NotFound
from assistant.services.model_choice import name_of

_REPLY = """
    select from messages join conversations on conversations.id = messages.conversation_id
    where messages.id = $1 and role = 'assistant' and deleted_at is null
"""
_REQUESTS = """
    select provider, model, input_tokens as read, cache_read_tokens as cache_read,
           cache_write_tokens as cache_write, output_tokens as written,
           thinking_tokens as thinking, estimated, cost as usd,
           coalesce((usage_logs.metadata ->> 'searches')::integer, 0) as searches,
           coalesce(usage_logs.metadata ->> 'ended', '') as ended,
           usage_logs.metadata ? 'corrects' as correction
    from usage_logs join turns on turns.id = usage_logs.turn_id
    where turns.reply_id = $1 and purpose = 'answer' order by seq
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. vendor, model: as people call them.

    read, cache_read, cache_write, written: tokens; thinking: those of the written that are thought.
    searches: those of the vendor. estimated: it did not say, so we have counted. ended: how, ""
    where it came to its own end. correction: only the difference to an estimate before it.
    """

    vendor: str
    model: str
    read: int
    cache_read: int
    cache_write: int
    written: int
    thinking: int
    searches: int
    estimated: bool
    ended: str
    correction: bool
    usd: Decimal


async def requests_for(user_id: UUID, message_id: UUID) -> list[Asked]:
    """The requests that were made for a reply of the user's, in order. Raises NotFound."""
    async with user_connection(user_id) as connection:
        if await connection.fetchrow(_REPLY, message_id) is None:
            raise NotFound("message")
        return [_asked(row) for row in await connection.fetch(_REQUESTS, message_id)]


def _asked(row: Record) -> Asked:
    known = dict(row)
    vendor, model = known.pop("provider"), known.pop("model")
    label = VENDORS[vendor].label if vendor in VENDORS else ""
    return Asked(vendor=label, model=name_of(model), **known)
