"""What tokens and prompts cost the server.

A token: what is used in the middle of a load, while all of its answers flow and none begins or
ends. A prompt: two loads deliver the same tokens in as many streams at the same pace, one in few
long answers, the other in many short ones; what that one costs more, its further prompts cost.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import NamedTuple

import uvloop

from tests.bench.load import STAGGER_SECONDS, Bench, Load, Result, ask_all, people
from tests.bench.machine import Cpu
from tests.bench.report import Row
from tests.bench.user import User

TOKENS_GOAL, PROMPT_GOAL = 60, 15  # ms
THOUSAND = 1_000
WAVE_SECONDS = 1.0  # what begins with a prompt goes on for so long, and titles come behind it


class Loads(NamedTuple):
    """first: begins the conversations that the others go on with. fast: as long, but in a hurry."""

    first: Load
    short: Load
    long: Load
    fast: Load


LOADS = Loads(Load(50, 60, 50), Load(50, 60, 50, rounds=10), Load(50, 600, 50), Load(50, 600, 10))
QUICK_LOADS = Loads(
    Load(20, 60, 20), Load(20, 60, 20, rounds=4), Load(20, 240, 20), Load(20, 240, 10)
)


class Flow(NamedTuple):
    """A load, and what a token cost in its middle: CPU seconds."""

    result: Result
    token: Cpu


def measure(bench: Bench) -> list[Row]:
    """Per 1,000 tokens and per prompt, with PostgreSQL and without."""
    loads = QUICK_LOADS if bench.quick else LOADS
    first, short, long, fast = uvloop.run(_asked(bench, loads))
    prompt = (short.cpu - long.result.cpu) * (1 / (short.load.answers - long.result.load.answers))
    begun = (first.cpu - long.token * first.tokens) * (1 / first.load.answers)
    others = max(short.others, long.result.others)
    note = (
        f"{loads.short.answers} answers against {loads.long.answers}, {short.tokens:,} tokens each"
    )
    return [
        *_per_thousand(long),
        *_per_thousand(fast),
        *_rows("CPU of a prompt", prompt * THOUSAND, PROMPT_GOAL, others, note),
        *_rows("CPU of a prompt that begins a conversation", begun * THOUSAND, PROMPT_GOAL, others,
               f"{first.load.answers} of them, with their titles"),
    ]  # fmt: skip


async def _asked(bench: Bench, loads: Loads) -> tuple[Result, Result, Flow, Flow]:
    """The loads, one after the other, by the same people in the same conversations."""
    async with people(bench, loads.first.streams) as users:
        first, short = [await _whole(bench, load, users) for load in (loads.first, loads.short)]
        long, fast = [await _flow(bench, load, users) for load in (loads.long, loads.fast)]
    return first, short, long, fast


async def _whole(bench: Bench, load: Load, users: list[User]) -> Result:
    await bench.calm()
    return (await ask_all(bench, load, users)).whole()


async def _flow(bench: Bench, load: Load, users: list[User]) -> Flow:
    await bench.calm()
    asked = asyncio.create_task(ask_all(bench, load, users))
    waves = load.streams * STAGGER_SECONDS + WAVE_SECONDS
    await asyncio.sleep(waves)
    before, since = bench.cpu(), time.monotonic()
    await asyncio.sleep(load.seconds - waves - STAGGER_SECONDS)
    used, until = bench.cpu() - before, time.monotonic()
    result = (await asked).whole()
    seen = (moment for answer in result.answers for moment in answer.stamps.seen)
    return Flow(result, used * (1 / sum(since <= moment < until for moment in seen)))


def _per_thousand(flow: Flow) -> Iterator[Row]:
    load, ms, others = flow.result.load, THOUSAND * THOUSAND, flow.result.others
    name = f"CPU per 1,000 tokens, {load.streams} streams, {load.gap_ms:g} ms apart"
    yield from _rows(name, flow.token * ms, TOKENS_GOAL, others, "while all of them flow")
    whole = flow.result.cpu * (ms / flow.result.tokens)
    yield Row(f"{name}, prompts and ends included", whole.whole, "ms", others=others,
              note=f"answers of {load.tokens} tokens")  # fmt: skip


def _rows(name: str, ms: Cpu, goal: float, others: float, note: str) -> Iterator[Row]:
    yield Row(name, ms.whole, "ms", goal, others=others, note=note)
    yield Row(f"{name}, without PostgreSQL", ms.app, "ms", goal, others=others)
