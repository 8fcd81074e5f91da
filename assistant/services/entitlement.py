"""What a user has is what Stripe says of it: read there, and written here in the order of asking.

Answers may come in another order than they were asked for. Whoever asks takes a number first; an
answer is written unless one with a higher number is there already. The read with the higher number
began later, so it knows of everything that the other one was asked for.
"""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from asyncpg import Connection
from sqlmodel import select

from assistant.database import user_connection, user_session
from assistant.errors import NotFound
from assistant.models import Subscription
from assistant.services import seats, signals
from assistant.services.customer_card import hand_over
from assistant.services.stripe_client import asking
from assistant.services.stripe_standing import NOTHING, Reading, Standing, read

CHECK_EVERY = "interval '6 hours'"
CHECK_SOON = "interval '10 minutes'"  # while a page is open on which somebody may be paying
OVER = " over"  # behind the id of a page of payment that is open no more

_ASK = "update subscriptions set asked = asked + 1 returning asked, stripe_customer"
_VALUES = {name: f"${at}" for at, name in enumerate(asdict(NOTHING), 2)}
_CENTS = f"jsonb_build_object('seat_cents', {_VALUES.pop('seat_cents')}::integer)"
_VALUES["metadata"] = f"metadata || {_CENTS}"
_NAMES = ", ".join(_VALUES)
_VALUES["trialed_at"] = f"coalesce(trialed_at, {_VALUES['trialed_at']})"  # it is had once
_END = f"{_VALUES['period_end']}::timestamptz"
_RENEWED = f"case when {_END} > now() then {_END} + interval '2 minutes' end"
_MAY_PAY = f"case when checkout <> '' and checkout not like '%{OVER}' then {CHECK_SOON} end"
_BUYS = f"case when {_VALUES['status']}::varchar = 'canceled' then now() + {_MAY_PAY} end"
_WRITE = f"""
    with before as (
        select {_NAMES} from subscriptions where told < $1 for no key update
    ), written as (
        update subscriptions
        set {", ".join(f"{name} = {value}" for name, value in _VALUES.items())},
            told = $1, check_at = least(now() + {CHECK_EVERY}, {_RENEWED}, {_BUYS})
        where told < $1 returning {_NAMES}
    )
    select before is distinct from written from before, written
"""  # noqa: S608  (names of our own)
_SEEN = f"""
    with before as (select status from subscriptions where told < $1 for no key update),
    written as (
        update subscriptions set told = $1, check_at = now() + least({CHECK_EVERY}, {_MAY_PAY}),
            status = case when stripe_subscription is null then status else 'canceled' end
        where told < $1 returning status
    )
    select before is distinct from written from before, written
"""  # noqa: S608
_CLAIM = """
    insert into stripe_events as known (id, user_id, event_id, type, happened_at, status)
    values (gen_random_uuid(), $1, $2, $3, $4, 'done')
    on conflict (event_id) do update set status = 'done', tries = known.tries + 1
    where known.status = 'failed'
    returning id
"""

log = structlog.get_logger()


class Event(NamedTuple):
    """A notice of Stripe's: its id, its type, and when it happened there."""

    id: str
    type: str
    happened_at: datetime


async def plan_of(user_id: UUID) -> Subscription:
    """The user's subscription, as it was last written here. Raises NotFound without an account."""
    async with user_session(user_id) as session:
        plan = (await session.scalars(select(Subscription))).one_or_none()
    if plan is None:
        raise NotFound("account")
    return plan


async def catch_up(user_id: UUID, event: Event | None = None) -> Subscription:
    """Read at Stripe how the user stands, and write it; returns what is written. Open pages hear of
    it where it is something else than before.

    event: a notice that is claimed in the same transaction, once for all. Raises BillingOff,
    BillingAway, and NotFound for an account that was erased meanwhile.
    """
    async with user_connection(user_id) as connection:
        asked = await connection.fetchrow(_ASK)
    if asked is None:
        raise NotFound("account")
    customer = asked["stripe_customer"]
    found = await read(user_id, customer) if customer else Reading()
    async with user_connection(user_id) as connection:
        is_new = event is None or await _claimed(connection, user_id, event)
        is_changed = is_new and await _write(connection, asked["asked"], found.standing)
    if is_changed:
        await signals.tell_plan(user_id)
        await seats.tell_members(user_id)
    for subscription in found.too_many:
        await _end_surplus(user_id, subscription)
    if found.own_card:
        await hand_over(customer, found.standing.stripe_subscription or "", found.own_card)
    return await plan_of(user_id)


async def _claimed(connection: Connection, user_id: UUID, event: Event) -> bool:
    """Whether nobody else has taken the notice; who is taking it now is waited for."""
    return await connection.fetchval(_CLAIM, user_id, *event) is not None


async def _write(connection: Connection, number: int, found: Standing) -> bool:
    """Returns whether it stood otherwise before."""
    if found == NOTHING:  # somebody may have been given a plan here by hand
        return bool(await connection.fetchval(_SEEN, number))
    return bool(await connection.fetchval(_WRITE, number, *asdict(found).values()))


async def _end_surplus(user_id: UUID, subscription: str) -> None:
    """Two pages were paid at the same moment, or a plan was arranged beside one that was paid.

    What was paid for the lesser one becomes credit.
    """
    log.warning("second_subscription_ended", user=str(user_id), subscription=subscription)
    with suppress(NotFound):  # who came at the same moment has ended it
        async with asking(missing="subscription") as stripe:
            await stripe.subscriptions.cancel_async(
                subscription, {"prorate": True, "invoice_now": True}
            )
