"""What silent requests may cost: set aside from the month and the day of the answer they follow.

The answer is over and its reservation closed. It is opened again for the most that a request may
cost, where that still fits, and closed when nothing of it is under way any more.
"""

from decimal import Decimal
from uuid import UUID

from asyncpg import Connection

from assistant.agent.prices import cost
from assistant.agent.types import Asked, Usage
from assistant.services.allowances import left_over

_HOLD = """
    with held as (
        select id, month_id, day_id,
               case when closed_at is null then greatest(amount, spent) else spent end as so_far
        from reservations
        where turn_id = $1 and exists (
            select from turns join conversations on conversations.id = turns.conversation_id
            where turns.id = $1 and deleted_at is null
        )
        for no key update
    ), found as (
        select allowances.id, spent + reserved + $2::numeric
               <= case kind when 'month' then $3::numeric else $4::numeric end as fits
        from allowances, held where allowances.id in (month_id, day_id)
        order by kind desc for no key update of allowances
    ), raised as (
        update allowances set reserved = reserved + $2 from found
        where allowances.id = found.id and (select bool_and(fits) from found)
        returning allowances.id
    ), opened as (
        update reservations set amount = so_far + $2, closed_at = null from held
        where reservations.id = held.id and exists (select from raised)
        returning reservations.id
    )
    select exists (select from opened)
"""
_RELEASE = """
    with held as (
        select id, month_id, day_id, least(greatest(amount - spent, 0), $2::numeric) as rest
        from reservations where turn_id = $1 and closed_at is null for no key update
    ), found as (
        select allowances.id, rest from allowances, held
        where allowances.id in (month_id, day_id)
        order by kind desc for no key update of allowances
    ), lowered as (
        update allowances set reserved = reserved - rest from found where allowances.id = found.id
    )
    update reservations set amount = amount - rest,
           closed_at = case when amount - rest <= spent then now() end
    from held where reservations.id = held.id
"""


def most_of(asked: Asked) -> Decimal:
    """USD that the request costs if it writes all that it may."""
    read = Usage(asked.provider, asked.model, input_tokens=asked.read)
    written = Usage(asked.provider, asked.model, output_tokens=asked.may_write)
    return cost(read) + cost(written)


async def hold(connection: Connection, turn_id: UUID, most: Decimal) -> bool:
    """Set so much more aside for the turn, unless its month or its day would be more than spent.

    Nothing is, where its conversation is deleted: nobody would see what was asked for.
    """
    tier = (await left_over(connection)).tier
    return bool(await connection.fetchval(_HOLD, turn_id, most, tier.month_usd, tier.day_usd))


async def release(connection: Connection, turn_id: UUID, rest: Decimal) -> None:
    """What was set aside for a request, and it did not cost, is free again."""
    await connection.execute(_RELEASE, turn_id, rest)
