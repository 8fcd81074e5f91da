"""Webhooks: signed by the SDK's scheme, and all that may happen to them on their way."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.servers.mcp import serving
from tests.stripe_local.server import LocalStripe


class Listener:
    """What an app would hear. refuses: so many of the next it answers with 500."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.heard: list[str] = []
        self.refuses = 0

    async def hear(self, request: Request) -> Response:
        body, header = await request.body(), request.headers["stripe-signature"]
        event = stripe.Webhook.construct_event(body, header, self.secret)
        if self.refuses:
            self.refuses -= 1
            return Response(status_code=500)
        self.heard.append(event.id)
        return Response()


@pytest.fixture
async def listener(server: LocalStripe) -> AsyncIterator[Listener]:
    """It listens where the server's webhooks go."""
    made = Listener(server.webhook_secret)
    app = Starlette(routes=[Route("/hook", made.hear, methods=["POST"])])
    async with serving(app) as port:
        server.webhook = f"http://127.0.0.1:{port}/hook"
        yield made


async def sign_up(server: LocalStripe, number: int = 10) -> list[str]:
    """So many customers; returns the ids of the events that this brings."""
    customers = server.client.v1.customers
    for each in range(number):
        await asyncio.to_thread(customers.create, {"name": str(each)})
    return [event["id"] for event in server.events()]


async def test_events_arrive_signed_and_in_order(server: LocalStripe, listener: Listener) -> None:
    names = await sign_up(server)
    await server.settled()
    assert listener.heard == names
    assert {each.status for each in server.deliveries} == {200}


async def test_an_event_that_is_refused_comes_again(
    server: LocalStripe, listener: Listener
) -> None:
    listener.refuses = 2
    await server.deliver(pause=0.01)
    names = await sign_up(server, 1)
    await server.settled()
    assert listener.heard == names
    assert [each.status for each in server.deliveries] == [500, 500, 200]


async def test_nobody_is_told_for_ever(server: LocalStripe, listener: Listener) -> None:
    listener.refuses = 99
    await server.deliver(pause=0.01, attempts=3)
    await sign_up(server, 1)
    await server.settled()
    assert [each.status for each in server.deliveries] == [500] * 3
    server.webhook = "http://127.0.0.1:9/nobody"
    await sign_up(server, 1)
    await server.settled()
    assert [each.status for each in server.deliveries[3:]] == [0] * 3


async def test_an_event_may_come_five_times_in_any_order(
    server: LocalStripe, listener: Listener
) -> None:
    await server.deliver(times=5, shuffled=True, hold=True, at_once=4)
    names = await sign_up(server)
    await server.settled()
    assert (listener.heard, [each["id"] for each in server.held]) == ([], names)
    await server.deliver(times=5, shuffled=True, at_once=4)
    await server.settled()
    assert sorted(listener.heard) == sorted(names * 5)
    assert listener.heard != names * 5


async def test_a_share_is_dropped(server: LocalStripe, listener: Listener) -> None:
    await server.deliver(dropped=0.5, seed=7)
    names = await sign_up(server, 20)
    await server.settled()
    lost = [each.event for each in server.deliveries if each.status == -1]
    assert 0 < len(lost) < 20
    assert sorted(lost + listener.heard) == sorted(names)


async def test_what_is_delayed_still_counts_as_on_its_way(
    server: LocalStripe, listener: Listener
) -> None:
    await server.deliver(delay=0.05)
    names = await sign_up(server, 2)
    await server.settled()
    assert listener.heard == names


async def test_an_event_is_sent_again_by_hand(server: LocalStripe, listener: Listener) -> None:
    await sign_up(server, 2)
    await server.settled()
    first = server.events()[0]
    await server.send(first, first)
    assert listener.heard[2:] == [first["id"]] * 2


async def test_without_an_address_nobody_is_told(server: LocalStripe) -> None:
    await sign_up(server, 1)
    await server.settled()
    assert server.deliveries == []


def test_a_signature_is_good_for_its_body_and_its_secret_alone(server: LocalStripe) -> None:
    server.client.v1.customers.create({"name": "Alice"})
    body, header = server.signed(server.events()[0])
    event = stripe.Webhook.construct_event(body, header, server.webhook_secret)
    assert (event.type, event.api_version) == ("customer.created", "2026-10-28.endive")
    assert event.data.object["name"] == "Alice"
    for forged, secret in ((body + b" ", server.webhook_secret), (body, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(forged, header, secret)


def test_an_event_says_what_was_before(server: LocalStripe) -> None:
    customers = server.client.v1.customers
    alice = customers.create({"name": "Alice"}).id
    customers.update(alice, {"name": "Alicia"})
    customers.update(alice, {"name": "Alicia"})
    told = server.events("customer.updated")
    assert [each["data"]["previous_attributes"] for each in told] == [{"name": "Alice"}]
    assert json.loads(server.signed(told[0])[0])["data"]["object"]["name"] == "Alicia"
