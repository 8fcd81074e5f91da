"""Search over a user's sealed history, in a database of its own, beside an oracle in clear."""

import gc
import time
from statistics import quantiles
from uuid import UUID

import asyncpg
import uvloop

from assistant import database
from assistant.services.accounts import sign_in_by_name
from assistant.services.search import FOUND_AT_MOST, Answer, search
from assistant.services.sessions import who_is
from assistant.services.signatures import bits_of
from assistant.vault import new_wrapped_key, unlock
from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.own_database import own_database
from tests.bench.report import Row
from tests.services.library import oracle, plain, queries, sayings, shelve

MESSAGES = 50_000
QUERIES = 300
WARMING = 20
SIGNED = 400


def measure(bench: Bench) -> list[Row]:
    """Recall, precision and speed over one user's messages."""
    count = 3_000 if bench.quick else MESSAGES
    with own_database() as (admin_url, _):
        return uvloop.run(_measure(count, admin_url))


async def _measure(count: int, admin_url: str) -> list[Row]:
    user = await who_is((await sign_in_by_name("Reader")).access)
    texts = list(sayings(count))
    ids = await shelve(user.id, texts)
    admin = await asyncpg.connect(admin_url)
    await admin.execute("analyze")  # as autovacuum does a minute after so many inserts
    await admin.close()
    gc.collect()
    gc.freeze()  # the texts in clear belong to the oracle, not to the app
    asked = list(queries(texts, QUERIES))
    for query in asked[:WARMING]:
        await search(user.id, query)
    others = Others()
    answers, waits = [], []
    for query in asked:
        began = time.perf_counter()
        answers.append(await search(user.id, query))
        waits.append((time.perf_counter() - began) * 1000)
    busy = others.cores()
    await database.close()
    recall, precision = _judged(ids, list(map(plain, texts)), asked, answers)
    note = f"{len(asked)} queries over {count:,} messages in many scripts"
    cuts = quantiles(waits, n=100)
    return [
        Row("search: recall against an oracle in clear", recall, "%", 100, least=True, note=note),
        Row("search: precision", precision, "%", 100, least=True, note=note),
        Row("search: p50", cuts[49], "ms", others=busy, note=note),
        Row("search: p95", cuts[94], "ms", 50, others=busy, note=note),
        _signing(texts),
    ]


def _judged(
    ids: list[UUID], plains: list[str], asked: list[str], answers: list[Answer]
) -> tuple[float, float]:
    """Recall and precision in percent; what counts are the newest that an answer has room for."""
    wanted = found = both = 0
    for query, answer in zip(asked, answers, strict=True):
        newest = sorted(oracle(plains, query), reverse=True)[:FOUND_AT_MOST]
        right = {ids[number] for number in newest}
        told = {each.message_id for each in answer.messages}
        wanted, found, both = wanted + len(right), found + len(told), both + len(right & told)
    return 100 * both / wanted, 100 * both / found


def _signing(texts: list[str]) -> Row:
    vault = unlock(user := UUID(int=1), new_wrapped_key(user))
    some = [text[:500] for text in texts if len(text) >= 500][:SIGNED]
    others, began = Others(), time.process_time()
    for text in some:
        bits_of(text, vault)
    spent = (time.process_time() - began) * 1e6 / len(some)
    return Row("signing 500 characters: CPU", spent, "µs", others=others.cores())
