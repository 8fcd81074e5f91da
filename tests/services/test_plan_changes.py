"""Changes of a plan: said before they are done, and refused where they cannot be."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from assistant.errors import Busy, Refused
from assistant.services import checkout, entitlement, plan_changes, plan_hold, stripe_standing
from assistant.services.money_and_days import day
from assistant.services.plan_changes import preview, resume
from assistant.services.stripe_client import asking
from assistant.services.stripe_prices import price_of
from assistant.services.tiers import TIERS
from tests.services.paying import ASKS, PAYS_ONCE, changes, pays, sells, stripe

__all__ = ["sells", "stripe"]


def invoiced(account):
    return [each["total"] for each in account.all("invoice")]


def confirm(page):
    assert "is paid" in httpx.post(page, data={"do": "pay", "card": ASKS}).text


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


async def test_a_payment_that_the_bank_asks_about_is_confirmed_and_then_it_comes(sells, alice):
    await pays(sells, alice, "team", card=ASKS)
    page = await changes(alice.id, "team", 3)
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.status) == (1, "active")
    (bill,) = sells.all("invoice", status="open")
    assert (page, bill["total"]) == (bill["hosted_invoice_url"], 7_000)
    confirm(page)
    assert (await entitlement.catch_up(alice.id)).seats == 3


async def test_a_bank_that_declines_until_its_owner_is_proven_is_one_that_asks(sells, alice):
    plan = await pays(sells, alice, "team")
    sells.decline(plan.stripe_customer, "authentication_required")
    page = await changes(alice.id, "team", 3)
    confirm(page)
    assert (await entitlement.catch_up(alice.id)).seats == 3


async def test_who_does_not_confirm_keeps_what_they_have_and_may_choose_anew(sells, alice):
    plan = await pays(sells, alice, "team", card=ASKS)
    await changes(alice.id, "team", 3)
    assert await changes(alice.id, "team", 2)  # the one before is given up
    assert [each["status"] for each in sells.all("invoice")] == ["paid", "void", "open"]
    await changes(alice.id, "free")
    assert sells.all("invoice")[-1]["status"] == "void"
    plan = await entitlement.plan_of(alice.id)
    assert (plan.seats, plan.lasts_until) == (1, plan.period_end)


async def test_a_trial_ends_only_when_the_larger_plan_is_confirmed(sells, alice):
    await pays(sells, alice, card=ASKS)
    page = await changes(alice.id, "team")
    assert (await entitlement.plan_of(alice.id)).status == "trialing"
    confirm(page)
    plan = await entitlement.catch_up(alice.id)
    assert (plan.tier, plan.status, invoiced(sells)) == ("team", "active", [0, 3_500])


async def test_who_has_canceled_keeps_the_plan_before_the_bank_is_asked(sells, alice):
    await pays(sells, alice, "team", card=ASKS)
    await changes(alice.id, "free")
    with pytest.raises(Refused, match="keep the plan first"):
        await changes(alice.id, "team", 2)
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.lasts_until) == (1, plan.period_end)


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
