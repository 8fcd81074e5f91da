"""What the machines of rules have in common: steps that are taken in the loop of the test."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import asyncpg
from hypothesis.stateful import RuleBasedStateMachine


class Stepping(RuleBasedStateMachine):
    """loop: the test's, which runs in another thread. db: the administrator's URL."""

    _admin: asyncpg.Connection

    def __init__(self, loop: asyncio.AbstractEventLoop, db: str) -> None:
        super().__init__()
        self.loop, self.db = loop, db

    def do(self, work: Awaitable[Any]) -> Any:
        """Do it in the loop of the test; what it raises is raised."""

        async def bounded() -> Any:
            async with asyncio.timeout(60):
                return await work

        return asyncio.run_coroutine_threadsafe(bounded(), self.loop).result()

    def admin(self, sql: str, *values: object) -> list[Any]:
        """The rows that the administrator sees."""
        return self.do(self._admin.fetch(sql, *values))
