"""Signed events on their way to an address, with all that can happen to them there."""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, replace

import httpx2
import stripe

from tests.stripe_local.form import Fields

SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How events are delivered.

    times: how often each. shuffled: in no order. dropped: the share that never arrives. delay:
    seconds that each waits. hold: whether they wait until they are let go. at_once: how many
    travel together. attempts: how often one is tried, `pause` seconds apart, twice as long each
    time. seed: of the dice.
    """

    times: int = 1
    shuffled: bool = False
    dropped: float = 0.0
    delay: float = 0.0
    hold: bool = False
    at_once: int = 1
    attempts: int = 4
    pause: float = 0.1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt. status: what was answered; 0: nobody answered; -1: dropped on the way."""

    event: str
    type: str
    status: int


def signed(event: Fields, secret: str) -> tuple[bytes, str]:
    """An event as it travels, and the header that says it is genuine, now."""
    body = json.dumps(event)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret)


class Webhooks:
    """The deliveries to one address. It lives in one loop; `tell` may come from any thread."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self.manner = Manner()
        self.deliveries: list[Delivery] = []
        self.waiting: list[Fields] = []
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._dice = random.Random(self.manner.seed)  # noqa: S311  (no secret hangs on it)
        self._task = self._loop.create_task(self._run())

    def tell(self, event: Fields) -> None:
        """Send it, as the manner says."""
        if self.url:
            self._loop.call_soon_threadsafe(self._add, [event])

    def _add(self, events: list[Fields]) -> None:
        self.waiting += events
        self._wake()

    def _wake(self) -> None:
        if self.waiting and not self.manner.hold:
            self._idle.clear()
            self._woken.set()

    async def behave(self, manner: Manner) -> None:
        """Deliver like this from now on; what was held goes its way if nothing holds it."""
        if manner.seed != self.manner.seed:
            self._dice = random.Random(manner.seed)  # noqa: S311
        self.manner = manner
        self._wake()

    async def send(self, events: list[Fields]) -> None:
        """Send these (again), once each and in this order, and wait until they have arrived."""
        async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            for event in events:
                await self._attempted(client, event, replace(self.manner, delay=0.0))

    async def settled(self) -> None:
        """Wait until nothing is on its way; what is held does not count."""
        await asyncio.sleep(0)
        await self._idle.wait()

    async def close(self) -> None:
        """Send nothing more."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            while True:
                await self._woken.wait()
                self._woken.clear()
                while self.waiting and not self.manner.hold:
                    batch, self.waiting = self.waiting, []
                    await self._travel(client, batch)
                self._idle.set()

    async def _travel(self, client: httpx2.AsyncClient, events: list[Fields]) -> None:
        manner = self.manner
        journeys = []
        for event in events * manner.times:
            if self._dice.random() < manner.dropped:
                self.deliveries.append(Delivery(event["id"], event["type"], -1))
            else:
                journeys.append(event)
        if manner.shuffled:
            self._dice.shuffle(journeys)
        few = asyncio.Semaphore(manner.at_once)

        async def one(event: Fields) -> None:
            async with few:
                await self._attempted(client, event, manner)

        await asyncio.gather(*(one(event) for event in journeys))

    async def _attempted(self, client: httpx2.AsyncClient, event: Fields, manner: Manner) -> None:
        await asyncio.sleep(manner.delay)
        for attempt in range(manner.attempts):
            status = await self._posted(client, event)
            self.deliveries.append(Delivery(event["id"], event["type"], status))
            if 200 <= status < 300:
                event["pending_webhooks"] = 0
                return
            await asyncio.sleep(manner.pause * 2**attempt)

    async def _posted(self, client: httpx2.AsyncClient, event: Fields) -> int:
        body, header = signed(event, self.secret)
        headers = {"stripe-signature": header, "content-type": "application/json; charset=utf-8"}
        try:
            answer = await client.post(self.url, content=body, headers=headers)
        except httpx2.HTTPError:
            return 0
        return answer.status_code
