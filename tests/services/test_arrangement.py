"""A plan by arrangement: invoiced, due, kept in the grace, and never sold to who has it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assistant.config import settings
from assistant.errors import BillingOff, Refused
from assistant.services import billing, entitlement
from assistant.services.arrangement import arrange
from assistant.services.tiers import tier_of
from tests.services.paying import changes, pays, sells, stripe

__all__ = ["sells", "stripe"]
MAIL = "bills@example.com"


async def test_who_arranges_is_sent_an_invoice_and_has_the_plan(sells, alice):
    plan = await arrange(alice.id, MAIL, Decimal("49.90"), 12)
    assert (plan.tier, plan.status, plan.seats) == ("enterprise", "active", 12)
    sells.advance(timedelta(hours=2))
    (invoice,) = (await billing.billing(alice.id)).invoices
    assert (invoice.total, invoice.due, invoice.status) == (
        Decimal("598.80"), Decimal("598.80"), "open",
    )  # fmt: skip
    (there,) = sells.all("invoice")
    assert (there["collection_method"], there["customer_email"]) == ("send_invoice", MAIL)


async def test_an_invoice_that_nobody_pays_is_told_and_ends_the_plan_after_the_grace(sells, alice):
    await arrange(alice.id, MAIL, Decimal(500))
    sells.advance(timedelta(days=31, hours=3))
    await entitlement.catch_up(alice.id)
    found = await billing.billing(alice.id)
    assert [each.due for each in found.invoices] == [500, 500]
    assert (found.tier.id, found.status, found.trouble) == (
        "enterprise", "past_due", billing.TROUBLES["due"],
    )  # fmt: skip
    grace = found.grace_until - found.invoices[-1].at  # thirty days to pay, and two weeks
    assert timedelta(days=43) < grace <= timedelta(days=44, hours=2)


async def test_a_lower_plan_ends_and_what_was_paid_for_it_is_credit(sells, alice):
    before = await pays(sells, alice, "team", 4)
    plan = await arrange(alice.id, MAIL, Decimal(500))
    assert plan.tier == "enterprise"
    assert sells.find(before.stripe_subscription)["status"] == "canceled"
    assert sells.find(plan.stripe_customer)["balance"] == -14_000


async def test_it_is_arranged_once_and_changed_by_nobody_but_who_arranged_it(sells, alice):
    await arrange(alice.id, MAIL, Decimal(500))
    with pytest.raises(Refused, match="by arrangement already"):
        await arrange(alice.id, MAIL, Decimal(400))
    with pytest.raises(Refused, match="by arrangement"):
        await changes(alice.id, "pro")
    await changes(alice.id, "free")
    assert (await entitlement.plan_of(alice.id)).lasts_until is not None
    assert (await tier_of(alice.id)).id == "enterprise"


async def test_tax_is_left_to_stripe_where_the_setting_says_so(sells, alice, bob, monkeypatch):
    await arrange(bob.id, MAIL, Decimal(500))
    monkeypatch.setenv("STRIPE_TAX", "on")
    settings.cache_clear()
    with pytest.raises(Refused, match=r"does not know where cus_\w+ is"):
        await arrange(alice.id, MAIL, Decimal(500))
    customer = (await entitlement.plan_of(alice.id)).stripe_customer
    place = {"address": {"country": "US", "postal_code": "94103"}}
    sells.client.v1.customers.update(customer, place)
    await arrange(alice.id, MAIL, Decimal(500))
    without, taxed = sells.all("subscription")
    assert (without["automatic_tax"]["enabled"], taxed["automatic_tax"]["enabled"]) == (False, True)


@pytest.mark.parametrize(
    ("mail", "price", "seats"),
    [
        ("nobody", "5", 1),
        (MAIL, "0", 1),
        (MAIL, "-5", 1),
        (MAIL, "5.001", 1),
        (MAIL, "100001", 1),
        (MAIL, "NaN", 1),
        (MAIL, "5", 0),
        (MAIL, "5", 1_001),
    ],
)
async def test_terms_that_make_no_sense_are_refused(mail, price, seats, sells, alice):
    with pytest.raises(Refused, match="An arrangement takes"):
        await arrange(alice.id, mail, Decimal(price), seats)
    assert sells.asked == []


async def test_where_nothing_is_sold_nothing_is_arranged(alice):
    with pytest.raises(BillingOff):
        await arrange(alice.id, MAIL, Decimal(500))
