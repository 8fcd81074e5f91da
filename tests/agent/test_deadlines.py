"""Time limits on a stream."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from assistant.agent.deadlines import Limits, timed
from assistant.agent.types import (
    Alive,
    ModelEvent,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    VendorSearch,
)
from assistant.errors import ProviderUnavailable

LONG = 60.0
SHORT = 0.01


class Source:
    """A stream that says its events and then, if asked to, nothing more."""

    def __init__(self, *events: ModelEvent, silent: bool = False, gap: float = 0) -> None:
        self.events = events
        self.gap = gap
        self.silent = silent
        self.closed = False

    async def stream(self) -> AsyncGenerator[ModelEvent, None]:
        try:
            for event in self.events:
                yield event
                await asyncio.sleep(self.gap)
            if self.silent:
                await asyncio.Event().wait()
        finally:
            self.closed = True


def within(
    source: Source,
    *,
    first: float = LONG,
    thinking: float = LONG,
    idle: float = LONG,
    thinks: bool = True,
) -> AsyncGenerator[ModelEvent, None]:
    return timed(source.stream(), Limits(first, thinking, idle), thinks=thinks)


async def test_events_pass_unchanged() -> None:
    source = Source(ThinkingDelta(""), TextDelta("a"), TextDelta("b"))
    assert [event async for event in within(source)] == list(source.events)
    assert source.closed


async def test_a_stream_that_never_begins_is_unavailable() -> None:
    source = Source(silent=True)
    with pytest.raises(ProviderUnavailable, match="begin"):
        await anext(within(source, first=SHORT))
    assert source.closed


async def test_a_stream_that_falls_silent_is_unavailable() -> None:
    source = Source(TextDelta("a"), silent=True)
    stream = within(source, idle=SHORT)
    assert await anext(stream) == TextDelta("a")
    with pytest.raises(ProviderUnavailable, match="silent"):
        await anext(stream)
    assert source.closed


async def test_closing_closes_the_inner_stream() -> None:
    source = Source(TextDelta("a"), silent=True)
    stream = within(source)
    await anext(stream)
    await stream.aclose()
    assert source.closed


async def test_a_sign_of_life_begins_the_silence_anew() -> None:
    source = Source(TextDelta("a"), *[Alive()] * 8, TextDelta("b"), gap=0.1)
    assert [event async for event in within(source, idle=0.5)] == list(source.events)


async def test_who_only_thinks_may_be_silent_for_longer() -> None:
    source = Source(ThinkingDelta(""), Alive(), ThinkingDelta("Hm"), gap=5 * SHORT)
    stream = within(source, first=SHORT, idle=SHORT)
    assert [event async for event in stream] == list(source.events)


async def test_thought_without_a_sign_of_life_is_given_up_too() -> None:
    for event in (Alive(), ThinkingDelta("")):
        stream = within(Source(event, silent=True), thinking=SHORT)
        assert await anext(stream) == event
        with pytest.raises(ProviderUnavailable, match="thought"):
            await anext(stream)


async def test_thinking_again_in_mid_answer_is_thinking() -> None:
    stream = within(Source(TextDelta("a"), ThinkingDelta(""), silent=True), thinking=SHORT)
    assert [await anext(stream), await anext(stream)] == [TextDelta("a"), ThinkingDelta("")]
    with pytest.raises(ProviderUnavailable, match="thought"):
        await anext(stream)


async def test_a_model_that_does_not_think_has_to_begin() -> None:
    stream = within(Source(Alive(), silent=True), first=0.2, idle=LONG, thinks=False)
    assert await anext(stream) == Alive()
    with pytest.raises(ProviderUnavailable, match="begin"):
        await anext(stream)


async def test_a_search_may_take_as_long_as_thought() -> None:
    begun = VendorSearch(ToolCall("s", "web_search", {}))
    silent = Source(TextDelta("a"), begun, silent=True)
    with pytest.raises(ProviderUnavailable):
        [event async for event in within(silent, idle=LONG, thinking=SHORT)]
