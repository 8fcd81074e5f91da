"""Reads a stream in a task of its own, so that what comes with one packet is taken at once.

Who awaits an event must be woken for each, and so must all who stand between. The task is woken
once for a packet, goes through what is in it without a rest, and only then is its reader's turn.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

AT_MOST = 1_000  # lie here untaken; then the task waits, and with it the vendor

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """Reads `items` from now on. `aclose` it, however it ends: that closes them."""

    def __init__(self, items: AsyncGenerator[Item, None]) -> None:
        self._clock = asyncio.get_running_loop()
        self._come: list[Item] = []
        self._waiting: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._task = self._clock.create_task(self._read(items))
        self._task.add_done_callback(lambda _: self._tell())

    async def _read(self, items: AsyncGenerator[Item, None]) -> None:
        async with aclosing(items):
            async for item in items:
                self._come.append(item)
                if self._waiting is not None:
                    self._tell()
                if len(self._come) >= AT_MOST:
                    self._room = self._clock.create_future()
                    await self._room

    def _tell(self) -> None:
        """It is the reader's turn, as soon as the task rests."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._waiting = None

    async def some(self) -> list[Item]:
        """What has come since the last time, at least one; none at the end.

        Raises what the items raise, once all that came before it was taken.
        """
        if not self._come and not self._task.done():
            self._waiting = self._clock.create_future()
            await self._waiting
        if come := self._come:
            self._come = []
            if self._room is not None and not self._room.done():
                self._room.set_result(None)
            return come
        self._task.result()
        return []

    async def aclose(self) -> None:
        """Read no further. What goes wrong with what nobody wants any more is nobody's affair."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
