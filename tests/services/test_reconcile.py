"""Asking Stripe now and then: what was never heard of, once for all workers, and not in vain."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from assistant.services import checkout, entitlement, reconcile
from tests.services.paying import pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]
DUE = "update subscriptions set check_at = now() where user_id = $1"


async def due(db, user):
    await rows(db, DUE, user.id)


async def in_minutes(db, user):
    sql = """select extract(epoch from check_at - now()) / 60 as minutes
             from subscriptions where user_id = $1"""
    (row,) = await rows(db, sql, user.id)
    return row["minutes"]


async def test_who_paid_and_never_came_back_is_found(sells, alice, db):
    sells.pay(await checkout.checkout(alice.id, "team"))
    assert 8 < await in_minutes(db, alice) <= 10
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(alice.id)).tier == "free"
    await due(db, alice)
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(alice.id)).tier == "team"
    assert 359 < await in_minutes(db, alice) <= 360


async def test_while_a_page_of_payment_is_open_it_is_asked_within_minutes(sells, alice, db):
    page = await checkout.checkout(alice.id, "team")
    await entitlement.catch_up(alice.id)  # a notice about something else, say
    assert 8 < await in_minutes(db, alice) <= 10
    assert await checkout.checkout(alice.id, "team") == page
    for _ in range(3):
        assert 8 < await in_minutes(db, alice) <= 10
        await due(db, alice)
        await reconcile.reconcile_once()
    sells.pay(page)
    await due(db, alice)
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(alice.id)).tier == "team"
    assert await in_minutes(db, alice) > 300


@pytest.mark.parametrize("ends", ["nobody pays", "paid and canceled at once"])
async def test_when_nobody_can_pay_on_it_any_more_it_is_asked_now_and_then(ends, sells, alice, db):
    page = await checkout.checkout(alice.id, "team")
    if ends == "nobody pays":
        sells.client.v1.checkout.sessions.expire(page.rpartition("/")[2])
    else:
        sells.pay(page)
        (bought,) = sells.all("subscription")
        sells.client.v1.subscriptions.cancel(bought["id"])
    for _ in range(2):
        await due(db, alice)
        await reconcile.reconcile_once()
    assert await in_minutes(db, alice) > 300
    asked = len(sells.asked)
    await due(db, alice)
    await reconcile.reconcile_once()
    assert not any("checkout" in path for path in sells.asked[asked:])


async def test_of_several_workers_one_asks(sells, alice, db):
    await pays(sells, alice, "team")
    await due(db, alice)
    before = (await entitlement.plan_of(alice.id)).asked
    await asyncio.gather(*(reconcile.reconcile_once() for _ in range(5)))
    assert (await entitlement.plan_of(alice.id)).asked == before + 1


async def test_while_stripe_is_away_everybody_keeps_what_they_have(sells, alice, bob, db):
    for user in (alice, bob):
        await pays(sells, user, "team")
        await due(db, user)
    sells.fail(*[503] * 3)
    asked = len(sells.asked)
    await reconcile.reconcile_once()
    assert len(sells.asked) == asked + 3  # the tries for the first one
    assert [(await entitlement.plan_of(user.id)).tier for user in (alice, bob)] == ["team"] * 2
    assert sorted([await in_minutes(db, user) > 0 for user in (alice, bob)]) == [False, True]


async def test_a_period_that_ends_is_looked_at_then(sells, alice, db):
    plan = await pays(sells, alice, "team")
    sql = "update subscriptions set period_end = now() + interval '1 hour' where user_id = $1"
    await rows(db, sql, alice.id)
    sells.client.v1.subscriptions.update(plan.stripe_subscription, {"description": "x"})
    assert await in_minutes(db, alice) > 300
    await entitlement.catch_up(alice.id)
    assert await in_minutes(db, alice) > 300  # it is as Stripe says, in a month


async def test_one_that_is_odd_does_not_hold_up_the_others(sells, alice, bob, db, monkeypatch):
    for user in (alice, bob):
        await pays(sells, user, "team")
        await due(db, user)
    real = reconcile.catch_up

    async def odd(user_id):
        if user_id == alice.id:
            raise KeyError
        return await real(user_id)

    monkeypatch.setattr(reconcile, "catch_up", odd)
    before = (await entitlement.plan_of(bob.id)).asked
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(bob.id)).asked == before + 1


async def test_whom_stripe_refuses_holds_up_nobody_and_is_asked_after_ever_longer(
    sells, alice, bob, db
):
    for user in (alice, bob):
        await pays(sells, user, "team")
        await due(db, user)
    unknown = "update subscriptions set stripe_customer = $2, check_at = $3 where user_id = $1"
    long_ago = sells.now - timedelta(days=1)
    await rows(db, unknown, alice.id, f"cus_{alice.id}", long_ago)  # so she is the first
    before = (await entitlement.plan_of(bob.id)).asked
    pauses = []
    for _ in range(4):
        with capture_logs() as logged:
            await reconcile.reconcile_once()
        assert "reconciling_failed" in [each["event"] for each in logged]
        pauses.append(round(await in_minutes(db, alice)))
        await due(db, alice)
    assert pauses == [10, 20, 40, 80]
    assert (await entitlement.plan_of(bob.id)).asked == before + 1
    assert (await entitlement.plan_of(alice.id)).tier == "team"  # as it was last known
    await rows(db, "update subscriptions set asked = asked + 100 where user_id = $1", alice.id)
    await reconcile.reconcile_once()
    assert round(await in_minutes(db, alice)) == 24 * 60


async def test_an_outage_is_not_held_against_anybody(sells, alice, db):
    await pays(sells, alice, "team")
    for _ in range(3):
        await due(db, alice)
        sells.fail(*[503] * 3)
        await reconcile.reconcile_once()
        assert 4 < await in_minutes(db, alice) <= 5


async def test_old_notices_are_removed(sells, alice, db):
    await pays(sells, alice, "team")
    sql = """
        insert into stripe_events
            (id, user_id, event_id, type, happened_at, status, created_at)
        values (gen_random_uuid(), $1, $2, 'x', now(), 'done', now() - $3::interval)
    """
    for name, days in (("old", 91), ("new", 89)):
        await rows(db, sql, alice.id, f"{name} {alice.id}", timedelta(days=days))
    await due(db, alice)
    await reconcile.reconcile_once()
    left = await rows(db, "select event_id from stripe_events where user_id = $1", alice.id)
    assert [each["event_id"] for each in left] == [f"new {alice.id}"]


async def test_where_nothing_is_sold_nobody_is_asked_for(alice, db):
    sql = "update subscriptions set stripe_customer = $2, check_at = now() where user_id = $1"
    await rows(db, sql, alice.id, f"cus_{alice.id}")
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(alice.id)).asked == 0
    await rows(db, "update subscriptions set check_at = null where user_id = $1", alice.id)
