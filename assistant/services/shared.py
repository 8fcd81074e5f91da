"""What the processes of one installation share: Redis, where REDIS_URL is set."""

import os
from functools import lru_cache
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from assistant.config import settings

ANSWER_SECONDS = 2.0  # a Redis that is silent for longer is taken for gone
NEWS_SECONDS = 15.0  # for who waits for news: longer than any wait that Redis itself is asked for


def process() -> str:
    """The name of this process in leases and notices, another one in each that it forks."""
    return _named(os.getpid())


@lru_cache(maxsize=1)
def _named(_pid: int) -> str:
    return uuid4().hex


@lru_cache(maxsize=2)
def redis(patience: float = ANSWER_SECONDS) -> Redis | None:
    """The Redis client of this process, or None where it is the only one.

    patience: how many seconds an answer may take: NEWS_SECONDS is for commands that wait.
    """
    url = settings().redis_url.get_secret_value()
    if not url:
        return None
    return Redis.from_url(
        url,
        max_connections=500,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=patience,
        retry=Retry(NoBackoff(), 0),  # who calls knows whether and when to try again
    )


async def close() -> None:
    """Close the connections of this process."""
    for client in (redis(), redis(NEWS_SECONDS)):
        if client is not None:
            await client.aclose()
    redis.cache_clear()
