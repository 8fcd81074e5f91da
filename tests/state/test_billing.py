"""The page of billing: it pays, says what a change does before it happens, and tells of errors."""

from datetime import timedelta

import pytest
from limits import parse_many

from assistant.config import settings
from assistant.errors import BillingAway
from assistant.services import billing, entitlement, membership, rate_limits, stripe_standing
from assistant.services.money_and_days import day
from assistant.state.billing import BillingState
from assistant.state.sidebar import SidebarState
from tests.services.paying import PAYS_ONCE, changes, pays
from tests.services.seated import seat
from tests.state.paid import paid, path_of


async def test_without_a_key_of_stripe_it_says_that_nothing_is_sold(hers):
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.ready, shown.on, shown.plan) == (True, False, "Pro")
    assert [card.label for card in shown.plans] == ["Pro"]
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    assert "Billing is off" in (await hers.state(BillingState)).failure
    assert hers.redirects == []


async def test_who_asks_too_often_hears_when_to_ask_again(hers, sells, monkeypatch):
    monkeypatch.setenv("RATE_LIMITS", "true")
    monkeypatch.setattr(rate_limits.RATES["billing"], "windows", parse_many("2/hour"))
    settings.cache_clear()
    rate_limits.limiter.cache_clear()
    for failed in (False, False, True):
        await hers.send(BillingState, "look")
        assert bool((await hers.state(BillingState)).failure) == failed
    assert "questions about your plan" in (await hers.state(BillingState)).failure
    monkeypatch.undo()
    settings.cache_clear()
    rate_limits.limiter.cache_clear()


async def test_who_chooses_a_plan_is_led_to_pay_and_thanked(hers, alice, sells):
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.has_paid, len(shown.plans)) == ("Free", False, 4)
    answers = shown.answer
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    (address,) = hers.redirects
    assert address.startswith(sells.url)
    assert (await hers.state(BillingState)).answer == answers  # its button waits on
    hers.address = path_of(sells.pay(address))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.confirming) == ("Thank you. Pro is in force.", False)
    assert "Free of charge until" in shown.standing


async def test_they_come_back_to_where_they_were(hers, sells):
    hers.address = "/billing?back=/chat/0b6f0c7e-5a7e-4d6f-8a86-a3a2f4a0a000"
    await hers.send(BillingState, "load")
    await hers.send(BillingState, "consider", tier_id="pro", seats=1)
    hers.address = path_of(sells.pay(hers.redirects[-1]))
    await hers.send(BillingState, "load")
    shown = await hers.state(BillingState)
    assert shown.back == "/chat/0b6f0c7e-5a7e-4d6f-8a86-a3a2f4a0a000"


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/auth/logout", "x"])
async def test_nobody_is_led_elsewhere(hers, evil):
    hers.address = f"/billing?back={evil}"
    await hers.send(BillingState, "load")
    assert (await hers.state(BillingState)).back == "/"


async def test_seats_are_chosen_before_anybody_goes_to_pay(hers, sells):
    await hers.send(BillingState, "load")
    await hers.send(BillingState, "consider", tier_id="team", seats=3)
    shown = await hers.state(BillingState)
    assert (shown.offer.title, shown.offer.due_now) == ("Team with 3 seats", "$105.00")
    assert hers.redirects == []
    await hers.send(BillingState, "agree")
    sells.pay(hers.redirects[-1])
    (bought,) = sells.all("subscription")
    assert bought["items"]["data"][0]["quantity"] == 3


async def test_a_change_is_spelled_out_and_happens_when_it_is_agreed(hers, alice, sells):
    await paid(hers, alice, sells, "team", 2)
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


async def test_who_thinks_better_of_it_changes_nothing(hers, alice, sells):
    await paid(hers, alice, sells, "team", 2)
    before = sells.all("subscription")
    await hers.send(BillingState, "consider", tier_id="free", seats=1)
    assert (await hers.state(BillingState)).offer.danger
    await hers.send(BillingState, "reconsider")
    await hers.send(BillingState, "agree")
    assert (await hers.state(BillingState)).offer.tier_id == ""
    assert sells.all("subscription") == before


async def test_a_canceled_plan_says_until_when_it_stays(hers, alice, sells):
    await paid(hers, alice, sells, "team", 2)
    await hers.send(BillingState, "consider", tier_id="free", seats=1)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert shown.standing.startswith("Canceled. Team stays as it is until ")
    assert (shown.may_cancel, shown.may_resume, shown.next_amount) == (False, True, "")


async def test_seats_are_shown_while_somebody_sits_there_be_the_plan_over(hers, alice, bob, sells):
    shown = await paid(hers, alice, sells, "team", 2)
    assert (shown.gives, shown.has_seats) == (True, True)
    await seat(alice, bob)
    (bought,) = sells.all("subscription")
    sells.client.v1.subscriptions.cancel(bought["id"])
    await billing.catch_up(alice.id)
    await hers.send(BillingState, "look")
    shown = await hers.state(BillingState)
    assert (shown.plan, shown.gives, shown.has_seats) == ("Free", True, False)
    await membership.leave(bob.id)
    await hers.send(BillingState, "look")
    assert not (await hers.state(BillingState)).gives


async def test_who_has_a_seat_keeps_no_plan_beside_it_while_the_seat_counts(
    hers, alice, bob, sells
):
    await pays(sells, bob, "team", 2)
    await paid(hers, alice, sells, "pro")
    await changes(alice.id, "free")
    await seat(bob, alice)
    for canceled in (False, True):
        if canceled:
            sells.client.v1.subscriptions.cancel(
                (await entitlement.plan_of(bob.id)).stripe_subscription
            )
            await billing.catch_up(bob.id)
        await hers.send(BillingState, "look")
        shown = await hers.state(BillingState)
        assert (shown.seated, shown.may_resume) == (True, canceled)


async def test_invoices_lead_to_their_pdf(hers, alice, sells):
    shown = await paid(hers, alice, sells, "team", 2)
    (row,) = shown.invoices
    assert (row.total, row.state, row.pay_url) == ("$70.00", "Paid", "")
    assert row.pdf_url.startswith(sells.url)


async def test_what_is_agreed_to_is_what_was_shown_here(hers, alice, sells):
    await paid(hers, alice, sells, "team", 4)
    await hers.send(BillingState, "consider", tier_id="team", seats=5)
    await changes(alice.id, "team", 2)  # in another tab
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert "A change to Team is agreed already" in shown.failure
    await billing.resume(alice.id)
    await changes(alice.id, "team", 6)
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert "has changed meanwhile" in shown.failure
    assert (shown.offer.tier_id, shown.seats) == ("", 6)  # what was spelled out is over
    assert (await billing.billing(alice.id)).next_tier is None


async def test_days_are_those_of_the_users_calendar(hers, alice, sells):
    await paid(hers, alice, sells, "team")
    end = (await billing.billing(alice.id)).renews_at
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        await hers.send(SidebarState, "arrive", timezone=zone)
        await hers.send(BillingState, "consider", tier_id="pro", seats=1)
        offer = (await hers.state(BillingState)).offer
        assert offer.lines[1] == f"You keep Team until {day(end, zone)}."
        assert offer.yes == f"Change on {day(end, zone)}"


async def test_an_error_of_stripe_is_a_sentence_and_nothing_is_lost(hers, alice, sells):
    await paid(hers, alice, sells, "team", 2)
    sells.fail(*[503] * 40)
    await hers.send(BillingState, "manage")
    shown = await hers.state(BillingState)
    assert (shown.failure, shown.plan) == (str(BillingAway()), "Team")
    assert hers.redirects == []
    sells.api.faults.clear()
    await hers.send(BillingState, "manage")
    assert hers.redirects[-1].startswith(f"{sells.url}/portal/")


async def test_a_plan_that_is_none_is_not_considered(hers, alice, sells):
    await hers.send(BillingState, "consider", tier_id="gold", seats=1)
    assert "There is no such plan" in (await hers.state(BillingState)).failure
    await paid(hers, alice, sells, "team")
    await hers.send(BillingState, "consider", tier_id="gold", seats=1)
    shown = await hers.state(BillingState)
    assert (shown.failure, shown.offer.tier_id) == ("This plan does not exist.", "")


async def test_who_has_canceled_and_not_paid_in_time_can_end_it_at_once(
    hers, alice, sells, monkeypatch
):
    plan = await pays(sells, alice, "team", card=PAYS_ONCE)
    sells.advance(plan.period_end + timedelta(hours=2))
    await changes(alice.id, "free")
    await hers.send(BillingState, "load")
    assert not (await hers.state(BillingState)).may_cancel
    monkeypatch.setattr(stripe_standing, "GRACE", timedelta(days=-60))
    await entitlement.catch_up(alice.id)
    await hers.send(BillingState, "look")
    assert (await hers.state(BillingState)).may_cancel
    await hers.send(BillingState, "consider", tier_id="free", seats=1)
    assert (await hers.state(BillingState)).offer.yes == "Cancel now"
    await hers.send(BillingState, "agree")
    shown = await hers.state(BillingState)
    assert (shown.said, shown.plan, shown.may_cancel) == ("Team has ended.", "Free", False)
