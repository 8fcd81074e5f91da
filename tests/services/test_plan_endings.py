"""A plan whose owner leaves: nothing is renewed, who stays has it back, who goes pays no more."""

import pytest

from assistant.errors import BillingAway, Busy
from assistant.services import (
    entitlement,
    erasure,
    plan_changes,
    plan_endings,
    plan_hold,
    reconcile,
)
from assistant.services.plan_changes import resume
from assistant.services.tiers import tier_of
from tests.services.paying import changes, pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]


def live(account):
    return [each for each in account.all("subscription") if each["ended_at"] is None]


async def test_who_asks_to_be_erased_is_charged_no_more_and_may_stay(sells, alice):
    await pays(sells, alice, "team")
    await erasure.ask(alice, erasure.WORD)
    assert live(sells)[0]["cancel_at_period_end"]
    assert (await entitlement.plan_of(alice.id)).lasts_until is not None
    assert (await tier_of(alice.id)).id == "team"
    await erasure.keep(alice.id)
    assert not live(sells)[0]["cancel_at_period_end"]
    assert (await entitlement.plan_of(alice.id)).lasts_until is None


async def test_what_its_owner_had_canceled_stays_canceled(sells, alice):
    await pays(sells, alice, "team")
    await changes(alice.id, "free")
    await erasure.ask(alice, erasure.WORD)
    await erasure.keep(alice.id)
    assert live(sells)[0]["cancel_at_period_end"]


async def test_what_was_agreed_before_comes_all_the_same_for_who_stays(sells, alice):
    await pays(sells, alice, "team", 3)
    await changes(alice.id, "team", 2)
    await erasure.ask(alice, erasure.WORD)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_tier, plan.lasts_until) == ("", plan.period_end)
    await erasure.keep(alice.id)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.next_tier, plan.next_seats, plan.lasts_until) == (3, "team", 2, None)


async def test_a_stripe_that_is_away_holds_up_neither_leaving_nor_staying(sells, alice):
    await pays(sells, alice, "team")
    sells.fail(*[503] * 3)
    await erasure.ask(alice, erasure.WORD)
    assert await erasure.erased_at(alice.id) is not None
    assert not live(sells)[0]["cancel_at_period_end"]
    await plan_endings.pause(alice.id)
    sells.fail(*[503] * 3)
    await erasure.keep(alice.id)
    assert await erasure.erased_at(alice.id) is None


async def soon(db, user):
    """The time has come at which what was left is looked after."""
    sql = """update subscriptions set check_at = check_at - interval '10 minutes'
             where user_id = $1 returning check_at <= now() as is_due"""
    (row,) = await rows(db, sql, user.id)
    assert row["is_due"]
    await reconcile.reconcile_once()


async def test_what_stripe_could_not_end_then_is_ended_soon_and_as_it_was_for_who_stays(
    sells, alice, db
):
    await pays(sells, alice, "team", 3)
    await changes(alice.id, "team", 2)
    sells.fail(200, 200, *[503] * 3)  # what was agreed is released, and then it is away
    await erasure.ask(alice, erasure.WORD)
    assert not live(sells)[0]["cancel_at_period_end"]
    await soon(db, alice)
    assert live(sells)[0]["cancel_at_period_end"]
    await erasure.keep(alice.id)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_seats, plan.lasts_until) == (2, None)


async def test_a_change_under_way_is_not_disturbed_by_who_leaves_and_the_plan_ends_soon(
    sells, alice, db
):
    await pays(sells, alice, "team")
    async with plan_hold.held(alice.id, plan_changes.UNDER_WAY):
        await erasure.ask(alice, erasure.WORD)
        with pytest.raises(Busy):  # it is held still
            await resume(alice.id)
    assert not live(sells)[0]["cancel_at_period_end"]
    await soon(db, alice)
    assert live(sells)[0]["cancel_at_period_end"]


async def test_nobody_else_is_paused_when_their_time_comes(sells, alice, db):
    await pays(sells, alice, "team")
    await rows(db, "update subscriptions set check_at = now() where user_id = $1", alice.id)
    await reconcile.reconcile_once()
    assert (await entitlement.plan_of(alice.id)).lasts_until is None


async def test_who_is_erased_is_a_customer_no_more_or_it_is_begun_again(sells, alice, db):
    await pays(sells, alice, "team")
    await rows(db, "update profiles set erase_at = now() where user_id = $1", alice.id)
    sells.fail(*[503] * 3)
    with pytest.raises(BillingAway):
        await erasure.erase(alice.id)
    assert await rows(db, "select 1 from profiles where user_id = $1", alice.id)
    assert await erasure.erase(alice.id)
    assert not await rows(db, "select 1 from profiles where user_id = $1", alice.id)
    (subscription,) = sells.all("subscription")
    assert subscription["status"] == "canceled"
    assert [each.get("deleted") for each in sells.all("customer")] == [True]


async def test_who_is_forgotten_pays_no_more(sells, alice, bob):
    await pays(sells, alice)
    await pays(sells, bob)
    for _ in range(2):  # the second time it is done already
        await plan_endings.forget(alice.id)
    (left,) = live(sells)
    assert left["metadata"]["user_id"] == str(bob.id)


async def test_who_never_paid_is_not_asked_about(sells, alice):
    await plan_endings.forget(alice.id)
    assert sells.asked == []
