"""What a user may still have: set aside before an answer begins, settled when its cost is known.

For each turn the most that it may cost is set aside, in the transaction that begins it, from the
month's allowance and the day's, or nothing begins. Both are one conditional statement, so no race
takes more than there is. The clock is the database's; a month is that of the plan in force, or the
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
_USED_UP = "What the {} plan spends on answers in a {} is used up."

# Behind a period that is over comes the next one, of which we may hear late: it begins where that
# one ended, so what is used meanwhile counts in it, and no month is had besides.
_MONTH = f"""
    select case when runs then period_start else month end as starts_at,
           case when runs then period_end
           else (month at time zone 'UTC' + interval '1 month') at time zone 'UTC' end as ends_at
    from (
        select period_start, period_end, now() >= period_start and now() < period_end as runs,
               case when status not in ('canceled', 'unpaid') and now() >= period_end
                   and now() < (period_end at time zone 'UTC' + interval '1 month')
                       at time zone 'UTC'
               then period_end else date_trunc('month', now(), 'UTC') end as month
        from ({PLAN_NOW}) as plan_now
    ) as plan
"""  # noqa: S608  (nothing in it comes from outside)
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
# Of a reservation that is open, so much is still set aside as it has not cost yet.
_SETTLE = """
    with before as (
        select id, month_id, day_id, closed_at is not null or $3::boolean as closes,
               case when closed_at is null then greatest(amount - spent, 0) else 0 end as held,
               greatest(amount - spent - $2::numeric, 0) as rest
        from reservations where turn_id = $1 for no key update
    ), booked as (
        update reservations set spent = spent + $2,
               closed_at = case when $3 then coalesce(closed_at, now()) else closed_at end
        from before where reservations.id = before.id
    ), found as (
        select allowances.id, held - case when closes then 0 else rest end as released
        from allowances, before where allowances.id in (before.month_id, before.day_id)
        order by kind desc for no key update of allowances
    )
    update allowances set reserved = reserved - released, spent = spent + $2
    from found where allowances.id = found.id
    returning allowances.id
"""
_SPEND = f"""
    insert into allowances as held (id, user_id, kind, starts_at, ends_at, spent)
    select gen_random_uuid(), $1, kind, starts_at, ends_at, greatest($2::numeric, 0)
    from (
        select 'month' as kind, month.* from ({_MONTH}) as month
        union all
        select 'day', day.* from ({_DAY}) as day
    ) as windows
    order by kind desc
    on conflict (user_id, kind, starts_at) do update
    set spent = greatest(held.spent + $2::numeric, 0)
"""  # noqa: S608  (nothing in it comes from outside)
_LEFT = f"""
    select windows.kind, windows.starts_at, windows.ends_at, coalesce(messages, 0) as messages,
           coalesce(spent, 0) as spent, coalesce(reserved, 0) as reserved, tier, status, seated
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
    """What is left of a plan. spent, day_spent: USD, without what is only set aside.

    month_begins: since when it counts. month_ends, day_ends: when it begins anew. seated: whether
    somebody else pays for it.
    """

    tier: Tier
    messages: int
    spent: Decimal
    month_begins: datetime
    month_ends: datetime
    day_ends: datetime
    reserved: Decimal = Decimal(0)
    day_spent: Decimal = Decimal(0)
    seated: bool = False

    @property
    def messages_left(self) -> int:
        """Messages that may still be sent this month."""
        return max(0, self.tier.messages - self.messages)

    @property
    def is_short(self) -> bool:
        """Whether the user should know that the month will soon be used up."""
        used = Decimal(self.messages) / max(self.tier.messages, 1)
        of_cost = self.spent / max(self.tier.month_usd, Decimal("0.01"))
        return max(used, of_cost) >= WARN_AT

    @property
    def is_short_today(self) -> bool:
        """The same of the day: of what it pays for while a whole answer must still fit in."""
        return 0 < (self.tier.day_usd - self.tier.turn_usd) * WARN_AT <= self.day_spent

    def used_up(
        self, messages: int = 1, aside: Decimal = Decimal(0)
    ) -> tuple[str, datetime] | None:
        """What keeps so many more messages back, and until when; None where nothing does.

        aside: USD that answers on their way may still cost. Most of that comes back.
        """
        tier = self.tier
        if messages > self.messages_left:
            what = (
                f"All {tier.messages:,} messages of this month in the {tier.label} plan are sent."
            )
            return what, self.month_ends
        if self.spent + aside + tier.turn_usd > tier.month_usd:
            return _USED_UP.format(tier.label, "month"), self.month_ends
        if self.day_spent + aside + tier.turn_usd > tier.day_usd:
            return _USED_UP.format(tier.label, "day"), self.day_ends
        return None


async def reserve(
    connection: Connection, user_id: UUID, turn_id: UUID, tier: Tier, messages: int
) -> None:
    """Set aside what the turn may cost, in the transaction that begins it.

    messages: 1, or 0 for a turn that the user has not asked for. Raises AllowanceSpent.
    """
    asked = (messages, tier.turn_usd, tier.messages, tier.month_usd, tier.day_usd)
    if await connection.fetchval(_RESERVE, user_id, turn_id, *asked) is None:
        raise _spent(await left_over(connection), messages)


async def settle(
    connection: Connection, user_id: UUID, turn_id: UUID | None, cost: Decimal, *, closes: bool
) -> None:
    """Book what requests of a turn cost, in USD, on the month and day in which it began.

    closes: it is over, so the rest is released; what comes late is booked, too. Where the turn is
    gone with its conversation, the cost falls to the month and day that run.
    """
    if not await connection.fetch(_SETTLE, turn_id, cost, closes) and cost:
        await connection.execute(_SPEND, user_id, cost)


async def left(user_id: UUID) -> Left:
    """What the user may still have, by the database's clock."""
    async with user_connection(user_id) as connection:
        return await left_over(connection)


async def left_over(connection: Connection) -> Left:
    """As `left`, in a transaction of the user's."""
    month, day = await connection.fetch(_LEFT)
    return Left(
        in_force(month["tier"], month["status"]),
        month["messages"],
        month["spent"],
        month["starts_at"],
        month["ends_at"],
        day["ends_at"],
        month["reserved"],
        day["spent"],
        month["seated"],
    )


def _spent(found: Left, messages: int) -> AllowanceSpent:
    """The refusal. Where nothing is used up, what was set aside has come back since."""
    held = found.used_up(messages, found.reserved)
    return AllowanceSpent(*(held or (_USED_UP.format(found.tier.label, "day"), found.day_ends)))
