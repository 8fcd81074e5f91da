"""Customers that Stripe does not have any more, or never had: nobody is kept from paying anew."""

import pytest

from assistant.errors import BillingRefused, Refused
from assistant.services import checkout, entitlement
from assistant.services.stripe_customers import whereabouts
from tests.services.paying import carry, pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]
FOREIGN = "update subscriptions set stripe_customer = 'cus_other', checkout = $2 where user_id = $1"


async def test_who_is_here_who_was_erased_and_who_was_never_known(sells, alice):
    plan = await pays(sells, alice, "team")
    assert await whereabouts(plan.stripe_customer) == "here"
    sells.client.v1.customers.delete(plan.stripe_customer)
    assert await whereabouts(plan.stripe_customer) == "erased"
    assert await whereabouts("cus_none") == "unknown"


async def test_the_plan_of_a_customer_erased_at_stripe_is_over_and_another_can_be_bought(
    sells, alice
):
    before = await pays(sells, alice, "team")
    sells.client.v1.customers.delete(before.stripe_customer)
    await carry(sells, sells.events("customer.subscription.deleted"))
    assert (await entitlement.plan_of(alice.id)).status == "canceled"
    with pytest.raises(Refused, match="nothing to manage"):
        await checkout.portal(alice.id)
    after = await pays(sells, alice, "team")
    assert (after.status, after.stripe_customer != before.stripe_customer) == ("active", True)


async def test_a_customer_of_another_account_is_followed_by_a_new_one(sells, alice, db):
    await rows(db, FOREIGN, alice.id, "cs_test_other")
    plan = await pays(sells, alice, "team")
    assert (plan.status, len(sells.all("customer"))) == ("active", 1)


async def test_but_not_while_a_plan_may_hang_on_it(sells, alice, db):
    before = await pays(sells, alice, "team")
    await rows(db, FOREIGN, alice.id, before.checkout)
    with pytest.raises(BillingRefused):  # the key may be the wrong one
        await checkout.checkout(alice.id, "team")
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.status, plan.stripe_customer) == ("team", "active", "cus_other")
