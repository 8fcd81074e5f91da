"""What a prompt costs before its stream, alone and behind a long conversation."""

import asyncio
from statistics import median

import uvloop

from tests.bench.load import AFTER_SECONDS, Bench, Load, people, run
from tests.bench.machine import Others, cpu_seconds
from tests.bench.report import Row
from tests.bench.user import User

PROMPTS = 20
TURNS_BEFORE = 250
TURN = "Tell me about the part of the plan that comes now, please. [[tokens=60]]"
MEASURED = 30
SHORT = "And now? [[tokens=1 stamp=1]]"


def alone(bench: Bench) -> list[Row]:
    """Answers of one token, the first of a new chat: as the page asks, and the send by itself."""
    return [_alone(bench, reacts=True), _alone(bench, reacts=False)]


def _alone(bench: Bench, *, reacts: bool) -> Row:
    result = uvloop.run(run(bench, Load(PROMPTS, 1, 0, reacts=reacts)))
    name = "with all that the page asks after it" if reacts else "the page silent about the feed"
    value = result.cpu * 1000 / PROMPTS
    note = f"{PROMPTS} first prompts of as many users"
    return Row(f"CPU of a prompt, {name}", value, "ms", 15, others=result.others, note=note)


def in_long_conversation(bench: Bench) -> list[Row]:
    """A turn behind 500 messages, against one behind none."""
    return uvloop.run(_in_long_conversation(bench))


async def _in_long_conversation(bench: Bench) -> list[Row]:
    others = Others()
    async with people(bench, 2) as (fresh, old):
        for _ in range(TURNS_BEFORE):
            await old.ask(TURN)
        await fresh.ask(SHORT)
        few = await _turns(bench, fresh)
        many = await _turns(bench, old)
    kinds = (("to first token", "ms"), ("CPU", "ms"))
    return [
        Row(
            f"turn behind 500 messages: {name}, against behind none",
            behind_many / behind_few,
            "times",
            3,
            others=others.cores(),
            note=f"{behind_many:.1f} against {behind_few:.1f} {unit}",
        )
        for (name, unit), behind_many, behind_few in zip(kinds, many, few, strict=True)
    ]


async def _turns(bench: Bench, user: User) -> tuple[float, float]:
    """Median wait for the first token and mean CPU of a turn, in ms."""
    waits, before = [], cpu_seconds(bench.app.pid)
    for _ in range(MEASURED):
        answer = await user.ask(SHORT)
        waits.append((answer.stamps.seen[0] - answer.asked_at) * 1000)
    await asyncio.sleep(AFTER_SECONDS)
    return median(waits), (cpu_seconds(bench.app.pid) - before) * 1000 / MEASURED
