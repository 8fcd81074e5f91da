"""How somebody stands at Stripe: whose subscription counts, which of several, and what it says."""

from datetime import UTC, datetime

import pytest

from assistant.services import checkout, entitlement
from assistant.services.stripe_standing import Reading, moment_of, read
from tests.services.paying import pays, sells, stripe

__all__ = ["sells", "stripe"]


@pytest.fixture
async def customer(sells, alice):
    """Alice's customer, with a card, who has bought nothing."""
    await checkout.checkout(alice.id, "team")
    name = (await entitlement.plan_of(alice.id)).stripe_customer
    with_card(sells, name)
    return name


def with_card(account, customer):
    client = account.client.v1
    card = client.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.customers.update(customer, {"invoice_settings": {"default_payment_method": card.id}})


def bought(account, customer, **said):
    """A subscription made at Stripe by hand, of a price that is by arrangement."""
    client = account.client.v1
    price = client.prices.create(
        {
            "currency": "usd",
            "unit_amount": 50_000,
            "recurring": {"interval": "month"},
            "product_data": {"name": "arranged"},
        }
    )
    order = {"customer": customer, "items": [{"price": price.id, "quantity": 40}], "metadata": said}
    return client.subscriptions.create(order).id


async def test_who_has_bought_nothing_has_nothing(sells, alice, customer):
    assert await read(alice.id, customer) == Reading()


async def test_one_that_names_nobody_or_somebody_else_does_not_count(sells, alice, bob, customer):
    bought(sells, customer, tier="enterprise")
    bought(sells, customer, tier="enterprise", user_id=str(bob.id))
    assert await read(alice.id, customer) == Reading()
    assert (await read(bob.id, customer)).standing.tier == "enterprise"  # it is our customer


async def test_one_by_arrangement_says_itself_what_it_is(sells, alice, customer):
    mine = bought(sells, customer, tier="enterprise", user_id=str(alice.id))
    found, too_many, _ = await read(alice.id, customer)
    assert (found.tier, found.seats, found.stripe_subscription) == ("enterprise", 40, mine)
    assert not too_many


async def test_a_plan_that_we_do_not_know_gives_nothing(sells, alice, customer):
    bought(sells, customer, tier="gold", user_id=str(alice.id))
    assert (await read(alice.id, customer)).standing.tier == "free"


async def test_of_two_the_greater_counts_and_the_other_is_too_many(sells, alice):
    plan = await pays(sells, alice, "team")
    with_card(sells, plan.stripe_customer)
    greater = bought(sells, plan.stripe_customer, tier="enterprise", user_id=str(alice.id))
    found, too_many, _ = await read(alice.id, plan.stripe_customer)
    assert (found.tier, found.stripe_subscription) == ("enterprise", greater)
    assert too_many == [plan.stripe_subscription]


async def test_what_is_over_does_not_hide_what_runs(sells, alice):
    first = await pays(sells, alice, "team")
    sells.client.v1.subscriptions.cancel(first.stripe_subscription)
    assert (await read(alice.id, first.stripe_customer)).standing.status == "canceled"
    second = await pays(sells, alice, "team")
    found, too_many, _ = await read(alice.id, first.stripe_customer)
    assert (found.status, found.stripe_subscription) == ("active", second.stripe_subscription)
    assert not too_many


async def test_a_plan_on_an_invoice_that_is_due_is_told_as_such(sells, alice, customer):
    client = sells.client.v1
    price = client.prices.create(
        {
            "currency": "usd",
            "unit_amount": 50_000,
            "recurring": {"interval": "month"},
            "product_data": {"name": "arranged"},
        }
    )
    client.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": price.id}],
            "collection_method": "send_invoice",
            "days_until_due": 30,
            "metadata": {"user_id": str(alice.id), "tier": "enterprise"},
        }
    )
    found = (await read(alice.id, customer)).standing
    assert (found.tier, found.status, found.trouble) == ("enterprise", "active", "")


def test_times_are_in_utc():
    assert moment_of(None) is None
    assert moment_of(0) == datetime(1970, 1, 1, tzinfo=UTC)
