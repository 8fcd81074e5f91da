"""How long the event loop's thread works at a stretch, and how much memory the process holds."""

import asyncio
import time
from types import TracebackType
from typing import Self

import psutil

LOOK_SECONDS = 0.002
MEGABYTE = 1_000_000


class LoopWatch:
    """Watches while a block runs, each time that one does.

    longest: ms of CPU in which the loop served nobody else, over all blocks. CPU is counted, so
    that other programs do not show. more: MB beyond what was held when the last block began.
    """

    def __init__(self) -> None:
        self.longest = self.more = 0.0
        self._process = psutil.Process()

    async def __aenter__(self) -> Self:
        self.more, self._began = 0.0, self._memory()
        self._looking = asyncio.create_task(self._look())
        await asyncio.sleep(LOOK_SECONDS)
        return self

    def _memory(self) -> float:
        held: int = self._process.memory_info().rss
        return held / MEGABYTE

    async def _look(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.longest = max(self.longest, (time.thread_time() - before) * 1000)
            self.more = max(self.more, self._memory() - self._began)
            before = time.thread_time()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._looking.cancel()
