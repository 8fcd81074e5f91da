"""The page of billing: it pays, says what a change does before it happens, and tells of errors."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from assistant.errors import BillingAway
from assistant.services import billing
from assistant.state.billing import BillingState


async def paid(page, user, stripe, tier="pro", seats=1, **given):
    """The user has paid on Stripe's page, and the browser is back."""
    address = stripe.pay(await billing.checkout(user.id, tier, seats), **given)
    page.address = path_of(address)
    await page.send(BillingState, "load")
    return await page.state(BillingState)


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


async def test_without_a_key_of_stripe_it_says_that_nothing_is_sold(hers):
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.ready, shown.on, shown.plan) == (True, False, "Pro")
    assert [card.label for card in shown.plans] == ["Pro"]
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    assert "Billing is off" in (await hers.state(BillingState)).failure
    assert hers.redirects == []


async def test_who_chooses_a_plan_is_led_to_pay_and_thanked(hers, alice, stripe):
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.has_paid, len(shown.plans)) == ("Free", False, 4)
    answers = shown.answer
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    (address,) = hers.redirects
    assert address.startswith(stripe.url)
    assert (await hers.state(BillingState)).answer == answers  # its button waits on
    hers.address = path_of(stripe.pay(address))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.confirming) == ("Thank you. Pro is in force.", False)
    assert "Free of charge until" in shown.standing


async def test_they_come_back_to_where_they_were(hers, stripe):
    hers.address = "/billing?back=/chat/0b6f0c7e-5a7e-4d6f-8a86-a3a2f4a0a000"
    await hers.send(BillingState, "load")
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    hers.address = path_of(stripe.pay(hers.redirects[-1]))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert shown.back == "/chat/0b6f0c7e-5a7e-4d6f-8a86-a3a2f4a0a000"


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/auth/logout", "x"])
async def test_nobody_is_led_elsewhere(hers, evil):
    hers.address = f"/billing?back={evil}"
    await hers.send(BillingState, "load")
    assert (await hers.state(BillingState)).back == "/"


async def test_seats_are_chosen_before_anybody_goes_to_pay(hers, stripe):
    await hers.send(BillingState, "load")
    await hers.send(BillingState, "consider", tier_id="team", seats=3)
    shown = await hers.state(BillingState)
    assert (shown.offer.title, shown.offer.due_now) == ("Team with 3 seats", "$105.00")
    assert hers.redirects == []
    await hers.send(BillingState, "agree")
    stripe.pay(hers.redirects[-1])
    (bought,) = stripe.all("subscription")
    assert bought["items"]["data"][0]["quantity"] == 3


async def test_a_change_is_spelled_out_and_happens_when_it_is_agreed(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 2)
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    shown = await hers.state(BillingState)
    assert (shown.offer.title, shown.offer.due_now) == ("From Team to Pro", "Nothing")
    assert (await billing.billing(alice.id)).next_tier is None
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert shown.offer.tier_id == ""
    assert "your plan changes to Pro. Until then Team stays." in shown.said
    assert (shown.plan, shown.may_resume) == ("Team", True)
    await hers.send(BillingState, "resume")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.may_resume) == ("Team goes on as before.", False)


async def test_who_thinks_better_of_it_changes_nothing(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 2)
    before = stripe.all("subscription")
    await hers.send(BillingState, "consider", tier_id="free", seats=1)
    assert (await hers.state(BillingState)).offer.danger
    await hers.send(BillingState, "reconsider")
    await hers.send(BillingState, "agree")
    assert (await hers.state(BillingState)).offer.tier_id == ""
    assert stripe.all("subscription") == before


async def test_a_canceled_plan_says_until_when_it_stays(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 2)
    await hers.send(BillingState, "consider", tier_id="free", seats=1)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert shown.standing.startswith("Canceled. Team stays as it is until ")
    assert (shown.may_cancel, shown.may_resume, shown.next_amount) == (False, True, "")


async def test_invoices_lead_to_their_pdf(hers, alice, stripe):
    shown = await paid(hers, alice, stripe, "team", 2)
    (row,) = shown.invoices
    assert (row.total, row.state, row.pay_url) == ("$70.00", "Paid", "")
    assert row.pdf_url.startswith(stripe.url)


async def test_a_card_that_is_declined_is_said_with_what_to_do(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 1)
    (customer,) = stripe.all("customer")
    stripe.decline(customer["id"])
    stripe.advance(timedelta(days=32))
    await billing_told(stripe, hers, alice)
    shown = await hers.state(BillingState)
    assert "declined" in shown.trouble
    assert "Team stays until" in shown.standing
    assert shown.pay_url.startswith(stripe.url)


async def test_a_declined_change_keeps_the_offer_open_with_the_reason(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 1)
    (customer,) = stripe.all("customer")
    stripe.decline(customer["id"])
    await hers.send(BillingState, "consider", tier_id="team", seats=5)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert shown.offer.seats == 5
    assert "declined" in shown.failure
    assert shown.seats == 1


async def test_a_payment_that_stripe_does_not_confirm_yet_is_waited_for(hers, alice, stripe):
    address = stripe.pay(await billing.checkout(alice.id, "team"))
    hers.address = path_of(address)
    stripe.fail(*[503] * 40)
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.confirming, shown.said) == (True, "")
    stripe.api.faults.clear()
    await hers.send(BillingState, "look")
    shown = await hers.state(BillingState)
    assert (shown.confirming, shown.said) == (False, "Thank you. Team is in force.")


async def test_somebody_elses_payment_is_not_there(hers, bob, stripe):
    hers.address = path_of(stripe.pay(await billing.checkout(bob.id, "team")))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.said, shown.confirming) == ("Free", "", False)
    assert "does not exist" in shown.failure


async def test_an_error_of_stripe_is_a_sentence_and_nothing_is_lost(hers, alice, stripe):
    await paid(hers, alice, stripe, "team", 2)
    stripe.fail(*[503] * 40)
    await hers.send(BillingState, "manage")
    shown = await hers.state(BillingState)
    assert (shown.failure, shown.plan) == (str(BillingAway()), "Team")
    assert hers.redirects == []
    stripe.api.faults.clear()
    await hers.send(BillingState, "manage")
    assert hers.redirects[-1].startswith(f"{stripe.url}/portal/")


async def test_a_plan_that_is_none_is_not_considered(hers, stripe):
    await hers.send(BillingState, "consider", tier_id="gold", seats=1)
    assert (await hers.state(BillingState)).failure == "This plan does not exist."
