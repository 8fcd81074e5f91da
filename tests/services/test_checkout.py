"""The way to pay and back: one customer, one page, one subscription, however often it is asked."""

import asyncio
from uuid import uuid4

import pytest

from assistant.config import settings
from assistant.errors import BillingAway, NotFound, Refused
from assistant.services import checkout, entitlement, stripe_client
from assistant.services.tiers import tier_of
from tests.services.paying import VISA, pays, sells, stripe
from tests.stripe_local import Problem

__all__ = ["sells", "stripe"]


def live(account):
    return [each for each in account.all("subscription") if each["ended_at"] is None]


async def test_ten_presses_at_once_make_one_customer_one_page_and_one_subscription(sells, alice):
    pages = await asyncio.gather(*(checkout.checkout(alice.id, "pro") for _ in range(10)))
    assert len(set(pages)) == 1
    assert len(sells.all("customer")) == len(sells.all("checkout.session")) == 1
    sells.pay(pages[0])
    assert len(live(sells)) == 1


async def test_two_tabs_with_two_plans_can_pay_one_of_them(sells, alice):
    pages = await asyncio.gather(
        *(checkout.checkout(alice.id, tier) for tier in ("pro", "team", "pro", "team"))
    )
    paid = 0
    for page in pages:
        try:
            sells.pay(page)
            paid += 1
        except Problem:  # it was closed when the other one was opened, or is paid
            continue
    assert (paid, len(live(sells)), len(sells.all("customer"))) == (1, 1, 1)


async def test_what_two_pages_were_paid_for_at_the_same_moment_is_one_plan_and_credit(
    sells, alice, monkeypatch
):
    async def nothing(_):
        return None

    first = await checkout.checkout(alice.id, "team")
    monkeypatch.setattr(checkout, "_close", nothing)  # the other one is paid before it is closed
    second = await checkout.checkout(alice.id, "pro")
    sells.pay(first)
    sells.pay(second)
    assert len(live(sells)) == 2
    plan = await entitlement.catch_up(alice.id)
    (left,) = live(sells)
    assert (plan.tier, plan.stripe_subscription) == ("team", left["id"])


async def test_the_same_page_is_shown_again_until_it_is_paid(sells, alice):
    first = await checkout.checkout(alice.id, "pro")
    assert await checkout.checkout(alice.id, "pro") == first
    other = await checkout.checkout(alice.id, "team", 2)
    assert other != first
    with pytest.raises(Problem):
        sells.pay(first)
    again = await checkout.checkout(alice.id, "pro")
    assert again not in (first, other)
    sells.pay(again)


async def test_a_page_that_was_left_alone_for_a_day_is_followed_by_a_new_one(sells, alice):
    first = await checkout.checkout(alice.id, "pro")
    sells.client.v1.checkout.sessions.expire(first.rpartition("/")[2])
    assert await checkout.checkout(alice.id, "pro") != first


async def test_who_has_a_plan_buys_no_second_one(sells, alice):
    await pays(sells, alice)
    with pytest.raises(Refused, match="You have the Pro plan already"):
        await checkout.checkout(alice.id, "team")


@pytest.mark.parametrize(
    ("tier", "seats"),
    [("free", 1), ("enterprise", 1), ("gold", 1), ("pro", 2), ("team", 0), ("team", 1_001)],
)
async def test_what_is_not_sold_cannot_be_bought(tier, seats, sells, alice):
    with pytest.raises(Refused):
        await checkout.checkout(alice.id, tier, seats)
    assert sells.all("customer") == []


async def test_the_trial_is_had_once(sells, alice):
    plan = await pays(sells, alice)
    assert plan.status == "trialing"
    sells.client.v1.subscriptions.cancel(plan.stripe_subscription)
    plan = await pays(sells, alice)
    assert plan.status == "active"
    assert sells.all("invoice")[-1]["amount_paid"] == 2_900


async def test_stripe_knows_the_user_by_a_number_alone(sells, alice):
    await checkout.checkout(alice.id, "pro", back="/chat/1")
    (customer,) = sells.all("customer")
    assert (customer["name"], customer["email"]) == (None, None)
    assert customer["metadata"] == {"user_id": str(alice.id)}


async def test_the_page_leads_back_to_where_the_user_came_from(sells, alice):
    place = f"/chat/{uuid4()}"
    page = await checkout.checkout(alice.id, "pro", back=place)
    back = sells.pay(page)
    assert back.startswith(f"{settings().url}/billing?session_id=cs_")
    assert back.endswith(f"&back={place.replace('/', '%2F')}")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/api/x", "/\\evil"])
async def test_it_leads_nowhere_else(back, sells, alice):
    await checkout.checkout(alice.id, "pro", back=back)
    (page,) = sells.all("checkout.session")
    assert "back=" not in page["success_url"] + page["cancel_url"]


async def test_a_card_that_is_declined_leaves_the_page_open(sells, alice):
    page = await checkout.checkout(alice.id, "team")
    with pytest.raises(Problem):
        sells.pay(page, "4000000000000002")
    assert not await checkout.fulfil(alice.id, page.rpartition("/")[2])
    assert (await tier_of(alice.id)).id == "free"
    sells.pay(await checkout.checkout(alice.id, "team"), VISA)
    assert await checkout.fulfil(alice.id, page.rpartition("/")[2])
    assert (await tier_of(alice.id)).id == "team"


async def test_a_payment_is_news_once_and_only_while_the_plan_lives(sells, alice, bob):
    page = await checkout.checkout(alice.id, "team")
    name = page.rpartition("/")[2]
    assert not await checkout.is_news(alice.id, name)
    sells.pay(page)
    await checkout.fulfil(alice.id, name)
    assert not await checkout.is_news(bob.id, name)
    assert [await checkout.is_news(alice.id, name) for _ in range(2)] == [True, False]


async def test_an_old_payment_of_a_plan_that_has_ended_is_no_news(sells, alice):
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    name = page.rpartition("/")[2]
    plan = await entitlement.catch_up(alice.id)
    sells.client.v1.subscriptions.cancel(plan.stripe_subscription)
    assert await checkout.fulfil(alice.id, name)
    assert not await checkout.is_news(alice.id, name)
    other = await pays(sells, alice, "team")
    assert not await checkout.is_news(alice.id, name)
    assert await checkout.is_news(alice.id, other.checkout)


async def test_who_has_been_thanked_and_ends_the_plan_at_once_can_buy_the_same_again(sells, alice):
    for _ in range(2):
        plan = await pays(sells, alice, "team")
        assert await checkout.is_news(alice.id, plan.checkout)
        sells.client.v1.subscriptions.cancel(plan.stripe_subscription)
    assert len(sells.all("subscription")) == 2


async def test_anothers_payment_fulfils_nothing(sells, alice, bob):
    page = await checkout.checkout(alice.id, "team")
    sells.pay(page)
    for stolen in (page.rpartition("/")[2], "cs_test_unknown", "../customers/1", ""):
        with pytest.raises(NotFound):
            await checkout.fulfil(bob.id, stolen)
    assert (await tier_of(bob.id)).id == "free"
    assert (await entitlement.plan_of(alice.id)).tier == "free"  # nor hers, by his doing
    assert await checkout.fulfil(alice.id, page.rpartition("/")[2])


async def test_tax_is_left_to_stripe_where_the_setting_says_so(sells, alice, monkeypatch):
    await checkout.checkout(alice.id, "team")
    monkeypatch.setenv("STRIPE_TAX", "on")
    settings.cache_clear()
    await checkout.checkout(alice.id, "pro")
    without, taxed = sells.all("checkout.session")
    assert (without["automatic_tax"]["enabled"], taxed["automatic_tax"]["enabled"]) == (False, True)


async def test_the_portal_opens_for_who_has_paid(sells, alice, bob):
    await pays(sells, alice)
    assert (await checkout.portal(alice.id)).startswith(sells.url)
    with pytest.raises(Refused, match="never paid"):
        await checkout.portal(bob.id)


async def test_an_answer_that_was_lost_makes_nothing_twice(sells, alice):
    for _ in range(6):
        sells.lose_answer()
        sells.fail(200)
    page = await checkout.checkout(alice.id, "team")
    assert len(sells.all("customer")) == len(sells.all("checkout.session")) == 1
    sells.pay(page)


@pytest.mark.parametrize("before", [0, 1, 3], ids=["price", "customer", "page"])
async def test_a_failure_that_stripe_keeps_is_over_after_ten_minutes(
    before, sells, alice, monkeypatch
):
    async def tries():
        with pytest.raises(BillingAway):
            await checkout.checkout(alice.id, "team")

    sells.fail(*[200] * (before + 1))
    sells.break_down()
    await tries()
    await tries()  # the same is answered under the same key
    later = stripe_client.time() + stripe_client.ONCE_SECONDS
    monkeypatch.setattr(stripe_client, "time", lambda: later)
    sells.pay(await checkout.checkout(alice.id, "team"))


async def test_while_stripe_is_away_nothing_is_begun(sells, alice):
    sells.fail(*[500] * 3)
    with pytest.raises(BillingAway):
        await checkout.checkout(alice.id, "team")
    assert sells.all("checkout.session") == []
