"""People who pay: a Stripe account on loopback, the way to its page of payment, and its notices."""

import random
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from assistant.models import Subscription
from assistant.services import (
    checkout,
    entitlement,
    plan_changes,
    stripe_client,
    stripe_events,
)
from assistant.services.sessions import User
from tests.stripe_local import LocalStripe
from tests.stripe_local.fixtures import stripe

__all__ = ["sells", "stripe"]

VISA = "4242424242424242"
PAYS_ONCE = "4000000000009235"
ASKS = "4000002760003184"  # its bank asks its owner each time


@pytest.fixture
async def sells(stripe: LocalStripe, db: str) -> AsyncIterator[LocalStripe]:
    """The app sells by this account. No notice is on its way: tests carry them (`carry`)."""
    yield stripe
    await stripe_client.close()


async def pays(
    account: LocalStripe, user: User, tier: str = "pro", seats: int = 1, **how: Any
) -> Subscription:
    """Choose a plan, pay on Stripe's page, and come back; the user's plan then."""
    address = await checkout.checkout(user.id, tier, seats)
    back = account.pay(address, **how)
    (session,) = parse_qs(urlsplit(back).query)["session_id"]
    assert await checkout.fulfil(user.id, session)
    return await entitlement.plan_of(user.id)


async def changes(user_id: UUID, tier: str, seats: int = 1) -> str:
    """Look at what a change would do, and agree to it; "free" is to cancel."""
    shown = await plan_changes.preview(user_id, tier, seats)
    return await plan_changes.change(user_id, tier, seats, shown)


def invoiced(account: LocalStripe) -> list[int]:
    """What each invoice comes to, in cents, the oldest first."""
    return [each["total"] for each in account.all("invoice")]


async def carry(account: LocalStripe, events: Iterable[dict[str, Any]]) -> None:
    """Bring these notices to the app, in this order, each as Stripe signs it."""
    for event in events:
        await stripe_events.receive(stripe_events.verified(*account.signed(event)))


def shuffled(events: list[dict[str, Any]], seed: int, times: int = 1) -> list[dict[str, Any]]:
    """The notices in some other order, each so often."""
    mixed = events * times
    random.Random(seed).shuffle(mixed)  # noqa: S311  (nothing is secret)
    return mixed


async def as_read(user: User) -> tuple[Any, ...]:
    """How the user stands, by what is written here."""
    plan = await entitlement.plan_of(user.id)
    return plan.tier, plan.status, plan.seats, plan.stripe_subscription, plan.period_end
