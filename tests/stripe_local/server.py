"""The server, in a thread of its own: the SDK may wait for it from the loop that serves the app."""

import asyncio
import secrets
import socket
import threading
from collections.abc import Awaitable, Coroutine
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

import stripe
import uvicorn
from starlette.applications import Starlette

from tests.stripe_local import checkout, clock, hosted, payments
from tests.stripe_local.api import BROKEN, LOST, Api, abortable
from tests.stripe_local.form import Fields
from tests.stripe_local.objects import wanted
from tests.stripe_local.webhooks import Delivery, Manner, Webhooks, signed
from tests.stripe_local.world import AfterRetries, World

Result = TypeVar("Result")
When = datetime | timedelta | int
START_SECONDS = 60.0


class LocalStripe:
    """`with LocalStripe() as stripe:` serves an empty account on `stripe.url` until the block ends.

    port: 0 takes a free one. webhook: the address that events are sent to; it can be set later.
    """

    def __init__(self, port: int = 0, webhook: str = "") -> None:
        self.key = f"sk_test_{secrets.token_hex(12)}"
        self.webhook_secret = f"whsec_{secrets.token_hex(16)}"
        self.world = World()
        self.api = Api(self.world, self.key)
        self._line = socket.create_server(("127.0.0.1", port))
        # asyncio does so only with sockets of its own; without it each answer waits for 40 ms.
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = self.world.url = f"http://127.0.0.1:{self._line.getsockname()[1]}"
        self._webhook = webhook
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stripe", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the local Stripe did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._line.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._webhooks = Webhooks(self._webhook, self.webhook_secret)
        self.world.told = self._webhooks.tell
        app = Starlette(routes=[*self.api.routes(), *hosted.routes(self.world)])
        config = uvicorn.Config(
            abortable(app), log_level=100, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        serving = asyncio.create_task(self._server.serve(sockets=[self._line]))
        while not self._server.started:  # noqa: ASYNC110  (the library has no event for it)
            await asyncio.sleep(0.01)
        self._ready.set()
        await serving
        await self._webhooks.close()

    def _there(self, work: Coroutine[Any, Any, Result]) -> Awaitable[Result]:
        """Work in the server's loop, to be awaited in another."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    @property
    def client(self) -> stripe.StripeClient:
        """The real SDK, talking to this server."""
        return stripe.StripeClient(self.key, base_addresses={"api": self.url})

    def settings(self) -> dict[str, str]:
        """The environment that makes the app sell by this server."""
        return {
            "STRIPE_SECRET_KEY": self.key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "STRIPE_API_BASE": self.url,
        }

    @property
    def webhook(self) -> str:
        """Where events are sent; "" sends none."""
        return self._webhooks.url

    @webhook.setter
    def webhook(self, url: str) -> None:
        self._webhooks.url = url

    @property
    def now(self) -> datetime:
        """The account's own time."""
        return datetime.fromtimestamp(self.world.now(), UTC)

    def advance(self, to: When) -> None:
        """Let time pass for all who are on no test clock: to a moment, or by so much."""
        with self.world.lock:
            clock.advance(self.world, self._moment(to))

    def _moment(self, to: When) -> int:
        if isinstance(to, timedelta):
            return self.world.now() + int(to.total_seconds())
        return int(to.timestamp()) if isinstance(to, datetime) else to

    def events(self, kind: str = "") -> list[Fields]:
        """All events so far, or those of a type, the oldest first, as they are delivered."""
        with self.world.lock:
            found = self.world.objects.all("event")
            return [each for each in found if kind in ("", each["type"])]

    def find(self, name: str, *expand: str) -> Fields:
        """Any object by its id, as the API shows it."""
        with self.world.lock:
            found = self.world.objects.any(name)
            if found is None:
                raise KeyError(name)
            shown: Fields = self.world.objects.shown(found, wanted(list(expand)))
            return shown

    def all(self, kind: str, **equal: Any) -> list[Fields]:
        """All objects of a kind ("subscription") with these values, the oldest first."""
        with self.world.lock:
            shown: list[Fields] = self.world.objects.shown(self.world.objects.all(kind, **equal))
            return shown

    def pay(self, session: str, card: str = "4242424242424242", code: str = "") -> str:
        """Pay a checkout session (its id or its address) as on its page; returns the way back.

        Raises Problem where the card or the code is refused; the session stays open then.
        """
        with self.world.lock:
            name = session.rpartition("/")[2]
            found = self.world.objects.get("checkout.session", name)
            return checkout.back_to(checkout.pay(self.world, found, card, code))

    def decline(self, customer: str, reason: str = "generic_decline") -> None:
        """Let all cards that the customer has now be declined; a new one is not."""
        self._cards(customer, "charge", reason)

    def accept(self, customer: str) -> None:
        """Let the customer's cards pay again."""
        self._cards(customer, "", "generic_decline")

    def _cards(self, customer: str, does: str, reason: str) -> None:
        with self.world.lock:
            for method in self.world.objects.all("payment_method", customer=customer):
                method.update(_does=does, _reason=reason)

    def after_retries(self, then: AfterRetries) -> None:
        """What becomes of a subscription when the last retry has failed; "cancel" at first."""
        self.world.after_retries = then

    def refund(self, customer: str, cents: int | None = None) -> Fields:
        """Give the customer's last payment back, or so much of it."""
        with self.world.lock:
            amount = {} if cents is None else {"amount": cents}
            charge = self._last_charge(customer)["id"]
            return payments.create_refund(self.world, {"charge": charge, **amount})

    def dispute(self, customer: str, reason: str = "fraudulent") -> Fields:
        """Let the customer's bank take the last payment back."""
        with self.world.lock:
            return payments.dispute(self.world, self._last_charge(customer), reason)

    def close_dispute(self, name: str, *, won: bool) -> Fields:
        """Let the bank decide a dispute."""
        with self.world.lock:
            opened = self.world.objects.get("dispute", name)
            return payments.close_dispute(self.world, opened, won=won)

    def _last_charge(self, customer: str) -> Fields:
        return self.world.objects.all("charge", customer=customer, paid=True)[-1]

    def fail(self, *statuses: int) -> None:
        """Answer the next requests with these statuses; 200 lets one through."""
        self.api.faults.extend(statuses)

    def lose_answer(self) -> None:
        """Do what the next request asks, and break off before the answer has arrived."""
        self.api.faults.append(LOST)

    def break_down(self) -> None:
        """Fail at the next request's work, and say so again to whoever asks under its key."""
        self.api.faults.append(BROKEN)

    @property
    def asked(self) -> list[str]:
        """The methods and paths that were asked for, in order."""
        return self.api.asked

    async def deliver(self, **manner: Any) -> None:
        """Deliver events in another manner (see Manner): `deliver(times=5, shuffled=True)`.

        What is not named is as at first; `deliver()` lets go what was held.
        """
        await self._there(self._webhooks.behave(replace(Manner(), **manner)))

    async def settled(self) -> None:
        """Wait until no event is on its way any more; those that are held do not count."""
        await self._there(self._webhooks.settled())

    async def send(self, *events: Fields) -> None:
        """Send events (again), in this order, and wait for it."""
        await self._there(self._webhooks.send(list(events)))

    def signed(self, event: Fields) -> tuple[bytes, str]:
        """The body of a webhook, and its header `stripe-signature`."""
        return signed(event, self.webhook_secret)

    @property
    def held(self) -> list[Fields]:
        """The events that wait to be delivered."""
        return list(self._webhooks.waiting)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt so far."""
        return list(self._webhooks.deliveries)

    @property
    def manner(self) -> Fields:
        """How events are delivered."""
        return asdict(self._webhooks.manner)
