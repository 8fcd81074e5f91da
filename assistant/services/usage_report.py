"""What the user's requests used and cost in the month that runs: by day, kind and conversation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from assistant.database import user_connection
from assistant.services.allowances import Left, left
from assistant.services.keys import UNREADABLE, opened_or, vault_over
from assistant.services.titles import PLACE

CONVERSATIONS = 20  # of those that cost most
UNTITLED = "New conversation"
KINDS = ("model", "provider", "purpose")

# A correction of an estimate is no request of its own.
_REQUESTS = "count(*) filter (where not metadata ? 'corrects')"
_SHARES = f"""
    select (created_at at time zone $2)::date as day, model, provider, purpose, sum(cost) as cost,
           {_REQUESTS} as requests,
           sum(input_tokens + cache_read_tokens + cache_write_tokens) as read,
           sum(output_tokens) as written
    from usage_logs where created_at >= $1 group by 1, 2, 3, 4
"""  # noqa: S608  (nothing in it comes from outside)
# Each day has few groups, which the planner cannot know: it would sort all rows on disk.
_IN_MEMORY = "set local work_mem = '32MB'"
_CONVERSATIONS = f"""
    with of_turns as (
        select turn_id, sum(cost) as cost, {_REQUESTS} as requests
        from usage_logs where created_at >= $1 and turn_id is not null group by 1
    ), costly as (
        select turns.conversation_id as id, sum(cost) as cost, sum(requests)::bigint as requests
        from of_turns join turns on turns.id = turn_id
        group by 1 order by 2 desc, 3 desc limit $2
    )
    select costly.*, conversations.title from costly join conversations using (id)
    where conversations.deleted_at is null order by cost desc, requests desc
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Share:
    """What fell to one day, model, vendor, purpose or conversation. cost: USD."""

    name: str
    cost: Decimal
    requests: int
    read: int = 0  # tokens
    written: int = 0
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A month so far. days: each of them, also those without requests. kinds: by KINDS.

    forecast_messages, forecast_cost: at its end, if it goes on like this.
    """

    left: Left
    days: list[Share]
    kinds: dict[str, list[Share]]
    conversations: list[Share]
    forecast_messages: int
    forecast_cost: Decimal


async def report(user_id: UUID, timezone: str) -> Report:
    """The user's month. timezone: whose days are meant, an IANA name."""
    standing = await left(user_id)
    since = standing.month_begins
    async with user_connection(user_id) as connection:
        await connection.execute(_IN_MEMORY)
        shares = await connection.fetch(_SHARES, since, timezone)
        talks = await connection.fetch(_CONVERSATIONS, since, CONVERSATIONS)
        vault = await vault_over(connection, user_id, [talk["title"] for talk in talks])
    conversations = [
        Share(
            opened_or(vault, PLACE, talk["id"], talk["title"], UNREADABLE)
            if talk["title"]
            else UNTITLED,
            talk["cost"],
            talk["requests"],
            id=talk["id"],
        )
        for talk in talks
    ]
    now = datetime.now(ZoneInfo(timezone))
    grows = Decimal((standing.month_ends - since) / max(now - since, timedelta(hours=12)))
    return Report(
        standing,
        _each_day(shares, since.astimezone(now.tzinfo).date(), now.date()),
        {kind: _by(kind, shares) for kind in KINDS},
        conversations,
        forecast_messages=round(standing.messages * max(grows, Decimal(1))),
        forecast_cost=standing.spent * max(grows, Decimal(1)),
    )


def _each_day(found: list[Record], first: date, last: date) -> list[Share]:
    """All days from the first to the last."""
    known: dict[date, list[Record]] = {}
    for each in found:
        known.setdefault(each["day"], []).append(each)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [_sum(day.isoformat(), known.get(day, [])) for day in days]


def _by(kind: str, shares: list[Record]) -> list[Share]:
    """The shares of one kind, the dearest first."""
    names = {each[kind] for each in shares}
    summed = [_sum(name, [each for each in shares if each[kind] == name]) for name in names]
    return sorted(summed, key=lambda share: (-share.cost, -share.requests, share.name))


def _sum(name: str, shares: list[Record]) -> Share:
    read, written = (sum(int(each[of]) for each in shares) for of in ("read", "written"))
    cost = sum((each["cost"] for each in shares), Decimal(0))
    return Share(name, cost, sum(each["requests"] for each in shares), read, written)
