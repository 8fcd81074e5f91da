"""What may wait while answers are being prepared here, so that their first words need not.

A list in the sidebar is read anew at each turn's beginning, end and title; with a hundred people
that is most of a process's work just when their first words are due.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from assistant.services.background import within

AT_MOST_SECONDS = 3.0
AT_ONCE = 3  # of those that have waited: an answer that begins meanwhile has few before it

_preparing: set["Preparation"] = set()
_calm = asyncio.Event()
_calm.set()
_places = asyncio.Semaphore(AT_ONCE)


class Preparation:
    """An answer on its way from being asked for to its request to a model: till it is `over`."""

    def __init__(self) -> None:
        _preparing.add(self)
        _calm.clear()

    def over(self) -> None:
        """The request leaves, or there will be none. Said again, it changes nothing."""
        _preparing.discard(self)
        if not _preparing:
            _calm.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.over()


async def calm() -> None:
    """Wait until no answer is being prepared here, but not for long."""
    if _preparing:
        await within(AT_MOST_SECONDS, _calm)


@asynccontextmanager
async def aside() -> AsyncIterator[None]:
    """Work that gives way: it begins when no answer is being prepared, or has waited long enough.

    Where there is much of it, a little is done at a time.
    """
    clock = asyncio.get_running_loop()
    deadline = clock.time() + AT_MOST_SECONDS
    async with _places:
        if _preparing and (left := deadline - clock.time()) > 0:
            await within(left, _calm)
        yield
