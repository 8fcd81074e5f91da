"""How often the vendors' streams are read: at beats that all of them have in common.

A model writes one small packet for each token. Waking for each costs more than all the rest of the
work with it; a reader's eye does not tell them apart. Those who are read at the same beat wake the
process once; what comes between beats waits in the system's buffer and wakes nobody. When many
flow, each is read more seldom: words then come a little later, and not later and later.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import ClassVar, cast

import aiohttp
import httpx2

EAGER_CHUNKS = 4  # the first words are not to wait
BEAT_SECONDS = 0.04
CROWD = 30  # more are read at every second beat
STREAMS_FOR_A_BEAT = 57  # of more than three times as many, each rests so much longer
EARLY = 0.1  # of a beat, by which a timer may ring too soon

_resting: dict[tuple[asyncio.AbstractEventLoop, int], list[asyncio.Future[None]]] = {}


class Unhurried(httpx2.AsyncByteStream):
    """A response body that is read at the pace of all that flow, once it flows.

    response: where it comes from, whose connection is left alone between two looks.
    """

    _flowing: ClassVar[set[int]] = set()

    def __init__(self, stream: object, response: aiohttp.ClientResponse | None = None) -> None:
        self._stream = cast("httpx2.AsyncByteStream", stream)
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body's chunks, later ones larger."""
        chunks = 0
        self._flowing.add(id(self))
        try:
            async for chunk in self._stream:
                yield chunk
                chunks += 1
                if chunks > EAGER_CHUNKS:
                    with _held(self._response):
                        await rest(beats(len(self._flowing)))
        finally:
            self._flowing.discard(id(self))

    async def aclose(self) -> None:
        """Close the connection's response. Whoever read it may not have come to its end."""
        self._flowing.discard(id(self))
        await self._stream.aclose()


@contextmanager
def _held(response: aiohttp.ClientResponse | None) -> Iterator[None]:
    """Leave with the system what comes meanwhile. A line that is not read just now stays so."""
    line = response.connection if response is not None else None  # None once all has come
    transport = line.transport if line is not None else None
    if transport is None or not transport.is_reading():
        yield
        return
    transport.pause_reading()
    try:
        yield
    finally:
        transport.resume_reading()


def beats(streams: int) -> int:
    """How many beats lie between two looks at each of so many streams."""
    return max(2 if streams > CROWD else 1, streams // STREAMS_FOR_A_BEAT)


async def rest(beats: int) -> None:
    """Wait for this beat from now on, at most so many times BEAT_SECONDS."""
    loop = asyncio.get_running_loop()
    beat = int(loop.time() / BEAT_SECONDS + EARLY) + beats
    if (others := _resting.get((loop, beat))) is None:
        others = _resting[loop, beat] = []
        loop.call_at(beat * BEAT_SECONDS, _go_on, loop, beat)
    mine: asyncio.Future[None] = loop.create_future()
    others.append(mine)
    await mine


def _go_on(loop: asyncio.AbstractEventLoop, beat: int) -> None:
    for each in _resting.pop((loop, beat)):
        if not each.done():
            each.set_result(None)
