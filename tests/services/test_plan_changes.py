"""Changes of a plan: said before they are done, and refused where they cannot be."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assistant.errors import Busy, Refused
from assistant.services import entitlement, plan_changes, plan_hold
from assistant.services.money_and_days import day
from assistant.services.plan_changes import preview, resume
from assistant.services.stripe_prices import price_of
from assistant.services.tiers import TIERS
from tests.services.paying import PAYS_ONCE, changes, invoiced, pays, sells, stripe

__all__ = ["sells", "stripe"]


async def test_more_seats_are_paid_at_once_and_fewer_come_later(sells, alice):
    plan = await pays(sells, alice, "team", 2)
    told = await preview(alice.id, "team", 4)
    assert (told.kind, told.due_now, told.then) == ("seats", Decimal(70), Decimal(140))
    await changes(alice.id, "team", 4)
    assert invoiced(sells) == [7_000, 7_000]
    told = await preview(alice.id, "team", 3)
    assert (told.kind, told.due_now, told.then, told.at) == (
        "seats", 0, Decimal(105), plan.period_end,
    )  # fmt: skip
    await changes(alice.id, "team", 3)
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
    await changes(alice.id, "team", 7)
    assert invoiced(sells)[-1] == told.due_now * 100


async def test_a_change_that_cannot_be_paid_does_not_come(sells, alice):
    await pays(sells, alice, "team", card=PAYS_ONCE)
    with pytest.raises(Refused, match="Your card was declined, so nothing was changed"):
        await changes(alice.id, "team", 2)
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.status, invoiced(sells)) == (1, "active", [3_500])


async def test_who_has_taken_the_card_away_hears_that_there_is_none(sells, alice):
    await pays(sells, alice, "team")
    (card,) = sells.all("payment_method")
    sells.client.v1.payment_methods.detach(card["id"])
    with pytest.raises(Refused, match="There is no card that could pay for this"):
        await changes(alice.id, "team", 2)
    assert (await entitlement.catch_up(alice.id)).seats == 1


async def test_a_trial_is_of_its_plan_and_what_is_larger_ends_it_and_is_paid(sells, alice):
    await pays(sells, alice)
    sells.advance(timedelta(days=5))
    told = await preview(alice.id, "team", 2)
    assert (told.due_now, told.then, told.at_once) == (Decimal(70), Decimal(70), True)
    assert told.lines == (
        "Team with 2 seats begins now, and your trial of Pro ends.",
        "$70 is due now, for the month that begins.",
        "After that month it is $70 a month.",
    )
    await changes(alice.id, "team", 2)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.status, plan.trial_ends_at) == ("team", "active", None)
    assert invoiced(sells) == [0, 7_000]
    assert timedelta(days=27) < plan.period_end - sells.now < timedelta(days=32)


async def test_a_trial_goes_on_when_the_larger_plan_cannot_be_paid(sells, alice):
    plan = await pays(sells, alice)
    sells.decline(plan.stripe_customer)
    with pytest.raises(Refused, match="Your card was declined, so nothing was changed"):
        await changes(alice.id, "team")
    plan = await entitlement.catch_up(alice.id)
    assert (plan.tier, plan.status, invoiced(sells)) == ("pro", "trialing", [0])


async def test_a_trial_of_a_larger_plan_goes_on_with_a_smaller_one(sells, alice):
    plan = await pays(sells, alice)
    (item,) = sells.all("subscription_item")
    price = await price_of(TIERS["team"])
    order = {"items": [{"id": item["id"], "price": price}]}  # by the operator's hand
    sells.client.v1.subscriptions.update(plan.stripe_subscription, order)
    told = await preview(alice.id, "pro")
    assert (told.due_now, told.then, told.at_once) == (0, Decimal(29), True)
    assert "Nothing is due until your trial ends on " in told.lines[1]
    await changes(alice.id, "pro")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.status, invoiced(sells)) == ("pro", "trialing", [0])


async def test_days_are_told_by_the_calendar_of_who_reads_them(sells, alice):
    plan = await pays(sells, alice, "team")
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # never on the same day
        kept = (await preview(alice.id, "pro", timezone=zone)).lines[1]
        assert kept == f"You keep Team until {day(plan.period_end, zone)}."
        more = (await preview(alice.id, "team", 2, timezone=zone)).lines[2]
        assert more == f"From {day(plan.period_end, zone)} it is $70 a month."


async def test_what_is_agreed_to_is_what_was_shown(sells, alice):
    await pays(sells, alice, "team", 4)
    fewer, more = await preview(alice.id, "team", 3), await preview(alice.id, "team", 6)
    end = await preview(alice.id, "free")
    await changes(alice.id, "team", 2)  # in another tab, and comes later
    await resume(alice.id)
    await changes(alice.id, "team", 5)
    for seats, shown in ((3, more), (6, fewer), (7, more)):
        with pytest.raises(Refused, match="has changed meanwhile, so nothing was changed"):
            await plan_changes.change(alice.id, "team", seats, shown)
    for tier, shown in (("free", more), ("pro", end)):
        with pytest.raises(Refused, match="Look again"):
            await plan_changes.change(alice.id, tier, 1, shown)
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.next_tier, plan.lasts_until) == (5, "", None)
    await plan_changes.change(alice.id, "team", 6, more)  # one seat costs less than two
    assert (await entitlement.plan_of(alice.id)).seats == 6


async def test_what_costs_more_by_now_is_not_done(sells, alice):
    plan = await pays(sells, alice, "team")
    sells.advance(timedelta(days=20))
    shown = await preview(alice.id, "team", 2)
    sells.advance(plan.period_end + timedelta(hours=2))  # a whole month is to be paid again
    with pytest.raises(Refused, match="Look again"):
        await plan_changes.change(alice.id, "team", 2, shown)
    assert invoiced(sells) == [3_500, 3_500]


async def test_what_comes_later_than_was_shown_is_not_done(sells, alice):
    plan = await pays(sells, alice, "team", 2)
    shown = [await preview(alice.id, tier) for tier in ("pro", "free")]
    sells.advance(plan.period_end + timedelta(hours=2))
    for tier, each in zip(("pro", "free"), shown, strict=True):
        with pytest.raises(Refused, match="Look again"):
            await plan_changes.change(alice.id, tier, 1, each)


async def test_who_has_not_paid_pays_before_anything_changes_but_may_go(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.after_retries("unpaid")
    sells.advance(plan.period_end + timedelta(hours=2))
    with pytest.raises(Refused, match="still to be paid"):
        await changes(alice.id, "team", 2)
    sells.advance(timedelta(days=40))
    assert (await preview(alice.id, "free")).lines[0].endswith("so it ends now.")
    await changes(alice.id, "free")
    assert (await entitlement.plan_of(alice.id)).status == "canceled"


async def test_what_changes_nothing_is_refused(sells, alice, bob):
    await pays(sells, alice, "team")
    for call in (
        changes(alice.id, "team"),
        resume(alice.id),
        changes(alice.id, "enterprise"),
        changes(alice.id, "pro", 2),
        changes(bob.id, "pro"),
        changes(bob.id, "free"),
        resume(bob.id),
        preview(bob.id, "free"),
    ):
        with pytest.raises(Refused):
            await call


async def test_two_changes_at_once_are_one(sells, alice):
    await pays(sells, alice, "team")
    async with plan_hold.held(alice.id, plan_changes.UNDER_WAY):
        with pytest.raises(Busy, match="already"):
            await changes(alice.id, "team", 2)
        with pytest.raises(Busy):
            await resume(alice.id)
    await changes(alice.id, "team", 2)
