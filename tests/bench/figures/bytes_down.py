"""Bytes to the browser for one streamed answer: the stream, Reflex's socket and the feed."""

import asyncio
from contextlib import AsyncExitStack

import uvloop

from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.relay import relay
from tests.bench.report import Row
from tests.bench.user import User

TOKENS = (500, 4_000)
GAPS_MS = (10, 25)
QUICK_GAPS_MS = (10,)
LAST_NEWS_SECONDS = 2.0  # the feed's news of the end, and what the page asks about it
BYTES_PER_TOKEN = len("w0000 ")
TIMES, PLUS = 1.5, 10_000


def measure(bench: Bench) -> list[Row]:
    """One row for each length and pace; all at once, each through a relay of its own."""
    gaps = QUICK_GAPS_MS if bench.quick else GAPS_MS
    return uvloop.run(_measure(bench, [(n, gap) for gap in gaps for n in TOKENS]))


async def _measure(bench: Bench, kinds: list[tuple[int, int]]) -> list[Row]:
    await bench.calm()
    return list(await asyncio.gather(*(_row(bench, *kind) for kind in kinds)))


async def _row(bench: Bench, tokens: int, gap_ms: int) -> Row:
    others = Others()
    async with AsyncExitStack() as stack:
        counts = await stack.enter_async_context(relay(bench.app.port))
        name = f"bytes {tokens} {gap_ms}"
        user = User(counts.url, bench.origin, name)
        await stack.enter_async_context(user)
        await asyncio.sleep(LAST_NEWS_SECONDS)
        before = counts.down
        await user.ask(f"Write. [[tokens={tokens} gap={gap_ms}]]")
        await asyncio.sleep(LAST_NEWS_SECONDS)
        down = counts.down - before
    text = tokens * BYTES_PER_TOKEN
    return Row(
        name=f"bytes to the browser, {tokens:,} tokens, {gap_ms} ms apart",
        value=down / 1000,
        unit="kB",
        goal=(TIMES * text + PLUS) / 1000,
        others=others.cores(),
        note=f"{down / text:.2f} times the text's {text / 1000:.0f} kB",
    )
