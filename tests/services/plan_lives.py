"""Four people with all that happens to plans, and the notices of it in any order."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from assistant.services import entitlement
from assistant.services.sessions import User
from assistant.services.stripe_standing import read
from tests.conftest import signed_in
from tests.services.paying import PAYS_ONCE, carry, changes, pays, shuffled
from tests.services.talk import rows
from tests.stripe_local import LocalStripe

DOUBLED = 5  # how often each notice comes
TOGETHER = 8  # notices at the same moment


async def at_stripe(user: User) -> tuple[Any, ...]:
    """How the user stands at Stripe."""
    customer = (await entitlement.plan_of(user.id)).stripe_customer
    found = (await read(user.id, customer)).standing
    return found.tier, found.status, found.seats, found.stripe_subscription, found.period_end


async def lives_of_four(account: LocalStripe) -> list[User]:
    """Four people with all that happens to plans, of which no notice has arrived yet."""
    ann, ben, cat, dan = [await signed_in(f"{name} {uuid4().hex[:8]}") for name in "abcd"]
    await pays(account, ann)
    await changes(ann.id, "team", 3)
    plan = await pays(account, ben, "team", 2, card=PAYS_ONCE)
    await pays(account, cat, "team")
    await changes(cat.id, "team", 4)
    await changes(cat.id, "pro")
    await pays(account, dan, "team")
    await changes(dan.id, "free")
    account.advance(plan.period_end + timedelta(hours=2))
    account.refund((await entitlement.plan_of(cat.id)).stripe_customer)
    account.dispute((await entitlement.plan_of(ann.id)).stripe_customer)
    account.advance(timedelta(days=20))
    return [ann, ben, cat, dan]


async def as_never_heard(db: str, people: list[User]) -> None:
    """As if the app had heard of nothing since they were customers."""
    sql = """update subscriptions set tier = 'free', status = 'active', seats = 1, told = 0,
             asked = 0, stripe_subscription = null, period_start = null, period_end = null,
             lasts_until = null, trouble = '' where user_id = any($1)"""
    ids = [person.id for person in people]
    await rows(db, sql, ids)
    await rows(db, "delete from stripe_events where user_id = any($1)", ids)


async def carry_mixed(account: LocalStripe, events: list[dict[str, Any]], seed: int) -> int:
    """Bring the notices shuffled and doubled, some at the same moment. Returns how many came."""
    mixed = shuffled(events, seed, DOUBLED)
    for at in range(0, len(mixed), TOGETHER):
        await asyncio.gather(*(carry(account, [each]) for each in mixed[at : at + TOGETHER]))
    return len(mixed)
