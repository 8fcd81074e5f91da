"""What is done at Stripe: what is over stays over, and what was agreed is released."""

from datetime import timedelta

import pytest

from assistant.config import settings
from assistant.errors import NotFound
from assistant.services import entitlement, plan_moves
from tests.services.paying import changes, pays, sells, stripe

__all__ = ["sells", "stripe"]


async def test_what_is_over_is_ended_in_vain(sells, alice):
    plan = await pays(sells, alice, "team")
    await plan_moves.end(plan.stripe_subscription, at_once=True)
    before = sells.events()
    await plan_moves.end(plan.stripe_subscription, at_once=True)
    await plan_moves.end(plan.stripe_subscription, at_once=False)
    assert sells.events() == before


async def test_what_does_not_exist_is_not_ended(sells):
    for call in (plan_moves.end("sub_none", at_once=True), plan_moves.take_back("sub_none")):
        with pytest.raises(NotFound):
            await call


async def test_an_end_at_once_releases_what_was_agreed(sells, alice):
    plan = await pays(sells, alice, "team")
    await changes(alice.id, "pro")
    await plan_moves.end(plan.stripe_subscription, at_once=True)
    (schedule,) = sells.all("subscription_schedule")
    assert schedule["status"] == "released"
    assert (await entitlement.catch_up(alice.id)).status == "canceled"


async def test_a_discount_outlives_an_agreed_change(sells, alice):
    coupon = sells.client.v1.coupons.create(
        {"amount_off": 500, "currency": "usd", "duration": "forever"}
    )
    plan = await pays(sells, alice, "team")
    sells.client.v1.subscriptions.update(
        plan.stripe_subscription, {"discounts": [{"coupon": coupon.id}]}
    )
    await changes(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    assert sells.all("invoice")[-1]["total"] == 2_400


async def test_the_card_outlives_an_agreed_change(sells, alice):
    plan = await pays(sells, alice, "team")
    await changes(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert (plan.tier, plan.status) == ("pro", "active")
    assert [each["status"] for each in sells.all("invoice")] == ["paid", "paid"]


async def test_tax_outlives_an_agreed_change(sells, alice, monkeypatch):
    monkeypatch.setenv("STRIPE_TAX", "on")
    settings.cache_clear()
    plan = await pays(sells, alice, "team")
    await changes(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    assert [each["automatic_tax"]["enabled"] for each in sells.all("invoice")] == [True, True]


async def test_bills_that_are_sent_are_sent_after_an_agreed_change_too(sells, alice):
    plan = await pays(sells, alice, "team")
    by_hand = {"collection_method": "send_invoice", "days_until_due": 30}
    sells.client.v1.subscriptions.update(plan.stripe_subscription, by_hand)
    await changes(alice.id, "pro")
    sells.advance(plan.period_end + timedelta(hours=2))
    (held,) = sells.all("subscription")
    assert (held["collection_method"], held["days_until_due"]) == ("send_invoice", 30)
