"""What tokens and prompts cost the server, told apart by the difference of two loads.

Both deliver the same tokens in as many streams at the same pace. One does it in few long answers,
the other in many short ones: what it costs more is the price of its further prompts.
"""

from collections.abc import Iterator
from typing import NamedTuple

import uvloop

from tests.bench.load import Bench, Load, Result, ask_all, people
from tests.bench.machine import Cpu
from tests.bench.report import Row

TOKENS_GOAL, PROMPT_GOAL = 60, 15  # ms
THOUSAND = 1_000


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


def measure(bench: Bench) -> list[Row]:
    """Per 1,000 tokens and per prompt, with PostgreSQL and without."""
    first, short, long, fast = uvloop.run(_asked(bench, QUICK_LOADS if bench.quick else LOADS))
    prompt = (short.cpu - long.cpu) * (1 / (short.load.answers - long.load.answers))
    begun = (first.cpu - _tokens(long, prompt) * first.tokens) * (1 / first.load.answers)
    others = max(short.others, long.others)
    note = f"{short.load.answers} answers against {long.load.answers}, {long.tokens:,} tokens each"
    return [
        *_per_thousand(long, prompt),
        *_per_thousand(fast, prompt),
        *_rows("CPU of a prompt", prompt * THOUSAND, PROMPT_GOAL, others, note),
        *_rows("CPU of a prompt that begins a conversation", begun * THOUSAND, PROMPT_GOAL, others,
               f"{first.load.answers} of them, with their titles"),
    ]  # fmt: skip


async def _asked(bench: Bench, loads: Loads) -> list[Result]:
    """The loads, one after the other, by the same people in the same conversations."""
    results = []
    async with people(bench, loads.first.streams) as users:
        for load in loads:
            await bench.calm()
            results.append((await ask_all(bench, load, users)).whole())
    return results


def _tokens(result: Result, prompt: Cpu) -> Cpu:
    """CPU of a token: of what is left when the prompts are paid."""
    return (result.cpu - prompt * result.load.answers) * (1 / result.tokens)


def _per_thousand(result: Result, prompt: Cpu) -> Iterator[Row]:
    load, ms = result.load, THOUSAND * THOUSAND
    name = f"CPU per 1,000 tokens, {load.streams} streams, {load.gap_ms:g} ms apart"
    with_prompts, note = result.cpu * (ms / result.tokens), f"answers of {load.tokens} tokens"
    yield from _rows(name, with_prompts, TOKENS_GOAL, result.others, f"prompts included, {note}")
    alone = _tokens(result, prompt) * ms
    yield from _rows(f"{name}, no prompts", alone, TOKENS_GOAL, result.others, "by the difference")


def _rows(name: str, ms: Cpu, goal: float, others: float, note: str) -> Iterator[Row]:
    yield Row(name, ms.whole, "ms", goal, others=others, note=note)
    yield Row(f"{name}, without PostgreSQL", ms.app, "ms", goal, others=others)
