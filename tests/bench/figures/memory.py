"""Memory of the server: before anybody has come, and while a hundred read."""

import asyncio
import time

import uvloop

from tests.bench.load import Bench, Load, run
from tests.bench.machine import Memory, Others, memory
from tests.bench.report import Row

LOAD, QUICK_LOAD = Load(100, 200, 50), Load(20, 60, 50)
LOOK_SECONDS = 0.5
LOADED_SECONDS = 6.0  # the vendors' SDKs come when the app serves already
MEGABYTE = 1e6
IDLE_GOAL = 250


def measure(bench: Bench) -> list[Row]:
    """Launcher, workers and PostgreSQL. It comes first: the app has served nobody yet."""
    time.sleep(LOADED_SECONDS)
    idle = memory(bench.app.pid)
    load = QUICK_LOAD if bench.quick else LOAD
    return _rows("idle", idle, IDLE_GOAL) + uvloop.run(_loaded(bench, load))


async def _loaded(bench: Bench, load: Load) -> list[Row]:
    """What it held at most during the load."""
    others, held = Others(), [memory(bench.app.pid)]
    running = asyncio.create_task(run(bench, load))
    while not running.done():
        held.append(await asyncio.to_thread(memory, bench.app.pid))
        await asyncio.wait([running], timeout=LOOK_SECONDS)
    (await running).whole()
    most = max(held, key=lambda each: each.rss)
    return _rows(f"{load.streams} streams", most, others=others.cores())


def _rows(at: str, held: Memory, goal: float | None = None, others: float = 0.0) -> list[Row]:
    """In PSS: pages that launcher, worker and PostgreSQL share are counted once."""
    rss, pss, database = (each / MEGABYTE for each in (held.rss, held.pss, held.database))
    note = f"PSS, PostgreSQL included; RSS of launcher and worker {rss:.0f} MB"
    return [
        Row(f"memory, {at}", pss + database, "MB", goal, others=others, note=note),
        Row(f"memory, {at}: PostgreSQL", database, "MB", others=others, note="PSS"),
    ]
