"""What a turn costs behind a long conversation, against one behind next to none."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median

import uvloop

from tests.bench.load import AFTER_SECONDS, Bench, people
from tests.bench.machine import Cpu, Others
from tests.bench.report import Row
from tests.bench.user import User

MESSAGES = 500
TURN = "Tell me about the part of the plan that comes now, please. [[tokens=60]]"
MEASURED, QUICK_MEASURED = 30, 8
SHORT = "And now? [[tokens=1 stamp=1]]"
TIMES_GOAL = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, in ms: from asking to the end (median), to the first token (median), CPU (mean)."""

    wall: float
    to_first: float
    cpu: Cpu


def measure(bench: Bench) -> list[Row]:
    """The same short turn behind 500 messages, and behind two."""
    return uvloop.run(_measure(bench))


async def _measure(bench: Bench) -> list[Row]:
    number = QUICK_MEASURED if bench.quick else MEASURED
    async with people(bench, 1 + number) as (old, *new):
        await asyncio.gather(*(user.ask(SHORT) for user in new))
        for _ in range(MESSAGES // 2):
            await old.ask(TURN)
        await asyncio.sleep(AFTER_SECONDS)
        await bench.calm()
        others = Others()
        few, many = await _turn(bench, new), await _turn(bench, [old] * number)
    pairs = {
        "CPU": (many.cpu.whole, few.cpu.whole),
        "CPU without PostgreSQL": (many.cpu.app, few.cpu.app),
        "time to its end": (many.wall, few.wall),
        "time to the first token": (many.to_first, few.to_first),
    }
    return [_row(name, *pair, others.cores()) for name, pair in pairs.items()]


async def _turn(bench: Bench, users: list[User]) -> Turn:
    """One turn of each, one after the other."""
    walls, firsts, before = [], [], bench.cpu()
    for user in users:
        answer = await user.ask(SHORT)
        walls.append((time.monotonic() - answer.asked_at) * 1000)
        firsts.append((answer.stamps.seen[0] - answer.asked_at) * 1000)
        await asyncio.sleep(AFTER_SECONDS)
    return Turn(median(walls), median(firsts), (bench.cpu() - before) * (1000 / len(users)))


def _row(name: str, many: float, few: float, others: float) -> Row:
    what = f"turn behind {MESSAGES} messages, against behind 2: {name}"
    note = f"{many:.1f} against {few:.1f} ms"
    return Row(what, many / few, "times", TIMES_GOAL, others=others, note=note)
