"""Downgrades and ends of a plan: agreed, taken back, and changed again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assistant.errors import Refused
from assistant.services import checkout, entitlement, stripe_standing
from assistant.services.money_and_days import day
from assistant.services.plan_changes import preview, resume
from assistant.services.stripe_client import asking
from tests.services.paying import PAYS_ONCE, changes, invoiced, pays, sells, stripe

__all__ = ["sells", "stripe"]


async def test_a_downgrade_is_taken_back(sells, alice):
    await pays(sells, alice, "team")
    await changes(alice.id, "pro")
    with pytest.raises(Refused, match="A change to Pro is agreed already"):
        await changes(alice.id, "team", 3)
    await resume(alice.id)
    plan = await entitlement.plan_of(alice.id)
    assert plan.next_tier == ""
    sells.advance(plan.period_end + timedelta(hours=2))
    assert (await entitlement.catch_up(alice.id)).tier == "team"


async def test_after_a_downgrade_has_come_the_plan_is_changed_again(sells, alice):
    plan = await pays(sells, alice, "team", 3)
    await changes(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert (plan.tier, plan.next_tier) == ("pro", "")
    assert (await preview(alice.id, "team", 2)).then == Decimal(70)
    await changes(alice.id, "team", 2)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.seats) == ("team", 2)
    await changes(alice.id, "team", 1)
    assert (await entitlement.plan_of(alice.id)).next_seats == 1
    sells.advance(plan.period_end + timedelta(hours=2))
    await entitlement.catch_up(alice.id)
    await changes(alice.id, "pro")
    assert (await entitlement.plan_of(alice.id)).next_tier == "pro"


@pytest.mark.parametrize("tier", ["", "pro", "team"], ids=["kept", "smaller", "larger"])
async def test_an_end_on_a_day_is_taken_back_like_one_with_the_period(sells, alice, tier):
    plan = await pays(sells, alice, "team")
    on_a_day = int((plan.period_end - timedelta(days=3)).timestamp())
    async with asking() as stripe:
        await stripe.subscriptions.update_async(plan.stripe_subscription, {"cancel_at": on_a_day})
    assert (await entitlement.catch_up(alice.id)).lasts_until is not None
    await (changes(alice.id, tier, 2 if tier == "team" else 1) if tier else resume(alice.id))
    assert (await entitlement.plan_of(alice.id)).lasts_until is None


async def test_who_cancels_with_an_invoice_open_hears_that_it_may_still_be_taken(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert plan.status == "past_due"
    lines = (await preview(alice.id, "free")).lines
    assert lines[0] == "The invoice that is due may still be taken, and no other."
    assert lines[1] == f"You keep Team until {day(plan.grace_until, 'UTC')}."


async def test_whose_grace_is_over_ends_the_plan_at_once_and_may_buy_anew(
    sells, alice, monkeypatch
):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    monkeypatch.setattr(stripe_standing, "GRACE", timedelta(days=-60))  # Stripe tries on
    sells.advance(plan.period_end + timedelta(hours=2))
    with pytest.raises(Refused, match="You have the Team plan already"):
        await checkout.checkout(alice.id, "team")
    told = await preview(alice.id, "free")
    assert told.lines == ("Your Team plan is not paid for, so it ends now.", "Nothing is due.")
    await changes(alice.id, "free")
    assert (await entitlement.plan_of(alice.id)).status == "canceled"
    assert (await pays(sells, alice, "team")).status == "active"


async def test_who_cancels_after_a_downgrade_was_agreed_has_nothing_afterwards(sells, alice):
    await pays(sells, alice, "team")
    await changes(alice.id, "pro")
    await changes(alice.id, "free")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_tier, plan.lasts_until) == ("", plan.period_end)
    sells.advance(plan.period_end + timedelta(hours=2))
    assert (await entitlement.catch_up(alice.id)).status == "canceled"
    assert invoiced(sells) == [3_500]


async def test_who_upgrades_after_canceling_stays(sells, alice):
    await pays(sells, alice, "team")
    await changes(alice.id, "free")
    await changes(alice.id, "team", 2)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.lasts_until) == (2, None)


async def test_who_downgrades_after_canceling_stays(sells, alice):
    await pays(sells, alice, "team")
    await changes(alice.id, "free")
    await changes(alice.id, "pro")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_tier, plan.lasts_until) == ("pro", None)
