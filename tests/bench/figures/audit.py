"""A long audit log in a database of its own: pages, filters, words, the check and the files.

CPU is counted, of this process and of PostgreSQL, so that other programs hardly show.
"""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

import asyncpg
import psutil
import uvloop

from assistant import database
from assistant.services.accounts import sign_in_by_name
from assistant.services.audit import page
from assistant.services.audit_chain import verify
from assistant.services.audit_export import as_csv, as_json
from assistant.services.audit_queries import REQUESTS, Before, Filters
from assistant.services.sessions import who_is
from tests.bench.load import Bench
from tests.bench.long_log import NEEDLE, RARE, LongLog, fill
from tests.bench.loop_watch import LoopWatch
from tests.bench.machine import Cpu, Others, cpu
from tests.bench.own_database import own_database
from tests.bench.report import Row

ROWS, QUICK_ROWS, OTHERS_ROWS = 100_000, 2_000, 2_000
TIMES = 30
PAGES_BACK = 49
PAGE_MS, WHOLE_SECONDS, HOLD_MS = 20, 15, 50


def measure(bench: Bench) -> list[Row]:
    """What it costs to look through one user's log, among those of others."""
    rows = QUICK_ROWS if bench.quick else ROWS
    with own_database() as (admin_url, _):
        return uvloop.run(_measure(rows, admin_url))


async def _measure(rows: int, admin_url: str) -> list[Row]:
    for name in ("Before", "After"):
        await _filled(name, min(rows, OTHERS_ROWS))
    few, log = await _filled("A tenth", rows // 10), await _filled("Reader", rows)
    admin = await asyncpg.connect(admin_url)
    await admin.execute("vacuum analyze")  # as autovacuum does a minute after so many inserts
    await admin.close()
    gc.collect()
    gc.freeze()  # as the app does at its start
    place = await _page_back(log)
    told = f"audit log of {rows:,} rows"
    watch = LoopWatch()
    pages = [
        await _paged(f"{told}: {name}", log, filters, place if name == "page 50" else None, watch)
        for name, filters in _asked(log).items()
    ]
    whole = [await _checked(f"{told}: check of the whole", log, rows, watch)]
    whole += [await _exported(f"{told}: as {name}", log, few, name, watch) for name in FILES]
    await database.close()
    held = f"{told}: longest that the loop was held, CPU"
    return [*pages, *whole, Row(held, watch.longest, "ms", HOLD_MS, note="of all of these")]


async def _filled(name: str, rows: int) -> LongLog:
    return await fill((await who_is((await sign_in_by_name(name)).access)).id, rows)


async def _page_back(log: LongLog) -> Before | None:
    place: Before | None = None
    for _ in range(PAGES_BACK):
        place = (await page(log.user_id, Filters(), place)).before
    return place


def _asked(log: LongLog) -> dict[str, Filters]:
    return {
        "first page": Filters(),
        "page 50": Filters(),
        "one tool": Filters(what=RARE),
        "requests": Filters(what=REQUESTS),
        "denied": Filters(status="denied"),
        "what never was": Filters(status="expired"),
        "30 days": Filters(days=30),
        "one conversation": Filters(conversation_id=log.conversation),
        "words that a tool was asked": Filters(what=RARE, words=NEEDLE),
    }


async def _paged(
    name: str, log: LongLog, filters: Filters, place: Before | None, watch: LoopWatch
) -> Row:
    await page(log.user_id, filters, place)
    others, walls, before = Others(), [], _cpu()
    async with watch:
        for _ in range(TIMES):
            began = perf_counter()
            await page(log.user_id, filters, place)
            walls.append((perf_counter() - began) * 1000)
    spent = (_cpu() - before) * (1000 / TIMES)
    note = f"{spent.database:.1f} ms of it PostgreSQL; {median(walls):.0f} ms to wait (median)"
    return Row(f"{name}, CPU", spent.whole, "ms", PAGE_MS, others=others.cores(), note=note)


def _cpu() -> Cpu:
    return cpu(psutil.Process().pid)


async def _checked(name: str, log: LongLog, rows: int, watch: LoopWatch) -> Row:
    async def act() -> None:
        verdict = await verify(log.user_id)
        if (verdict.rows, verdict.broken) != (rows, 0):
            raise AssertionError(f"The log does not hold: {verdict}")

    return await _once(name, act, watch)


async def _once(name: str, act: Callable[[], Awaitable[None]], watch: LoopWatch) -> Row:
    others, began, before = Others(), perf_counter(), _cpu()
    async with watch:
        await act()
    spent, wall = _cpu() - before, perf_counter() - began
    note = f"{spent.database:.1f} s of it PostgreSQL; {wall:.0f} s to wait"
    return Row(f"{name}, CPU", spent.whole, "s", WHOLE_SECONDS, others=others.cores(), note=note)


FILES = {"CSV": as_csv, "JSON": as_json}


async def _exported(name: str, log: LongLog, few: LongLog, form: str, watch: LoopWatch) -> Row:
    """The whole as a file, after a tenth of it: what was held then is enough for all."""
    await _drain(FILES[form](few.user_id, Filters()))
    row = await _once(name, lambda: _drain(FILES[form](log.user_id, Filters())), watch)
    return replace(row, note=f"{row.note}; {watch.more:.1f} MB more than a tenth took")


async def _drain(pieces: AsyncIterator[str]) -> None:
    async for _ in pieces:
        pass
