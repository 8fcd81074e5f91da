"""How often the vendors' streams are read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx2
import pytest

from assistant.agent.providers import unhurried
from assistant.agent.providers.unhurried import (
    BEAT_SECONDS,
    CROWD,
    EAGER_CHUNKS,
    EARLY,
    Unhurried,
    beats,
    rest,
)


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that other tests have left to a loop that is gone are not counted."""
    monkeypatch.setattr(Unhurried, "_flowing", set())
    monkeypatch.setattr(unhurried, "_resting", {})


class Body(httpx2.AsyncByteStream):
    """A response without end."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"."

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("streams", "wanted"), [(1, 1), (50, 2), (200, 3)])
async def test_a_body_is_read_at_a_pace_and_more_seldom_in_a_crowd(
    monkeypatch: pytest.MonkeyPatch, streams: int, wanted: int
) -> None:
    rests: list[int] = []

    async def resting(beats: int) -> None:
        rests.append(beats)

    monkeypatch.setattr(unhurried, "rest", resting)
    bodies = [aiter(Unhurried(Body())) for _ in range(streams)]
    for body in bodies:
        await anext(body)
    async with aclosing(bodies[0]) as first:  # type: ignore[type-var]
        for _ in range(EAGER_CHUNKS + 1):
            assert not rests
            await anext(first)
    for body in bodies[1:]:
        await body.aclose()  # type: ignore[attr-defined]
    assert rests == [wanted]
    assert not Unhurried._flowing


async def test_one_that_is_closed_flows_no_more_even_if_its_reader_keeps_it() -> None:
    body = Body()
    stream = Unhurried(body)
    reader = aiter(stream)
    await anext(reader)
    assert len(Unhurried._flowing) == 1
    await stream.aclose()
    assert body.closed
    assert not Unhurried._flowing
    await reader.aclose()  # type: ignore[attr-defined]


def test_few_are_not_slowed_and_a_crowd_wakes_the_process_no_oftener_than_it_can_bear() -> None:
    assert {beats(streams) for streams in range(CROWD + 1)} == {1}
    assert beats(CROWD + 1) == 2
    assert all(streams / beats(streams) < 100 for streams in range(1_000))


async def test_who_rests_goes_on_at_a_beat_and_with_all_others_at_once() -> None:
    resting = [asyncio.ensure_future(rest(2)) for _ in range(50)]
    await asyncio.sleep(0)
    assert len(unhurried._resting) <= 2  # a beat may have passed between two of them
    assert sum(map(len, unhurried._resting.values())) == 50
    last = max(beat for _, beat in unhurried._resting)
    await asyncio.gather(*resting)
    assert asyncio.get_running_loop().time() / BEAT_SECONDS > last - EARLY
    assert not unhurried._resting


async def test_one_that_is_cancelled_leaves_the_others_their_beat() -> None:
    leaves, stays = (asyncio.ensure_future(rest(1)) for _ in range(2))
    await asyncio.sleep(0)
    leaves.cancel()
    await stays
    assert leaves.cancelled()
    assert not unhurried._resting
