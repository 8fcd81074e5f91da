"""What the server adds to streams, what they cost it, and how many tokens it can deliver."""

from collections.abc import Iterator

import uvloop

from tests.bench.load import Bench, Load, Result, run
from tests.bench.machine import usage
from tests.bench.report import Row, say

TOKENS = {50: 200, 10: 500}  # by the gap in ms
STREAMS = (1, 10, 50, 100)
QUICK_STREAMS = (1, 50, 100)
SATURATING = Load(100, 600, 4)
MEGABYTE = 1e6


def idle(bench: Bench) -> list[Row]:
    """Memory before anybody has come."""
    used = usage(bench.app.pid)
    return [
        Row("memory, idle", used.rss / MEGABYTE, "MB", 250, note="RSS of launcher and worker"),
        Row("memory, idle: PostgreSQL", used.database_pss / MEGABYTE, "MB", note="PSS"),
    ]


def measure(bench: Bench) -> list[Row]:
    """All loads, slow tokens before fast ones."""
    rows: list[Row] = []
    for gap_ms, tokens in TOKENS.items():
        for streams in QUICK_STREAMS if bench.quick else STREAMS:
            result = _told(uvloop.run(run(bench, Load(streams, tokens, gap_ms))))
            rows += _rows(result)
    return rows


def _told(result: Result) -> Result:
    load = result.load
    say(
        f"  {load.streams} streams of {load.tokens} tokens, {load.gap_ms:g} ms apart: "
        f"{result.complete} complete, CPU {result.cpu:.2f} s in {result.wall:.1f} s, "
        f"vendor {result.vendor_late_ms:.1f} ms late, others {result.others} cores"
    )
    for failure in sorted(set(result.failures)):
        say(f"    {failure}")
    return result


def _rows(result: Result) -> Iterator[Row]:
    load, most = result.load, result.load.streams == max(STREAMS)
    at = f"{load.streams} streams, {load.gap_ms:g} ms apart"

    def row(name: str, value: float, unit: str, goal: float | None = None, note: str = "") -> Row:
        return Row(f"{name}, {at}", value, unit, goal, others=result.others, note=note)

    yield Row(f"complete answers, {at}", result.complete, "", load.streams, least=True)
    first, late, wait = result.first_late_ms, result.late_ms, result.to_first_ms
    yield row("added to the first token, p95", first(95), "ms", 100, f"p50 {first(50):.1f}")
    yield row("added to each token, p95", late(95), "ms", 100, f"p50 {late(50):.1f}")
    yield row("ask to first token, p95", wait(95), "ms", 500, f"p50 {wait(50):.0f}")
    yield row("delivered", result.tokens / result.wall, "tokens/s")
    cost = result.cpu * 1e6 / result.tokens
    note = f"{result.cores:.2f} cores, with PostgreSQL and {load.streams} prompts"
    yield row("CPU per 1,000 tokens", cost, "ms", 60 if load.streams == 50 else None, note)
    if most:
        yield row("memory", result.peak.rss / MEGABYTE, "MB", note="RSS")
        yield row("memory: PostgreSQL", result.peak.database_pss / MEGABYTE, "MB", note="PSS")


def saturation(bench: Bench) -> list[Row]:
    """More tokens than one process can deliver."""
    result = _told(uvloop.run(run(bench, SATURATING)))
    offered = SATURATING.streams * 1000 / SATURATING.gap_ms
    note = f"{offered:,.0f} offered, {result.cores:.2f} cores, {result.complete} complete"
    delivered = result.tokens / result.wall
    name = "delivered at saturation of one process"
    return [Row(name, delivered, "tokens/s", 4_000, least=True, others=result.others, note=note)]
