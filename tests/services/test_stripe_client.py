"""Asking Stripe: bounded, tried again under the same key, and told in sentences of ours."""

import asyncio

import pytest
from structlog.testing import capture_logs

from assistant.config import settings
from assistant.errors import BillingAway, BillingOff, BillingRefused, NotFound, Refused
from assistant.services import stripe_client
from assistant.services.stripe_client import asking
from tests.services.paying import sells, stripe

__all__ = ["sells", "stripe"]


async def test_what_fails_for_a_moment_is_tried_again(sells):
    sells.fail(503, 500)
    async with asking() as line:
        await line.customers.create_async()
    assert sells.asked == ["POST /v1/customers"] * 3
    assert len(sells.all("customer")) == 1


async def test_an_answer_that_broke_off_is_asked_for_again_and_done_once(sells):
    sells.lose_answer()
    async with asking() as line:
        await line.customers.create_async()
    assert len(sells.asked) == 2
    assert len(sells.all("customer")) == 1


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_what_stays_wrong_is_one_sentence(status, sells):
    sells.fail(*[status] * 3)
    with pytest.raises(BillingAway, match="Your plan stays as it is") as told:
        async with asking() as line:
            await line.customers.create_async()
    assert not isinstance(told.value, BillingRefused)  # nobody else would be answered either


async def test_a_key_that_stripe_does_not_know_is_told_to_the_operator_alone(sells, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_wrong")
    settings.cache_clear()
    with capture_logs() as logged, pytest.raises(BillingAway):
        async with asking() as line:
            await line.customers.list_async()
    assert [(each["kind"], each["status"]) for each in logged] == [("AuthenticationError", 401)]
    assert "sk_test_wrong" not in str(logged)
    await stripe_client.close()


async def test_what_is_missing_may_be_told_apart(sells):
    with pytest.raises(BillingRefused, match="did not accept this"):
        async with asking() as line:
            await line.customers.retrieve_async("cus_none")
    with pytest.raises(NotFound, match="This person does not exist"):
        async with asking(missing="person") as line:
            await line.customers.retrieve_async("cus_none")


async def test_a_stripe_that_never_answers_is_given_up(sells, monkeypatch):
    monkeypatch.setattr(stripe_client, "ALL_SECONDS", 0.01)
    with pytest.raises(BillingAway):
        async with asking():
            await asyncio.Event().wait()


async def test_a_stripe_that_is_not_there_is_away(db, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    monkeypatch.setattr(stripe_client, "RETRIES", 0)
    settings.cache_clear()
    with pytest.raises(BillingAway):
        async with asking() as line:
            await line.customers.list_async()
    await stripe_client.close()
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_refused_card_is_told_as_one(sells):
    price = {"currency": "usd", "unit_amount": 100, "recurring": {"interval": "month"}}
    async with asking() as line:
        customer = await line.customers.create_async()
        made = await line.prices.create_async({**price, "product_data": {"name": "x"}})
        card = await line.payment_methods.attach_async(
            "pm_card_chargeCustomerFail", {"customer": customer.id}
        )
    order = {
        "customer": customer.id,
        "items": [{"price": made.id}],
        "default_payment_method": card.id,
        "payment_behavior": "error_if_incomplete",
    }
    with pytest.raises(Refused, match="Your card was declined"):
        async with asking() as line:
            await line.subscriptions.create_async(order)


async def test_without_a_key_nothing_is_asked_and_nothing_is_loaded(db):
    stripe_client.load()
    with pytest.raises(BillingOff):
        async with asking():
            pytest.fail("nothing is to be asked")
    await stripe_client.close()
