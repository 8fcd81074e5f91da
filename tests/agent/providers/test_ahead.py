"""A stream is read by a task of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from assistant.agent.providers import ahead as ahead_module
from assistant.agent.providers.ahead import Ahead

REST = None


class Stream:
    """Items that come at once, with rests between them; an exception is raised."""

    def __init__(self, *items: int | Exception | None) -> None:
        self._items = items
        self.goes_on = asyncio.Event()
        self.closed = False

    async def items(self) -> AsyncGenerator[int, None]:
        try:
            for item in self._items:
                if item is REST:
                    await self.goes_on.wait()
                elif isinstance(item, Exception):
                    raise item
                else:
                    yield item
        finally:
            await asyncio.sleep(0)
            self.closed = True


async def test_what_comes_together_is_taken_together_and_nothing_waits_for_more() -> None:
    stream = Stream(1, 2, 3, REST, 4, 5)
    async with aclosing(Ahead(stream.items())) as ahead:
        assert await ahead.some() == [1, 2, 3]
        stream.goes_on.set()
        assert await ahead.some() == [4, 5]
        assert await ahead.some() == []
        assert await ahead.some() == []
    assert stream.closed


async def test_what_came_while_its_reader_was_busy_is_there() -> None:
    async with aclosing(Ahead(Stream(1, 2).items())) as ahead:
        await asyncio.sleep(0.01)
        assert await ahead.some() == [1, 2]
        assert await ahead.some() == []


@pytest.mark.parametrize("pause", [0, 0.01])
async def test_what_came_before_an_error_is_taken_first(pause: float) -> None:
    async with aclosing(Ahead(Stream(1, 2, KeyError("a")).items())) as ahead:
        await asyncio.sleep(pause)
        assert await ahead.some() == [1, 2]
        with pytest.raises(KeyError, match="a"):
            await ahead.some()


async def test_closing_closes_what_is_read() -> None:
    stream = Stream(1, REST)
    ahead = Ahead(stream.items())
    assert await ahead.some() == [1]
    await ahead.aclose()
    assert stream.closed


async def test_who_is_cancelled_while_waiting_leaves_nothing_open() -> None:
    stream = Stream(REST)

    async def reads() -> None:
        async with aclosing(Ahead(stream.items())) as ahead:
            await ahead.some()

    task = asyncio.ensure_future(reads())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stream.closed


async def test_an_error_behind_what_was_wanted_is_not_raised() -> None:
    ahead = Ahead(Stream(1, KeyError("a")).items())
    assert await ahead.some() == [1]
    await ahead.aclose()


async def test_no_more_lies_there_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead_module, "AT_MOST", 2)
    stream = Stream(*range(5))
    async with aclosing(Ahead(stream.items())) as ahead:
        await asyncio.sleep(0.01)
        assert [await ahead.some() for _ in range(4)] == [[0, 1], [2, 3], [4], []]
