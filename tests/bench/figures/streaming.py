"""What the server adds to streams, and how many tokens it can deliver."""

from collections.abc import Iterator
from dataclasses import replace

import uvloop

from tests.bench.load import Bench, Load, Result, run
from tests.bench.report import Row, say

TOKENS = {50: 200, 10: 500}  # by the gap in ms
LATE_GOAL_MS = {50: 100}  # faster ones may ask for more than a machine can deliver
STREAMS, QUICK_STREAMS = (1, 10, 50, 100), (1, 20)
SATURATING, QUICK_SATURATING = Load(100, 600, 4), Load(20, 200, 2)
GOAL = 4_000  # tokens/s


def measure(bench: Bench) -> list[Row]:
    """All loads, slow tokens before fast ones."""
    rows: list[Row] = []
    for gap_ms, tokens in TOKENS.items():
        for streams in QUICK_STREAMS if bench.quick else STREAMS:
            rows += _rows(_told(uvloop.run(run(bench, Load(streams, tokens, gap_ms)))))
    return rows


def _told(result: Result) -> Result:
    load = result.load
    say(
        f"  {load.streams} streams of {load.tokens} tokens, {load.gap_ms:g} ms apart: "
        f"{result.complete} complete in {result.wall:.1f} s, CPU {result.cpu.whole:.2f} s, "
        f"vendor {result.vendor_late_ms:.1f} ms late, others {result.others} cores"
    )
    for failure in sorted(set(result.failures)):
        say(f"    {failure}")
    return result


def _rows(result: Result) -> Iterator[Row]:
    load = result.load
    at = f"{load.streams} streams, {load.gap_ms:g} ms apart"

    def row(name: str, value: float, unit: str, goal: float | None, note: str) -> Row:
        return Row(f"{at}: {name}", value, unit, goal, others=result.others, note=note)

    first, late = result.to_first_ms, result.late_ms
    goal = LATE_GOAL_MS.get(int(load.gap_ms))
    yield row("ask to first token, p95", first(95), "ms", None, f"p50 {first(50):.1f}")
    yield row("added to each token, p95", late(95), "ms", goal, f"p50 {late(50):.1f}")
    note = f"{result.tokens_per_second:,.0f} tokens/s with {result.cores:.2f} cores"
    whole = row("complete answers", result.complete, "", load.answers, note)
    yield replace(whole, least=True)


def saturation(bench: Bench) -> list[Row]:
    """More tokens than one process can deliver."""
    load = QUICK_SATURATING if bench.quick else SATURATING
    result = _told(uvloop.run(run(bench, load)))
    offered = load.streams * 1000 / load.gap_ms
    note = f"{offered:,.0f} offered, {result.cores:.2f} cores, {result.complete} answers complete"
    name = "delivered at saturation of one process"
    value, others = result.tokens_per_second, result.others
    return [Row(name, value, "tokens/s", GOAL, least=True, others=others, note=note)]
