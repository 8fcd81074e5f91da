"""A load: so many people ask at about the same time, and each reads the answer to its end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

from tests.bench.children import Child
from tests.bench.machine import Others, Usage, cpu_seconds, usage, wait_until_quiet
from tests.bench.stamps import percentile
from tests.bench.user import Answer, User

STAGGER_SECONDS = 0.02  # between two starts
SLACK_SECONDS = 90.0
QUIET_SECONDS = 60.0
SIGN_INS_AT_ONCE = 10
AFTER_SECONDS = 0.5  # titles, and what pages ask when an answer has ended, belong to its price


@dataclass(frozen=True, slots=True)
class Bench:
    """What runs for the figures. quick: fewer and shorter loads."""

    app: Child
    vendor: Child
    quick: bool


@dataclass(frozen=True, slots=True)
class Load:
    """Streams at once, tokens of each answer, milliseconds between two tokens."""

    streams: int
    tokens: int
    gap_ms: float
    reacts: bool = True

    @property
    def prompt(self) -> str:
        """The message that makes the vendor answer so."""
        return f"Write. [[tokens={self.tokens} gap={self.gap_ms:g} stamp=1]]"

    @property
    def seconds(self) -> float:
        """How long an answer takes when nothing is added to it."""
        return self.tokens * self.gap_ms / 1000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a load. wall, cpu: seconds; used: the server at its end, peak: at its most.

    others: cores that other programs used. vendor_late_ms: behind its own schedule, on average.
    """

    load: Load
    answers: list[Answer]
    wall: float
    cpu: float
    peak: Usage
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
    def cores(self) -> float:
        """Cores that the server used."""
        return self.cpu / self.wall

    def late_ms(self, percent: float) -> float:
        """Added to each token: seen minus written."""
        return percentile([ms for a in self.answers for ms in a.stamps.late_ms()], percent)

    def first_late_ms(self, percent: float) -> float:
        """Added to the first token: seen minus written."""
        return percentile([a.stamps.late_ms()[0] for a in self._begun], percent)

    def to_first_ms(self, percent: float) -> float:
        """From asking to the first token seen."""
        waits = [(a.stamps.seen[0] - a.asked_at) * 1000 for a in self._begun]
        return percentile(waits, percent)

    @property
    def failures(self) -> list[str]:
        """How answers ended that did not end well."""
        return [answer.end.strip()[:200] for answer in self.answers if not answer.is_done]

    @property
    def _begun(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.stamps.seen]


@asynccontextmanager
async def people(bench: Bench, number: int, *, reacts: bool = True) -> AsyncIterator[list[User]]:
    """So many new users, signed in, each with an open page."""
    run = uuid4().hex[:8]
    users = [
        User(bench.app.url, origin_of(bench.app), f"bench {run} {n}", reacts=reacts)
        for n in range(number)
    ]
    async with AsyncExitStack() as stack:
        for at in range(0, number, SIGN_INS_AT_ONCE):
            some = users[at : at + SIGN_INS_AT_ONCE]
            await asyncio.gather(*map(stack.enter_async_context, some))
        yield users


def origin_of(app: Child) -> str:
    """The origin that the app takes events from."""
    return f"http://localhost:{app.port}"


async def run(bench: Bench, load: Load) -> Result:
    """Sign in as many users as streams, wait for a quiet moment, and let all ask."""
    async with people(bench, load.streams, reacts=load.reacts) as users:
        await asyncio.to_thread(wait_until_quiet, QUIET_SECONDS)
        return await ask_all(bench, load, users)


async def ask_all(bench: Bench, load: Load, users: list[User]) -> Result:
    """Let these users ask, each a moment after the one before."""
    await _vendor_late_ms(bench.vendor)
    others, before, began = Others(), cpu_seconds(bench.app.pid), time.monotonic()

    async def ask(place: int, user: User) -> Answer:
        await asyncio.sleep(place * STAGGER_SECONDS)
        return await user.attempt(load.prompt, load.seconds + SLACK_SECONDS)

    peak = asyncio.create_task(_usage_before_the_end(bench.app.pid, load))
    answers = list(await asyncio.gather(*(ask(n, user) for n, user in enumerate(users))))
    wall = time.monotonic() - began
    await asyncio.sleep(AFTER_SECONDS)
    cpu = cpu_seconds(bench.app.pid) - before
    late = await _vendor_late_ms(bench.vendor)
    return Result(load, answers, wall, cpu, await peak, others.cores(), late)


async def _usage_before_the_end(pid: int, load: Load) -> Usage:
    await asyncio.sleep(load.streams * STAGGER_SECONDS + load.seconds * 0.8)
    return await asyncio.to_thread(usage, pid)


async def _vendor_late_ms(vendor: Child) -> float:
    """Since the last time it was asked."""
    async with aiohttp.request("GET", f"{vendor.url}/late") as answer:
        return float((await answer.json())["late_ms"])
