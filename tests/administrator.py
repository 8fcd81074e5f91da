"""The database's administrator, who is bound by no policy: what tests look at, and arrange."""

from typing import Any

import asyncpg

# A new connection costs thirty times what it is asked for here, so they are kept.
_pools: dict[str, asyncpg.Pool] = {}


async def rows(admin_url: str, sql: str, *values: object) -> list[dict[str, Any]]:
    """What the administrator reads, or changes and reads; one transaction."""
    return [dict(row) for row in await (await _pool(admin_url)).fetch(sql, *values)]


async def _pool(admin_url: str) -> asyncpg.Pool:
    """Nothing stays prepared in its connections, because some tests change the tables."""
    if admin_url not in _pools:
        options = {"min_size": 0, "max_size": 8, "statement_cache_size": 0}
        _pools[admin_url] = asyncpg.create_pool(admin_url, **options)
    return await _pools[admin_url]


async def leave() -> None:
    """Close the connections to every database."""
    while _pools:
        await _pools.popitem()[1].close()
