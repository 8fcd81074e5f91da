"""Across two processes that know nothing of each other: of a hundred at once one takes the last."""

import asyncio
import os
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from assistant import database
from assistant.config import settings
from assistant.errors import AllowanceSpent
from assistant.services import tiers, turns
from tests.conftest import all_ended, signed_in
from tests.services.killed import KEPT, PROCESSES
from tests.services.talk import rows, wish

RUNS, AT_ONCE = 20, 50  # in each of two processes
NOBODY = "redis://127.0.0.1:9/0"
ONE_LEFT = """
    insert into allowances (id, user_id, kind, starts_at, ends_at, messages)
    select gen_random_uuid(), $1, 'month', date_trunc('month', now(), 'UTC'),
           date_trunc('month', now(), 'UTC') + interval '1 month', $2
"""
HELD = """
    select messages, (select count(*) from reservations where month_id = allowances.id) as turns
    from allowances where user_id = any($1) and kind = 'month'
"""


async def _send(user_id):
    await turns.send(user_id, None, f"Hello {uuid4()}", wish())


async def _took(user_id) -> int:
    """How many of all that this process tries at once have passed."""
    tries = (_send(user_id) for _ in range(AT_ONCE))
    done = await asyncio.gather(*tries, return_exceptions=True)
    refused = [each for each in done if isinstance(each, BaseException)]
    assert {type(each) for each in refused} <= {AllowanceSpent}, refused
    return AT_ONCE - len(refused)


def _race(environment, given, line, taken):
    os.environ.update(environment)
    settings.cache_clear()

    async def race():
        for user_id in given:
            await asyncio.to_thread(line.wait, 60)
            taken.put((user_id, await _took(user_id)))
        await all_ended()
        await database.close()

    asyncio.run(race())


@pytest.fixture
async def one_left(db):
    """Users with one message left."""
    given, admin = [], await asyncpg.connect(db)
    for _ in range(RUNS):
        user = await signed_in(f"Alice {uuid4().hex[:12]}")
        most = tiers.TIERS[settings().default_tier].messages
        await admin.execute(ONE_LEFT, user.id, most - 1)
        given.append(user.id)
    await admin.close()
    return given


async def test_of_a_hundred_in_two_processes_one_passes_also_without_redis(db, one_left):
    environment = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    environment |= {"REDIS_URL": NOBODY, "RATE_LIMITS": "false"}
    line, taken = PROCESSES.Barrier(2), PROCESSES.Queue()
    workers = [
        PROCESSES.Process(target=_race, args=(environment, one_left, line, taken)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    passed: Counter = Counter()
    for _ in range(2 * RUNS):
        user_id, number = await asyncio.to_thread(taken.get, timeout=120)
        passed[user_id] += number
    for worker in workers:
        await asyncio.to_thread(worker.join)
        assert worker.exitcode == 0
    assert passed == dict.fromkeys(one_left, 1)
    most = tiers.TIERS[settings().default_tier].messages
    held = await rows(db, HELD, one_left)
    assert held == [{"messages": most, "turns": 1}] * RUNS
