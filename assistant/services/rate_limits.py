"""How often each user, and each address, may do what costs: counted over sliding windows.

The counts lie in Redis where REDIS_URL is set, else in this process. They hold back who is in a
hurry; what a plan contains is counted in PostgreSQL.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from assistant.config import LOOPBACK, settings
from assistant.errors import Busy
from assistant.services.shared import redis

UNCOUNTED = "This cannot be done for a moment. Nothing was changed; try again in a minute."

log = structlog.get_logger()


@dataclass(slots=True)
class Rate:
    """How often. what: as a person reads it. costly: refused while nobody can count."""

    what: str
    windows: list[RateLimitItem]
    costly: bool = field(default=False, kw_only=True)


RATES = {
    "messages": Rate("messages", parse_many("120/minute; 2000/day"), costly=True),
    "tool_calls": Rate("calls of tools", parse_many("240/minute; 5000/day"), costly=True),
    "uploads": Rate("uploads", parse_many("60/minute; 1000/day"), costly=True),
    "archives": Rate("archives", parse_many("30/hour"), costly=True),
    "imported_files": Rate("files from archives", parse_many("300/hour; 1000/day"), costly=True),
    "searches": Rate("searches", parse_many("240/minute")),
    "connections": Rate("attempts to connect", parse_many("20/minute; 300/day"), costly=True),
    # Each asks Stripe a few times, whose limit is that of all users together.
    "billing": Rate("questions about your plan", parse_many("60/minute; 1500/day")),
    "seats": Rate("invitations", parse_many("30/minute; 300/day"), costly=True),
    # Of an address, behind which many people may sit.
    "messages_from": Rate("messages", parse_many("600/minute; 10000/day"), costly=True),
    "uploads_from": Rate("uploads", parse_many("300/minute; 5000/day"), costly=True),
    "searches_from": Rate("searches", parse_many("1200/minute")),
    "sign_ins": Rate("attempts to sign in", parse_many("60/minute; 600/hour")),
}


async def count(what: str, whose: object) -> None:
    """Count that they do it, by the name of the rate. whose: a user's id, or an address.

    Raises Busy when they have done it too often; the sentence says when it is possible again.
    """
    if not settings().rate_limits:
        return
    rate, counts = RATES[what], limiter()
    try:
        for window in rate.windows:
            if not await counts.hit(window, what, str(whose)):
                log.warning("too_often", what=what, whose=str(whose))
                raise await _too_often(rate, window, what, whose)
    except StorageError as error:
        log.warning("not_counted", what=what)
        if rate.costly:
            raise Busy(UNCOUNTED, minutes=1) from error


async def count_address(what: str, address: str) -> None:
    """Count that this address does it; one of this machine is whoever a proxy serves, so nobody.

    Raises Busy.
    """
    if address and address not in LOOPBACK:
        await count(what, address)


async def _too_often(rate: Rate, window: RateLimitItem, what: str, whose: object) -> Busy:
    reset = (await limiter().get_window_stats(window, what, str(whose))).reset_time
    seconds = max(1, ceil(reset - time.time()))
    minutes = ceil(seconds / 60)
    wait = f"{seconds} seconds" if seconds < 100 else f"{minutes} minutes"
    return Busy(
        f"There were too many {rate.what} in a short time. Nothing is lost; try again in {wait}.",
        minutes=minutes,
        seconds=seconds,
    )


@lru_cache(maxsize=1)
def limiter() -> SlidingWindowCounterRateLimiter:
    """What counts for this process."""
    client = redis()
    if client is None:
        return SlidingWindowCounterRateLimiter(MemoryStorage())
    storage = RedisStorage(
        "async+redis://",  # the pool knows where
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="rate",
        connection_pool=client.connection_pool,  # type: ignore[arg-type]  # as its docs say
    )
    return SlidingWindowCounterRateLimiter(storage)
