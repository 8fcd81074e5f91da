"""A load: so many people ask at about the same time, and each reads the answer to its end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Self
from uuid import uuid4

import aiohttp

from tests.bench.children import Child
from tests.bench.machine import Cpu, Others, cpu, wait_until_quiet
from tests.bench.stamps import percentile
from tests.bench.user import Answer, User

STAGGER_SECONDS = 0.02  # between two starts
SLACK_SECONDS = 90.0
SIGN_INS_AT_ONCE = 10
AFTER_SECONDS = 0.5  # titles, and what pages ask when an answer has ended, belong to its price


@dataclass(frozen=True, slots=True)
class Bench:
    """What runs for the figures. quick: fewer and shorter loads.

    patience: seconds that a load waits at most for other programs to leave the machine alone.
    """

    app: Child
    vendor: Child
    quick: bool
    patience: float

    @property
    def origin(self) -> str:
        """The origin that the app takes events from."""
        return f"http://localhost:{self.app.port}"

    async def calm(self) -> None:
        """Wait for a quiet moment, as long as the patience lasts."""
        await asyncio.to_thread(wait_until_quiet, self.patience)

    def cpu(self) -> Cpu:
        """What the app has used so far."""
        return cpu(self.app.pid)


@dataclass(frozen=True, slots=True)
class Load:
    """Streams at once, tokens of each answer, ms between two tokens, answers one after another."""

    streams: int
    tokens: int
    gap_ms: float
    rounds: int = 1

    @property
    def prompt(self) -> str:
        """The message that makes the vendor answer so."""
        return f"Write. [[tokens={self.tokens} gap={self.gap_ms:g} stamp=1]]"

    @property
    def answers(self) -> int:
        """How many it asks for."""
        return self.streams * self.rounds

    @property
    def seconds(self) -> float:
        """How long an answer takes when nothing is added to it."""
        return self.tokens * self.gap_ms / 1000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a load. wall: seconds. cpu: the server's.

    others: cores that other programs used. vendor_late_ms: behind its own schedule, on average.
    """

    load: Load
    answers: list[Answer]
    wall: float
    cpu: Cpu
    others: float
    vendor_late_ms: float

    @property
    def complete(self) -> int:
        """Answers that came whole and ended well."""
        tokens = self.load.tokens
        return sum(a.is_done and len(a.stamps.seen) == tokens for a in self.answers)

    @property
    def tokens(self) -> int:
        """Tokens that were delivered."""
        return sum(len(answer.stamps.seen) for answer in self.answers)

    @property
    def tokens_per_second(self) -> float:
        """Over the whole load, its beginning and end included."""
        return self.tokens / self.wall

    @property
    def cores(self) -> float:
        """Cores that the server used."""
        return self.cpu.whole / self.wall

    def late_ms(self, percent: float) -> float:
        """Added to each token: seen minus written."""
        return percentile([ms for a in self.answers for ms in a.stamps.late_ms()], percent)

    def to_first_ms(self, percent: float) -> float:
        """From asking to the first token seen."""
        begun = [answer for answer in self.answers if answer.stamps.seen]
        return percentile([(a.stamps.seen[0] - a.asked_at) * 1000 for a in begun], percent)

    @property
    def failures(self) -> list[str]:
        """How answers ended that did not end well."""
        return [answer.end.strip()[:200] for answer in self.answers if not answer.is_done]

    def whole(self) -> Self:
        """This, if no answer is missing. Raises RuntimeError: its price would be no price."""
        if self.complete < self.load.answers:
            ends = "; ".join(sorted(set(self.failures)))
            raise RuntimeError(f"{self.complete} of {self.load.answers} answers came whole: {ends}")
        return self


@asynccontextmanager
async def people(bench: Bench, number: int) -> AsyncIterator[list[User]]:
    """So many new users, signed in, each with an open page."""
    run = uuid4().hex[:8]
    users = [User(bench.app.url, bench.origin, f"bench {run} {n}") for n in range(number)]
    async with AsyncExitStack() as stack:
        for at in range(0, number, SIGN_INS_AT_ONCE):
            some = users[at : at + SIGN_INS_AT_ONCE]
            await asyncio.gather(*map(stack.enter_async_context, some))
        yield users


async def run(bench: Bench, load: Load) -> Result:
    """Sign in as many users as streams, wait for a quiet moment, and let all ask."""
    async with people(bench, load.streams) as users:
        await bench.calm()
        return await ask_all(bench, load, users)


async def ask_all(bench: Bench, load: Load, users: list[User]) -> Result:
    """Let these users ask, each a moment after the one before."""
    await _vendor_late_ms(bench.vendor)
    others, before, began = Others(), bench.cpu(), time.monotonic()

    async def ask(place: int, user: User) -> list[Answer]:
        answers, pause = [], place * STAGGER_SECONDS
        for _ in range(load.rounds):
            await asyncio.sleep(pause)
            answers.append(await user.attempt(load.prompt, load.seconds + SLACK_SECONDS))
            pause = (
                AFTER_SECONDS  # nobody asks on before the page has heard that the answer is over
            )
        return answers

    asked = await asyncio.gather(*(ask(n, user) for n, user in enumerate(users)))
    wall = time.monotonic() - began
    await asyncio.sleep(AFTER_SECONDS)
    used, late = bench.cpu() - before, await _vendor_late_ms(bench.vendor)
    return Result(load, list(chain(*asked)), wall, used, others.cores(), late)


async def _vendor_late_ms(vendor: Child) -> float:
    """Since the last time it was asked."""
    async with aiohttp.request("GET", f"{vendor.url}/late") as answer:
        return float((await answer.json())["late_ms"])
