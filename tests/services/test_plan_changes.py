"""Changes of a plan: said before they are done, and refused where they cannot be."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assistant.errors import Busy, Refused
from assistant.services import entitlement, plan_changes
from assistant.services.change_words import day
from assistant.services.plan_changes import cancel, change, preview, resume
from assistant.services.stripe_client import asking
from tests.services.paying import PAYS_ONCE, pays, sells, stripe

__all__ = ["sells", "stripe"]


def invoiced(account):
    return [each["total"] for each in account.all("invoice")]


async def test_more_seats_are_paid_at_once_and_fewer_come_later(sells, alice):
    plan = await pays(sells, alice, "team", 2)
    told = await preview(alice.id, "team", 4)
    assert (told.kind, told.due_now, told.then) == ("seats", Decimal(70), Decimal(140))
    await change(alice.id, "team", 4)
    assert invoiced(sells) == [7_000, 7_000]
    told = await preview(alice.id, "team", 3)
    assert (told.kind, told.due_now, told.then, told.at) == (
        "seats", 0, Decimal(105), plan.period_end,
    )  # fmt: skip
    await change(alice.id, "team", 3)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.next_tier, plan.next_seats) == (4, "team", 3)
    sells.advance(plan.period_end + timedelta(hours=2))
    assert (await entitlement.catch_up(alice.id)).seats == 3
    assert invoiced(sells)[2:] == [10_500]


async def test_a_preview_changes_nothing(sells, alice):
    await pays(sells, alice, "team")
    await preview(alice.id, "pro")  # its price is made at Stripe
    before = sells.events()
    await preview(alice.id, "team", 5)
    await preview(alice.id, "pro")
    await preview(alice.id, "free")
    assert sells.events() == before


async def test_what_was_said_is_what_is_taken(sells, alice):
    await pays(sells, alice, "team")
    sells.advance(timedelta(days=11, hours=5))
    told = await preview(alice.id, "team", 7)
    await change(alice.id, "team", 7)
    assert invoiced(sells)[-1] == told.due_now * 100


async def test_a_change_that_cannot_be_paid_does_not_come(sells, alice):
    await pays(sells, alice, "team", card=PAYS_ONCE)
    with pytest.raises(Refused, match="Your card was declined, so nothing was changed"):
        await change(alice.id, "team", 2)
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.status, invoiced(sells)) == (1, "active", [3_500])


async def test_while_a_trial_runs_either_comes_at_once_and_costs_nothing(sells, alice):
    await pays(sells, alice)
    for tier, then in (("team", Decimal(35)), ("pro", Decimal(29))):
        told = await preview(alice.id, tier)
        assert (told.due_now, told.then) == (0, then)
        await change(alice.id, tier)
        plan = await entitlement.plan_of(alice.id)
        assert (plan.tier, plan.status, plan.next_tier) == (tier, "trialing", "")
    assert sum(invoiced(sells)) == 0


async def test_a_downgrade_is_taken_back(sells, alice):
    await pays(sells, alice, "team")
    await change(alice.id, "pro")
    with pytest.raises(Refused, match="A change to Pro is agreed already"):
        await change(alice.id, "team", 3)
    await resume(alice.id)
    plan = await entitlement.plan_of(alice.id)
    assert plan.next_tier == ""
    sells.advance(plan.period_end + timedelta(hours=2))
    assert (await entitlement.catch_up(alice.id)).tier == "team"


async def test_after_a_downgrade_has_come_the_plan_is_changed_again(sells, alice):
    plan = await pays(sells, alice, "team", 3)
    await change(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert (plan.tier, plan.next_tier) == ("pro", "")
    assert (await preview(alice.id, "team", 2)).then == Decimal(70)
    await change(alice.id, "team", 2)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.seats) == ("team", 2)
    await change(alice.id, "team", 1)
    assert (await entitlement.plan_of(alice.id)).next_seats == 1
    sells.advance(plan.period_end + timedelta(hours=2))
    await entitlement.catch_up(alice.id)
    await change(alice.id, "pro")
    assert (await entitlement.plan_of(alice.id)).next_tier == "pro"


@pytest.mark.parametrize("tier", ["", "pro", "team"], ids=["kept", "smaller", "larger"])
async def test_an_end_on_a_day_is_taken_back_like_one_with_the_period(sells, alice, tier):
    plan = await pays(sells, alice, "team")
    on_a_day = int((plan.period_end - timedelta(days=3)).timestamp())
    async with asking() as stripe:
        await stripe.subscriptions.update_async(plan.stripe_subscription, {"cancel_at": on_a_day})
    assert (await entitlement.catch_up(alice.id)).lasts_until is not None
    await (change(alice.id, tier, 2 if tier == "team" else 1) if tier else resume(alice.id))
    assert (await entitlement.plan_of(alice.id)).lasts_until is None


async def test_who_cancels_with_an_invoice_open_hears_that_it_may_still_be_taken(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert plan.status == "past_due"
    lines = (await preview(alice.id, "free")).lines
    assert lines[0] == "The invoice that is due may still be taken, and no other."
    assert lines[1] == f"You keep Team until {day(plan.grace_until)}."


async def test_who_cancels_after_a_downgrade_was_agreed_has_nothing_afterwards(sells, alice):
    await pays(sells, alice, "team")
    await change(alice.id, "pro")
    await change(alice.id, "free")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_tier, plan.lasts_until) == ("", plan.period_end)
    sells.advance(plan.period_end + timedelta(hours=2))
    assert (await entitlement.catch_up(alice.id)).status == "canceled"
    assert invoiced(sells) == [3_500]


async def test_who_upgrades_after_canceling_stays(sells, alice):
    await pays(sells, alice, "team")
    await cancel(alice.id)
    await change(alice.id, "team", 2)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.lasts_until) == (2, None)


async def test_who_downgrades_after_canceling_stays(sells, alice):
    await pays(sells, alice, "team")
    await cancel(alice.id)
    await change(alice.id, "pro")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.next_tier, plan.lasts_until) == ("pro", None)


async def test_who_has_not_paid_pays_before_anything_changes_but_may_go(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.after_retries("unpaid")
    sells.advance(plan.period_end + timedelta(hours=2))
    with pytest.raises(Refused, match="still to be paid"):
        await change(alice.id, "team", 2)
    sells.advance(timedelta(days=40))
    assert (await preview(alice.id, "free")).lines[0].endswith("so it ends now.")
    await cancel(alice.id)
    assert (await entitlement.plan_of(alice.id)).status == "canceled"


async def test_what_changes_nothing_is_refused(sells, alice, bob):
    await pays(sells, alice, "team")
    for call in (
        change(alice.id, "team"),
        resume(alice.id),
        change(alice.id, "enterprise"),
        change(alice.id, "pro", 2),
        change(bob.id, "pro"),
        cancel(bob.id),
        resume(bob.id),
        preview(bob.id, "free"),
    ):
        with pytest.raises(Refused):
            await call


async def test_two_changes_at_once_are_one(sells, alice):
    await pays(sells, alice, "team")
    with plan_changes.ONE_EACH.held(alice.id), pytest.raises(Busy):
        await change(alice.id, "team", 2)
