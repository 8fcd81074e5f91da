"""What is written is the newest answer of Stripe's, in whichever order the answers come."""

import asyncio
from datetime import timedelta

import pytest

from assistant.errors import NotFound
from assistant.services import checkout, entitlement
from assistant.services.signals import listening
from assistant.services.stripe_standing import read
from tests.services.paying import as_read, carry, changes, pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]


async def test_an_answer_that_is_late_does_not_undo_a_newer_one(sells, alice, monkeypatch):
    await pays(sells, alice, "team")
    may_go_on, has_read = asyncio.Event(), asyncio.Event()

    async def slow(*asked):
        found = await read(*asked)
        has_read.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr(entitlement, "read", slow)
    late = asyncio.create_task(entitlement.catch_up(alice.id))
    await has_read.wait()
    monkeypatch.setattr(entitlement, "read", read)
    await changes(alice.id, "team", 5)
    may_go_on.set()
    await late
    assert (await as_read(alice))[2] == 5


async def test_many_at_once_end_as_stripe_has_it(sells, alice):
    await pays(sells, alice, "team")
    changing = (changes(alice.id, "team", 3), changes(alice.id, "free"))
    reading = (entitlement.catch_up(alice.id) for _ in range(20))
    await asyncio.gather(*changing, *reading, return_exceptions=True)
    customer = (await entitlement.plan_of(alice.id)).stripe_customer
    found = (await read(alice.id, customer)).standing
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.lasts_until) == (found.seats, found.lasts_until)


async def test_the_month_is_that_of_the_subscription(sells, alice):
    plan = await pays(sells, alice, "team")
    (item,) = sells.all("subscription_item")
    assert plan.period_start.timestamp() == item["current_period_start"]
    assert plan.period_end.timestamp() == item["current_period_end"]


async def test_who_was_given_a_plan_by_hand_keeps_it(sells, alice, db):
    sql = "update subscriptions set tier = 'enterprise' where user_id = $1"
    await rows(db, sql, alice.id)
    await checkout.checkout(alice.id, "pro")
    assert (await entitlement.catch_up(alice.id)).tier == "enterprise"


async def test_a_trial_that_was_had_is_remembered(sells, alice):
    plan = await pays(sells, alice)
    since = plan.trialed_at
    assert since is not None
    sells.client.v1.subscriptions.cancel(plan.stripe_subscription)
    assert (await pays(sells, alice, "team")).trialed_at == since


async def test_since_when_a_plan_is_had_and_since_when_it_is_paid(sells, alice):
    began = sells.now
    plan = await pays(sells, alice)
    assert plan.paid_from - plan.began_at == timedelta(days=14)  # in which it is tried
    sells.advance(timedelta(days=50))
    plan = await entitlement.catch_up(alice.id)
    assert plan.status == "active"
    assert abs(plan.began_at - began) < timedelta(minutes=1)
    assert plan.paid_from - plan.began_at == timedelta(days=14)
    assert plan.period_start > plan.paid_from
    sells.client.v1.subscriptions.cancel(plan.stripe_subscription)
    plan = await pays(sells, alice, "team")
    assert plan.paid_from == plan.began_at
    assert plan.began_at - began >= timedelta(days=50)


async def test_an_account_that_is_gone_is_said_to_be(sells, alice, db):
    await rows(db, "delete from profiles where user_id = $1", alice.id)
    with pytest.raises(NotFound):
        await entitlement.catch_up(alice.id)


async def test_open_pages_hear_of_what_has_changed_and_of_nothing_else(sells, alice):
    heard = []
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    with listening(f"user:{alice.id}", heard.append):
        await entitlement.catch_up(alice.id)
        assert heard == [{"kind": "plan"}]
        await carry(sells, sells.events())
        assert len(heard) == 1
        sells.client.v1.customers.delete((await entitlement.plan_of(alice.id)).stripe_customer)
        await entitlement.catch_up(alice.id)
        await entitlement.catch_up(alice.id)
        assert len(heard) == 2
