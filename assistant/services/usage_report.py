"""What the user's requests used and cost in the month that runs: by day, kind and conversation."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from assistant.database import user_connection
from assistant.services.allowances import Left, left
from assistant.services.keys import UNREADABLE, opened_or, vault_over
from assistant.services.titles import PLACE
from assistant.vault import Vault

CONVERSATIONS = 20  # of those that cost most
UNTITLED = "New conversation"
KINDS = ("model", "provider", "purpose")

# All is counted in one pass over the requests, once by day and kind and once by turn. A correction
# of an estimate is no request of its own. Days are told by where they begin: to ask each row for
# its date in a time zone would be a third of the work.
_SPENT = """
    with summed as materialized (
        select width_bucket(created_at, $2::timestamptz[]) as day, model, provider, purpose,
               turn_id, grouping(turn_id) = 0 as is_turn, sum(cost) as cost,
               count(*) filter (where not metadata ? 'corrects') as requests,
               sum(input_tokens + cache_read_tokens + cache_write_tokens) as read,
               sum(output_tokens) as written
        from usage_logs where created_at >= $1
        group by grouping sets ((1, 2, 3, 4), (5))
    ), costly as (
        select turns.conversation_id as id, sum(cost) as cost, sum(requests)::bigint as requests
        from summed join turns on turns.id = turn_id where is_turn
        group by 1 order by 2 desc, 3 desc limit $3
    )
    select day, model, provider, purpose, cost, requests, read, written,
           null::uuid as id, null::bytea as title
    from summed where not is_turn
    union all
    select null, null, null, null, cost, requests, null, null, id, title
    from costly join conversations using (id) where deleted_at is null
"""
# Each day has few groups, which the planner cannot know: it would sort all rows on disk.
_IN_MEMORY = "set local work_mem = '32MB'"


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
    since, now = standing.month_begins, datetime.now(ZoneInfo(timezone))
    days = _days(since.astimezone(now.tzinfo).date(), now)
    async with user_connection(user_id) as connection:
        await connection.execute(_IN_MEMORY)
        spent = await connection.fetch(_SPENT, since, days, CONVERSATIONS)
        talks = [each for each in spent if each["id"]]
        vault = await vault_over(connection, user_id, [talk["title"] for talk in talks])
    shares = [each for each in spent if not each["id"]]
    grows = Decimal((standing.month_ends - since) / max(now - since, timedelta(hours=12)))
    return Report(
        standing,
        _each_day(shares, days),
        {kind: _by(kind, shares) for kind in KINDS},
        _dearest(talks, vault),
        forecast_messages=round(standing.messages * max(grows, Decimal(1))),
        forecast_cost=standing.spent * max(grows, Decimal(1)),
    )


def _days(first: date, now: datetime) -> list[datetime]:
    """When each day begins, from the first to today, in the time zone of now."""
    number = (now.date() - first).days + 1
    return [datetime.combine(first + timedelta(each), time(), now.tzinfo) for each in range(number)]


def _each_day(found: list[Record], days: list[datetime]) -> list[Share]:
    """All days. Of each row `day` is the number of its day, from 1 on."""
    known: dict[int, list[Record]] = {}
    for each in found:
        known.setdefault(each["day"], []).append(each)
    return [_sum(day.date().isoformat(), known.get(at, [])) for at, day in enumerate(days, 1)]


def _dearest(talks: list[Record], vault: Vault) -> list[Share]:
    """The conversations, the dearest first."""

    def title(talk: Record) -> str:
        if not talk["title"]:
            return UNTITLED
        return opened_or(vault, PLACE, talk["id"], talk["title"], UNREADABLE)

    shares = [Share(title(each), each["cost"], each["requests"], id=each["id"]) for each in talks]
    return sorted(shares, key=lambda share: (-share.cost, -share.requests))


def _by(kind: str, shares: list[Record]) -> list[Share]:
    """The shares of one kind, the dearest first."""
    names = {each[kind] for each in shares}
    summed = [_sum(name, [each for each in shares if each[kind] == name]) for name in names]
    return sorted(summed, key=lambda share: (-share.cost, -share.requests, share.name))


def _sum(name: str, shares: list[Record]) -> Share:
    read, written = (sum(int(each[of]) for each in shares) for of in ("read", "written"))
    cost = sum((each["cost"] for each in shares), Decimal(0))
    return Share(name, cost, sum(each["requests"] for each in shares), read, written)
