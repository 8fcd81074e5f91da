"""The page of billing after a payment: it thanks once, waits, and says what was declined."""

from datetime import timedelta

import httpx

from assistant.services import billing
from assistant.state.billing import BillingState
from assistant.state.billing_words import TO_CONFIRM
from tests.services.paying import ASKS, carry
from tests.state.paid import paid, path_of


async def test_a_card_that_is_declined_is_said_with_what_to_do(hers, alice, sells):
    await paid(hers, alice, sells, "team", 1)
    (customer,) = sells.all("customer")
    sells.decline(customer["id"])
    sells.advance(timedelta(days=32))
    await carry(sells, sells.events())
    await hers.send(BillingState, "look")
    shown = await hers.state(BillingState)
    assert "declined" in shown.trouble
    assert "Team stays until" in shown.standing
    assert shown.pay_url.startswith(sells.url)


async def test_a_declined_change_keeps_the_offer_open_with_the_reason(hers, alice, sells):
    await paid(hers, alice, sells, "team", 1)
    (customer,) = sells.all("customer")
    sells.decline(customer["id"])
    await hers.send(BillingState, "consider", tier_id="team", seats=5)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert shown.offer.seats == 5
    assert "declined" in shown.failure
    assert shown.seats == 1


async def test_a_payment_that_the_bank_asks_about_leads_to_its_page_and_is_thanked_for(
    hers, alice, sells
):
    await paid(hers, alice, sells, "team", card=ASKS)
    await hers.send(BillingState, "consider", tier_id="team", seats=3)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.offer.tier_id, shown.seats) == (TO_CONFIRM, "", 1)
    async with httpx.AsyncClient() as browser:
        await browser.post(shown.confirm_url, data={"do": "pay", "card": ASKS})
    await hers.send(BillingState, "watch")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.confirm_url, shown.seats) == ("Your plan has 3 seats now.", "", 3)


async def test_a_payment_that_nobody_confirms_is_dropped_and_nothing_is_said(hers, alice, sells):
    await paid(hers, alice, sells, "team", card=ASKS)
    await hers.send(BillingState, "consider", tier_id="team", seats=3)
    await hers.send(BillingState, "agree")
    (bill,) = sells.all("invoice", status="open")
    sells.client.v1.invoices.void_invoice(bill["id"])
    await hers.send(BillingState, "look")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.confirm_url, shown.seats) == ("", "", 1)


async def test_nobody_is_thanked_for_what_was_over_long_ago(hers, alice, sells):
    address = sells.pay(await billing.checkout(alice.id, "team"))
    await carry(sells, sells.events())
    (bought,) = sells.all("subscription")
    sells.client.v1.subscriptions.cancel(bought["id"])
    hers.address = path_of(address)
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.said, shown.confirming) == ("Free", "", False)


async def test_who_loads_the_page_once_more_is_not_thanked_once_more(hers, alice, sells):
    shown = await paid(hers, alice, sells, "team")
    assert shown.said == "Thank you. Team is in force."
    await hers.send(BillingState, "load")
    assert (await hers.state(BillingState)).said == ""


async def test_a_payment_that_stripe_does_not_confirm_yet_is_waited_for(hers, alice, sells):
    address = sells.pay(await billing.checkout(alice.id, "team"))
    hers.address = path_of(address)
    sells.fail(*[503] * 40)
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.confirming, shown.said) == (True, "")
    sells.api.faults.clear()
    answers = shown.answer
    await hers.send(BillingState, "watch")
    shown = await hers.state(BillingState)
    assert (shown.confirming, shown.said) == (False, "Thank you. Team is in force.")
    assert shown.answer == answers  # whatever is pressed meanwhile waits on


async def test_somebody_elses_payment_is_not_there(hers, bob, sells):
    hers.address = path_of(sells.pay(await billing.checkout(bob.id, "team")))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.said, shown.confirming) == ("Free", "", False)
    assert "does not exist" in shown.failure
