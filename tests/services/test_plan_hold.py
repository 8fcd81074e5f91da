"""Across two processes that know nothing of each other: of two changes of a plan one is done."""

import asyncio
import os
from contextlib import AsyncExitStack

import pytest

from assistant import database
from assistant.config import settings
from assistant.errors import Busy, Refused
from assistant.services import plan_changes, plan_hold, stripe_client
from assistant.services.plan_changes import preview
from tests.conftest import away
from tests.services.killed import KEPT, PROCESSES
from tests.services.paying import pays, sells, stripe
from tests.services.talk import rows

__all__ = ["sells", "stripe"]
ROUNDS = 8
WAIT = "Wait."


def _change(environment, user_id, seats, line, told):
    os.environ.update(environment)
    settings.cache_clear()

    async def change():
        for number in range(ROUNDS):
            wanted = seats + 2 * number
            shown = await preview(user_id, "team", wanted)
            await asyncio.to_thread(line.wait, 60)
            try:
                await plan_changes.change(user_id, "team", wanted, shown)
                told.put((number, wanted, ""))
            except (Busy, Refused) as error:
                told.put((number, wanted, str(error)))
            await asyncio.to_thread(line.wait, 60)
        await stripe_client.close()
        await database.close()

    asyncio.run(change())


async def test_two_changes_in_two_processes_at_once_are_one(sells, alice):
    plan = await pays(sells, alice, "team")
    kept = (*KEPT, "STRIPE_", "RATE_LIMITS")
    environment = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    line, told = PROCESSES.Barrier(2), PROCESSES.Queue()
    workers = [
        PROCESSES.Process(target=_change, args=(environment, alice.id, seats, line, told))
        for seats in (2, 3)
    ]
    for worker in workers:
        worker.start()
    found = [await asyncio.to_thread(told.get, timeout=120) for _ in range(2 * ROUNDS)]
    for worker in workers:
        await asyncio.to_thread(worker.join)
        assert worker.exitcode == 0
    for number in range(ROUNDS):
        outcomes = [why for at, _, why in found if at == number]
        assert sum(not why for why in outcomes) == 1
        (refused,) = filter(None, outcomes)
        assert refused in (plan_changes.UNDER_WAY, plan_changes.CHANGED)
    last = max(wanted for _, wanted, why in found if not why)
    held = sells.find(plan.stripe_subscription)
    assert held["items"]["data"][0]["quantity"] == last


async def test_a_plan_that_nobody_gives_back_is_free_after_a_while(alice, bob, db):
    async with plan_hold.held(alice.id, WAIT), plan_hold.held(bob.id, WAIT):
        with pytest.raises(Busy, match=WAIT):
            await plan_hold.held(alice.id, WAIT).__aenter__()
        past = """update subscriptions set metadata = jsonb_set(metadata, '{held_until}',
                  to_jsonb(now() - interval '1 s')) where user_id = $1"""
        await rows(db, past, alice.id)
        async with plan_hold.held(alice.id, WAIT):
            pass
    read = "select metadata from subscriptions where user_id = $1"
    assert await rows(db, read, alice.id) == [{"metadata": "{}"}]


async def test_what_was_done_stays_done_where_it_cannot_be_given_back(alice, postgres, db):
    async with AsyncExitStack() as ending:
        gone = away(postgres, db)
        ending.push_async_exit(gone)
        await ending.enter_async_context(plan_hold.held(alice.id, WAIT))
        await gone.__aenter__()
    with pytest.raises(Busy):
        await plan_hold.held(alice.id, WAIT).__aenter__()
