"""Time limits on a stream."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from assistant.agent.deadlines import timed
from assistant.agent.types import ModelEvent, TextDelta, ThinkingDelta
from assistant.errors import ProviderUnavailable

LONG = 60.0


class Source:
    """A stream that says its events and then, if asked to, nothing more."""

    def __init__(self, *events: ModelEvent, silent: bool = False) -> None:
        self.events = events
        self.silent = silent
        self.closed = False

    async def stream(self) -> AsyncGenerator[ModelEvent, None]:
        try:
            for event in self.events:
                yield event
            if self.silent:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_events_pass_unchanged() -> None:
    source = Source(ThinkingDelta(""), TextDelta("a"), TextDelta("b"))
    assert [event async for event in timed(source.stream(), LONG, LONG)] == list(source.events)
    assert source.closed


async def test_a_stream_that_never_begins_is_unavailable() -> None:
    source = Source(silent=True)
    with pytest.raises(ProviderUnavailable, match="begin"):
        await anext(timed(source.stream(), 0.01, LONG))
    assert source.closed


async def test_a_stream_that_falls_silent_is_unavailable() -> None:
    source = Source(ThinkingDelta(""), silent=True)
    stream = timed(source.stream(), LONG, 0.01)
    assert await anext(stream) == ThinkingDelta("")
    with pytest.raises(ProviderUnavailable, match="silent"):
        await anext(stream)
    assert source.closed


async def test_closing_closes_the_inner_stream() -> None:
    source = Source(TextDelta("a"), silent=True)
    stream = timed(source.stream(), LONG, LONG)
    await anext(stream)
    await stream.aclose()
    assert source.closed
