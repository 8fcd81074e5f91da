"""What a user may still have: set aside before an answer begins, settled when its cost is known.

For each turn the most that it may cost is set aside, in the transaction that begins it, from the
month's allowance and the day's, or nothing begins. Both are one conditional statement, so no race
takes more than there is. The clock is the database's; a month is that of the subscription, or the
calendar's (UTC). Whoever changes both takes the month first, so that nobody waits for each other.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Connection

from assistant.database import user_connection
from assistant.errors import AllowanceSpent
from assistant.services.tiers import PLAN_NOW, Tier, in_force

WARN_AT = Decimal("0.8")  # of an allowance that is used up

_MONTH = """
    select case when is_paid then period_start else calendar end as starts_at,
           case when is_paid then period_end
           else (calendar at time zone 'UTC' + interval '1 month') at time zone 'UTC' end as ends_at
    from (
        select period_start, period_end, date_trunc('month', now(), 'UTC') as calendar,
               coalesce(now() >= period_start and now() < period_end, false) as is_paid
        from subscriptions
    ) as plan
"""
_DAY = """
    select date_trunc('day', now(), 'UTC') as starts_at,
           date_trunc('day', now(), 'UTC') + interval '24 hours' as ends_at
"""
_RESERVE = f"""
    with windows as (
        select 'month' as kind, month.*, $5::integer as messages, $6::numeric as usd
        from ({_MONTH}) as month
        union all
        select 'day', day.*, $5, $7::numeric from ({_DAY}) as day
    ), taken as (
        insert into allowances as held (id, user_id, kind, starts_at, ends_at, messages, reserved)
        select gen_random_uuid(), $1, kind, starts_at, ends_at, $3::integer, $4::numeric
        from windows where $3::integer <= messages and $4::numeric <= usd
        order by kind desc
        on conflict (user_id, kind, starts_at) do update
        set messages = held.messages + excluded.messages,
            reserved = held.reserved + excluded.reserved
        where held.messages + excluded.messages <= (
                  select messages from windows where windows.kind = held.kind
              )
          and held.spent + held.reserved + excluded.reserved <= (
                  select usd from windows where windows.kind = held.kind
              )
        returning id, kind
    )
    insert into reservations (id, user_id, turn_id, month_id, day_id, amount)
    select gen_random_uuid(), $1, $2, month.id, day.id, $4::numeric
    from taken as month, taken as day where month.kind = 'month' and day.kind = 'day'
    returning id
"""  # noqa: S608  (nothing in it comes from outside)
_SETTLE = """
    with before as (
        select id, month_id, day_id, case when closed_at is null then amount else 0 end as amount
        from reservations where turn_id = $1 for update
    ), closed as (
        update reservations set closed_at = coalesce(closed_at, now()), spent = spent + $2
        from before where reservations.id = before.id
    ), held as (
        select allowances.id, before.amount from allowances, before
        where allowances.id in (before.month_id, before.day_id)
        order by kind desc for update of allowances
    )
    update allowances set reserved = reserved - held.amount, spent = spent + $2
    from held where allowances.id = held.id
"""
_SPEND = """
    with held as (
        select id from allowances where starts_at <= now() and now() < ends_at
        order by kind desc for update
    )
    update allowances set spent = spent + $1 from held where allowances.id = held.id
"""
_LEFT = f"""
    select windows.kind, windows.starts_at, windows.ends_at, coalesce(messages, 0) as messages,
           coalesce(spent, 0) as spent, coalesce(reserved, 0) as reserved, tier, status
    from (
        select 'month' as kind, month.* from ({_MONTH}) as month
        union all
        select 'day', day.* from ({_DAY}) as day
    ) as windows
    left join allowances using (kind, starts_at) cross join ({PLAN_NOW}) as plan
    order by windows.kind desc
"""  # noqa: S608  (nothing in it comes from outside)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a plan. spent: USD of the month, without what is only set aside.

    month_begins: since when it counts. month_ends, day_ends: when it begins anew.
    """

    tier: Tier
    messages: int
    spent: Decimal
    month_begins: datetime
    month_ends: datetime
    day_ends: datetime
    reserved: Decimal = Decimal(0)

    @property
    def messages_left(self) -> int:
        """Messages that may still be sent this month."""
        return max(0, self.tier.messages - self.messages)

    @property
    def is_short(self) -> bool:
        """Whether the user should know that it will soon be used up."""
        used = Decimal(self.messages) / max(self.tier.messages, 1)
        of_cost = (self.spent + self.reserved) / max(self.tier.month_usd, Decimal("0.01"))
        return max(used, of_cost) >= WARN_AT


async def reserve(
    connection: Connection, user_id: UUID, turn_id: UUID, tier: Tier, messages: int
) -> None:
    """Set aside what the turn may cost, in the transaction that begins it.

    messages: 1, or 0 for a turn that the user has not asked for. Raises AllowanceSpent.
    """
    asked = (messages, tier.turn_usd, tier.messages, tier.month_usd, tier.day_usd)
    if await connection.fetchval(_RESERVE, user_id, turn_id, *asked) is None:
        raise _spent(await _left(connection), messages)


async def settle(connection: Connection, turn_id: UUID, cost: Decimal) -> None:
    """Book what a turn cost, in USD, and release the rest; what comes late is booked, too."""
    await connection.execute(_SETTLE, turn_id, cost)


async def spend(connection: Connection, cost: Decimal) -> None:
    """Book what was not set aside: a title, which only follows an answer."""
    await connection.execute(_SPEND, cost)


async def left(user_id: UUID) -> Left:
    """What the user may still have, by the database's clock."""
    async with user_connection(user_id) as connection:
        return await _left(connection)


async def _left(connection: Connection) -> Left:
    month, day = await connection.fetch(_LEFT)
    return Left(
        in_force(month["tier"], month["status"]),
        month["messages"],
        month["spent"],
        month["starts_at"],
        month["ends_at"],
        day["ends_at"],
        month["reserved"],
    )


def _spent(found: Left, messages: int) -> AllowanceSpent:
    tier = found.tier
    if messages > found.messages_left:
        what = f"All {tier.messages:,} messages of this month in the {tier.label} plan are sent."
        return AllowanceSpent(what, found.month_ends)
    if found.spent + found.reserved + tier.turn_usd > tier.month_usd:
        what = f"What the {tier.label} plan spends on answers in a month is used up."
        return AllowanceSpent(what, found.month_ends)
    what = f"What the {tier.label} plan spends on answers in a day is used up."
    return AllowanceSpent(what, found.day_ends)
