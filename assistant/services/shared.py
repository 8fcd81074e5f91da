"""What the processes of one installation share: Redis, where REDIS_URL is set."""

from functools import lru_cache
from uuid import uuid4

from redis.asyncio import Redis

from assistant.config import settings

PROCESS = uuid4().hex  # names this process in leases and notices


@lru_cache(maxsize=1)
def redis() -> Redis | None:
    """The Redis client of this process, or None where it is the only one."""
    url = settings().redis_url.get_secret_value()
    if not url:
        return None
    return Redis.from_url(
        url, max_connections=500, socket_connect_timeout=2, health_check_interval=15
    )
