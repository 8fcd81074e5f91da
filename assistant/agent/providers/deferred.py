"""A model whose vendor's SDK is there once it is needed.

An SDK is 15 to 50 MB and half a second of work, and who stands behind the first vendor may never
be asked.
"""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from assistant.agent.types import ModelEvent, Provider, Request


@dataclass(slots=True, eq=False)
class Deferred:
    """A Provider that `make` makes when it is first asked, in a thread beside the event loop."""

    name: str
    model: str
    make: Callable[[], Provider] = field(repr=False)
    _made: Provider | None = field(default=None, repr=False)

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`."""
        return self._first(request) if self._made is None else self._made.stream(request)

    async def _first(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        self._made = await asyncio.to_thread(self._make)
        async with aclosing(self._made.stream(request)) as events:
            async for event in events:
                yield event

    def _make(self) -> Provider:
        made = self.make()
        gc.freeze()  # an SDK stays for good: each full collection would stop every stream for it
        return made
