"""Changes of a plan whose payment the bank asks about: they come when it is confirmed."""

import httpx
import pytest

from assistant.errors import Refused
from assistant.services import entitlement
from tests.services.paying import ASKS, changes, invoiced, pays, sells, stripe

__all__ = ["sells", "stripe"]


def confirm(page):
    assert "is paid" in httpx.post(page, data={"do": "pay", "card": ASKS}).text


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
