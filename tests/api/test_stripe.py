"""Stripe's notices over HTTP: nobody is signed in, so everything hangs on the signature."""

import json

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from assistant.api import stripe as api_stripe
from assistant.services import checkout, entitlement
from tests.servers.mcp import serving
from tests.services.paying import sells, stripe

__all__ = ["sells", "stripe"]
HOOK = "/api/stripe/webhook"


@pytest.fixture
def outside(visitor):
    """Somebody who is no browser: no origin, no cookie."""
    visitor.headers.pop("origin")
    return visitor


async def send(outside, body, signature):
    return await outside.post(HOOK, content=body, headers={"stripe-signature": signature})


async def test_what_stripe_signs_is_taken(outside, sells, alice):
    sells.pay(await checkout.checkout(alice.id, "team"))
    for event in sells.events():
        answer = await send(outside, *sells.signed(event))
        assert (answer.status_code, answer.json()) == (200, {"taken": True})
    assert (await entitlement.plan_of(alice.id)).tier == "team"


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
async def test_what_is_not_signed_is_refused_and_logged_without_what_it_says(
    signature, outside, sells, alice
):
    sells.pay(await checkout.checkout(alice.id, "team"))
    (paid,) = sells.events("invoice.paid")
    body, _ = sells.signed(paid)
    with capture_logs() as logged:
        answer = await send(outside, body, signature)
    assert answer.status_code == 400
    assert [each["why"] for each in logged if each["event"] == "stripe_event_refused"] == [
        "signature"
    ]
    assert paid["id"] not in json.dumps(logged)
    assert (await entitlement.plan_of(alice.id)).tier == "free"


async def test_a_changed_body_is_refused(outside, sells):
    sells.client.v1.customers.create()
    body, signature = sells.signed(sells.events()[0])
    assert (await send(outside, body + b" ", signature)).status_code == 400


async def test_a_body_that_is_too_large_is_not_read(outside, sells):
    answer = await send(outside, b"x" * (api_stripe.BODY_BYTES + 1), "t=1,v1=00")
    assert answer.status_code == 413


async def test_types_that_we_do_not_know_are_taken_and_logged(outside, sells):
    sells.client.v1.customers.create()
    (made,) = sells.events("customer.created")
    with capture_logs() as logged:
        answer = await send(outside, *sells.signed(made))
    assert answer.status_code == 200
    (line,) = [each for each in logged if each["event"] == "stripe_event_ignored"]
    assert (line["type"], line["why"]) == ("customer.created", "type")


async def test_what_cannot_be_taken_now_is_asked_for_again(outside, sells, alice):
    sells.pay(await checkout.checkout(alice.id, "team"))
    (paid,) = sells.events("invoice.paid")
    sells.fail(*[503] * 3)
    assert (await send(outside, *sells.signed(paid))).status_code == 500
    assert (await send(outside, *sells.signed(paid))).status_code == 200


async def test_a_page_of_another_site_cannot_send_one(visitor, sells):
    sells.client.v1.customers.create()
    body, signature = sells.signed(sells.events()[0])
    headers = {"stripe-signature": signature, "origin": "https://evil.example"}
    assert (await visitor.post(HOOK, content=body, headers=headers)).status_code == 403


async def test_without_an_origin_no_other_address_is_open(outside, sells):
    for path in ("/api/stripe/webhook/", "/api/stripe", "/api/files"):
        assert (await outside.post(path)).status_code == 403


async def test_where_nothing_is_sold_there_is_no_such_address(outside):
    assert (await send(outside, b"{}", "t=1,v1=00")).status_code == 404


async def test_a_stripe_that_doubles_shuffles_and_delays_is_heard_right(sells, alice):
    async with serving(Starlette(routes=api_stripe.routes)) as port:
        sells.webhook = f"http://127.0.0.1:{port}{HOOK}"
        await sells.deliver(hold=True)
        sells.pay(await checkout.checkout(alice.id, "team", 2))
        assert (await entitlement.plan_of(alice.id)).tier == "free"
        await sells.deliver(times=5, shuffled=True, delay=0.01)
        await sells.settled()
    plan = await entitlement.plan_of(alice.id)
    assert (plan.tier, plan.seats) == ("team", 2)
    assert {each.status for each in sells.deliveries} == {200}
