"""Billing as its page is told it: off, on, in trouble, and a plan's life exact to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from assistant.errors import BillingOff, Refused
from assistant.services import billing, entitlement
from assistant.services.billing import TROUBLES, Billing
from assistant.services.payment_due import payment_due
from assistant.services.tiers import TIERS, tier_of
from tests.services.paying import PAYS_ONCE, VISA, changes, pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]

DAY = timedelta(days=1)


async def stands(user):
    """How the user stands, read anew."""
    await entitlement.catch_up(user.id)
    return await billing.billing(user.id)


def pay_there(page):
    assert "is paid" in httpx.post(page, data={"do": "pay", "card": VISA}).text


def totals(found):
    return [(each.total, each.due, each.status) for each in reversed(found.invoices)]


async def test_where_nothing_is_sold_it_says_so_and_nothing_can_be_done(alice):
    assert await billing.billing(alice.id) == Billing(
        on=False, tier=TIERS["pro"], paid_tier=TIERS["free"], may_try=True
    )
    for call in (
        billing.checkout(alice.id, "pro"),
        billing.portal(alice.id),
        billing.preview(alice.id, "team"),
        changes(alice.id, "team"),
        changes(alice.id, "free"),
        billing.resume(alice.id),
        billing.fulfil(alice.id, "cs_1"),
    ):
        with pytest.raises(BillingOff):
            await call


async def test_after_a_change_of_prices_who_pays_the_old_one_is_told_that_one(
    sells, alice, monkeypatch
):
    await pays(sells, alice, "team", 3)
    dearer = replace(TIERS["team"], price=TIERS["team"].price + 10)
    monkeypatch.setitem(TIERS, "team", dearer)
    found = await stands(alice)
    assert (found.paid_tier.price, found.seat_price) == (45, 35)
    await changes(alice.id, "team", 4)  # which is sold for what it costs now
    assert (await stands(alice)).seat_price == 45


async def test_the_life_of_a_plan_is_exact_to_the_cent(sells, alice):  # noqa: PLR0915  (a life)
    begun = sells.now
    found = await billing.billing(alice.id)
    assert (found.on, found.tier.id, found.invoices) == (True, "free", [])
    await pays(sells, alice)
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.status, found.may_try) == ("pro", "trialing", False)
    assert abs(found.trial_ends - begun - 14 * DAY) < timedelta(minutes=1)
    assert (found.next_amount, found.next_at) == (Decimal(29), found.trial_ends)
    assert totals(found) == [(0, 0, "paid")]

    sells.advance(found.trial_ends + timedelta(hours=2))
    found = await stands(alice)
    assert (found.status, found.trial_ends, found.next_amount) == ("active", None, Decimal(29))
    assert totals(found)[1:] == [(29, 0, "paid")]

    middle = found.renews_at - (found.renews_at - found.invoices[0].at) / 2
    sells.advance(middle)
    told = await billing.preview(alice.id, "team", 3)
    half = Decimal("38.00")  # of 3 x 35, less that of 29
    assert (told.kind, told.due_now, told.then) == ("upgrade", half, Decimal(105))
    await changes(alice.id, "team", 3)
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.seats, found.next_amount) == ("team", 3, Decimal(105))
    assert totals(found)[2:] == [(half, 0, "paid")]

    told = await billing.preview(alice.id, "pro")
    assert (told.kind, told.due_now, told.then, told.at) == (
        "downgrade", 0, Decimal(29), found.renews_at,
    )  # fmt: skip
    await changes(alice.id, "pro")
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.seats) == ("team", 3)
    assert (found.next_tier.id, found.next_seats, found.next_amount) == ("pro", 1, Decimal(29))

    sells.advance(found.renews_at + timedelta(hours=2))
    found = await stands(alice)
    assert (found.tier.id, found.seats, found.next_tier) == ("pro", 1, None)
    assert totals(found)[3:] == [(29, 0, "paid")]

    await changes(alice.id, "free")
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.ends, found.renews_at, found.next_amount) == (
        "pro", True, None, None,
    )  # fmt: skip
    await billing.resume(alice.id)
    assert not (await billing.billing(alice.id)).ends
    await changes(alice.id, "free")
    sells.advance(found.ends_at + timedelta(hours=2))
    found = await stands(alice)
    assert (found.tier.id, found.paid_tier.id, found.status) == ("free", "free", "canceled")
    assert sum(each.total for each in found.invoices) == 29 + half + 29


async def test_an_invoice_has_its_number_its_paper_and_its_page(sells, alice):
    await pays(sells, alice, "team")
    (invoice,) = (await billing.billing(alice.id)).invoices
    (there,) = sells.all("invoice")
    assert invoice.number == there["number"]
    assert (invoice.pdf_url, invoice.page_url) == (
        there["invoice_pdf"], there["hosted_invoice_url"],
    )  # fmt: skip
    assert invoice.total == Decimal(35)


async def test_a_card_that_is_declined_keeps_the_plan_until_the_grace_is_over(sells, alice, db):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    found = await stands(alice)
    assert (found.tier.id, found.status, found.trouble) == (
        "team", "past_due", TROUBLES["declined"],
    )  # fmt: skip
    assert found.invoices[0].due == Decimal(35)
    since = found.grace_until - timedelta(days=14)
    assert timedelta(0) <= since - plan.period_end <= timedelta(hours=2)
    sql = "update subscriptions set grace_until = now() - interval '1 second' where user_id = $1"
    await rows(db, sql, alice.id)
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.paid_tier.id, found.status) == ("free", "team", "unpaid")
    assert (await tier_of(alice.id)).id == "free"


async def test_who_pays_in_the_grace_goes_on_as_before(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    await stands(alice)
    sells.accept(plan.stripe_customer)
    (unpaid,) = sells.all("invoice", status="open")
    sells.client.v1.invoices.pay(unpaid["id"])
    found = await stands(alice)
    assert (found.tier.id, found.status, found.trouble, found.grace_until) == (
        "team", "active", "", None,
    )  # fmt: skip


@pytest.mark.parametrize(("then", "status"), [("cancel", "canceled"), ("unpaid", "unpaid")])
async def test_when_stripe_gives_up_so_does_the_plan(then, status, sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.after_retries(then)
    sells.advance(plan.period_end + 40 * DAY)
    found = await stands(alice)
    assert (found.tier.id, found.status) == ("free", status)


async def test_what_is_canceled_ends_on_its_day_be_no_notice_ever_heard(sells, alice, db):
    await pays(sells, alice, "team")
    await changes(alice.id, "free")
    assert (await tier_of(alice.id)).id == "team"
    sql = "update subscriptions set lasts_until = now() where user_id = $1"
    await rows(db, sql, alice.id)
    assert (await tier_of(alice.id)).id == "free"
    assert (await billing.billing(alice.id)).status == "canceled"


async def test_a_dispute_and_a_refund_are_told(sells, alice, bob):
    hers, his = await pays(sells, alice, "team"), await pays(sells, bob, "team")
    dispute = sells.dispute(hers.stripe_customer)
    sells.refund(his.stripe_customer)
    assert (await stands(alice)).trouble == TROUBLES["dispute"]
    assert (await stands(bob)).trouble == TROUBLES["refund"]
    assert (await stands(bob)).tier.id == "team"
    sells.close_dispute(dispute["id"], won=True)
    assert (await stands(alice)).trouble == ""


async def test_a_coupon_is_in_what_comes_next(sells, alice):
    client = sells.client.v1
    coupon = client.coupons.create({"percent_off": 50, "duration": "forever"})
    client.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"}
    )
    await pays(sells, alice, "team", code="HALF")
    found = await billing.billing(alice.id)
    assert (found.invoices[0].total, found.next_amount) == (Decimal("17.50"), Decimal("17.50"))
    assert (await billing.preview(alice.id, "team", 2)).then == Decimal(35)
    await changes(alice.id, "pro")
    assert (await billing.billing(alice.id)).next_amount == Decimal("14.50")


async def test_while_stripe_is_away_the_plan_is_told_as_it_was(sells, alice):
    await pays(sells, alice, "team")
    sells.fail(*[503] * 3)
    found = await billing.billing(alice.id)
    assert (found.tier.id, found.away, found.invoices) == ("team", True, [])
    assert not (await billing.billing(alice.id)).away


async def test_a_next_invoice_that_stripe_refuses_to_tell_hides_no_others(sells, alice):
    await pays(sells, alice, "team")
    sells.fail(200, 400)  # tax cannot be worked out, say
    found = await billing.billing(alice.id)
    assert (found.away, found.next_amount, len(found.invoices)) == (False, None, 1)


async def test_who_has_paid_what_was_due_sees_it_before_any_notice_comes(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    found = await stands(alice)
    assert found.status == "past_due"
    (page,) = [each.page_url for each in found.invoices if each.status == "open"]
    pay_there(page)
    assert (await billing.billing(alice.id)).status == "active"


async def test_a_plan_that_is_paused_at_stripe_is_called_so_and_nothing_is_said_to_be_due(
    sells, alice
):
    plan = await pays(sells, alice, "team")
    held = sells.world.objects.get("subscription", plan.stripe_subscription)
    held["status"] = "paused"  # by the operator, in Stripe's dashboard
    found = await stands(alice)
    assert (found.tier.id, found.paid_tier.id, found.paused) == ("free", "team", True)
    assert found.trouble == TROUBLES["paused"]
    assert await payment_due(alice.id) is None
    with pytest.raises(Refused, match="Your plan is paused"):
        await billing.preview(alice.id, "pro")
    told = await billing.preview(alice.id, "free")
    assert told.lines == ("Your Team plan is paused, so it ends now.", "Nothing is due.")
    held["status"] = "active"
    assert (await stands(alice)).tier.id == "team"
