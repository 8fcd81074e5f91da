"""The copy of a turn's log in Redis, where the readers of other processes find it.

Its entries are sealed and have the log's numbers. A number can be taken once, so a worker that lost
its lease cannot write behind the one that took over. Redis may be away, or come back empty: the
copy is then made good, in order. Whoever reads it asks the database in the end.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import takewhile
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from assistant.services import turn_log
from assistant.services.keys import opened_or
from assistant.services.shared import NEWS_SECONDS, redis
from assistant.services.turn_log import Entry, Log
from assistant.vault import Vault

SHARED_SECONDS = 3_600
AGAIN_SECONDS = 0.5
LAST_TRIES = 3  # after the turn's end, which the database knows too
PLACE = "turn_log"

log = structlog.get_logger()


def _key(turn_id: UUID) -> str:
    return f"assistant:turn:{turn_id}"


async def begin(turn_id: UUID) -> None:
    """Let readers of other processes find the log before its first entry."""
    client = redis()
    if client is not None:
        try:
            async with client.pipeline() as pipe:
                _begin(pipe, turn_id)
                await pipe.execute(raise_on_error=False)
        except RedisError as error:
            log.warning("turn_log_not_shared", error=type(error).__name__)


def _begin(pipe: Pipeline, turn_id: UUID) -> None:
    """A log that has been begun refuses the number, and stays as it is."""
    pipe.xadd(_key(turn_id), {"begun": b"1"}, id="0-1")
    pipe.expire(_key(turn_id), SHARED_SECONDS)


async def share(log_: Log) -> bool:
    """Copy the log to its end; what Redis did not take is written later, in order.

    False when another worker has taken over the numbers. Soon after the turn's end it is given up.
    """
    client, tries = redis(), LAST_TRIES
    while client is not None and tries:
        try:
            reached = await _reached(client, log_)
            if reached is None or await _copied(client, log_, reached):
                return reached is not None
        except RedisError as error:
            log.warning("turn_log_not_shared", error=type(error).__name__)
        if log_.ended:
            tries -= 1
        await asyncio.sleep(AGAIN_SECONDS)
    return True


async def _reached(client: Redis, log_: Log) -> int | None:
    """How many entries the copy has, begun if there is none; None when it is not ours any more."""
    async with client.pipeline() as pipe:
        _begin(pipe, log_.turn_id)
        pipe.xrevrange(_key(log_.turn_id), count=1)
        *_, newest = await pipe.execute(raise_on_error=False)
    if isinstance(newest, Exception):
        raise newest
    ((number, fields),) = newest
    if b"begun" in fields:
        return 0
    entry = _opened(log_.vault, log_.turn_id, number, fields)
    return entry.number if log_.entries[entry.number - 1 : entry.number] == [entry] else None


async def _copied(client: Redis, log_: Log, reached: int) -> bool:
    """Copy the entries behind this number, to the log's end. False where one was not taken."""
    async with aclosing(log_.follow(reached)) as batches:
        async for batch in batches:
            if batch and not await _written(client, log_, batch):
                return False
    return True


async def _written(client: Redis, log_: Log, batch: list[Entry]) -> bool:
    """Write these entries, all or none. None are taken where Redis came back without the others."""
    key = _key(log_.turn_id)
    async with client.pipeline() as pipe:
        for entry in batch:
            sealed = log_.vault.seal(PLACE, log_.turn_id, f"{entry.kind}\n{entry.data}")
            pipe.xadd(key, {"e": sealed}, id=f"{entry.number}-0", nomkstream=True)
        pipe.expire(key, SHARED_SECONDS)
        *numbers, _ = await pipe.execute(raise_on_error=False)
    return all(isinstance(number, bytes) for number in numbers)


async def hand_over(turn_id: UUID) -> None:
    """Close the copy of a dead worker's log: nobody can write to it, readers leave it.

    The entry's number is the clock's, far above any that the late worker could try.
    """
    client = redis()
    if client is not None:
        try:
            await client.xadd(_key(turn_id), {"moved": b"1"})
            await client.expire(_key(turn_id), SHARED_SECONDS)
        except RedisError as error:
            log.warning("turn_log_not_closed", error=type(error).__name__)


async def follow(turn_id: UUID, vault: Vault, after: int) -> AsyncGenerator[list[Entry], None]:
    """Like `Log.follow`, for a turn that another process runs. Raises RedisError.

    Ends without an end entry where nothing is shared (any more), or where entries are missing or do
    not open: the database knows then.
    """
    client, waiting, key = redis(), redis(NEWS_SECONDS), _key(turn_id)
    wait = int(turn_log.BEAT_SECONDS * 1000)
    while client is not None and waiting is not None and await client.exists(key):
        answer = await waiting.xread({key: f"{after}-1"}, count=500, block=wait)
        rows = [row for _, rows in answer for row in rows]
        opened = (_opened(vault, turn_id, *row) for row in rows)
        numbered = enumerate(opened, after + 1)
        batch = [entry for _, entry in takewhile(lambda at: at[0] == at[1].number, numbered)]
        if batch or not rows:
            yield batch
        if len(batch) < len(rows) or any(entry.kind == "end" for entry in batch):
            return
        after = batch[-1].number if batch else after


def _opened(vault: Vault, turn_id: UUID, number: bytes, fields: dict[bytes, Any]) -> Entry:
    """The entry of a row; number 0 where it is none, or does not open."""
    text = opened_or(vault, PLACE, turn_id, fields[b"e"], "") if b"e" in fields else ""
    if not text:
        return Entry(0, "", "")
    kind, _, data = text.partition("\n")
    return Entry(int(number.split(b"-")[0]), kind, data)
