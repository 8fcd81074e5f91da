"""The card that pays is the customer's: what is chosen in the portal pays from then on."""

from datetime import timedelta

import httpx

from assistant.services import checkout, entitlement
from tests.services.paying import PAYS_ONCE, VISA, changes, pays, sells, stripe

__all__ = ["sells", "stripe"]


def cards(account):
    (customer,), (held,) = account.all("customer"), account.all("subscription")
    return customer["invoice_settings"]["default_payment_method"], held["default_payment_method"]


async def test_the_card_of_the_page_of_payment_becomes_the_customers(sells, alice):
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    none, card = cards(sells)
    assert none is None
    await checkout.fulfil(alice.id, page.rpartition("/")[2])
    assert cards(sells) == (card, None)


def choose(portal, card):
    assert "pays from now on" in httpx.post(portal, data={"do": "card", "card": card}).text


async def test_another_card_that_is_chosen_in_the_portal_pays_from_then_on(sells, alice):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    choose(await checkout.portal(alice.id), VISA)
    await changes(alice.id, "team", 2)
    sells.advance(plan.period_end + timedelta(hours=2))
    plan = await entitlement.catch_up(alice.id)
    assert (plan.seats, plan.status) == (2, "active")


async def test_while_stripe_is_away_in_between_the_plan_is_there_and_the_card_follows(sells, alice):
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    sells.fail(200, 200, *[500] * 3)  # after the subscription and its payments are read
    assert (await entitlement.catch_up(alice.id)).tier == "team"
    _, card = cards(sells)
    assert card is not None
    await entitlement.catch_up(alice.id)
    assert cards(sells) == (card, None)


async def test_a_card_is_handed_over_once_though_the_subscription_keeps_it(sells, alice):
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    sells.fail(*[200] * 4, *[500] * 3)  # after the customer has it
    await entitlement.catch_up(alice.id)
    first, kept = cards(sells)
    assert first == kept is not None
    choose(await checkout.portal(alice.id), VISA)
    chosen, _ = cards(sells)
    assert chosen != first
    await entitlement.catch_up(alice.id)
    assert cards(sells) == (chosen, None)
