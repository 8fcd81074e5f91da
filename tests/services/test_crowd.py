"""What may wait while a crowd is being answered."""

import asyncio

import pytest

from assistant.services import crowd


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were waited, none of which pass."""
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return waited


@pytest.mark.parametrize(
    ("turns", "seconds"), [(0, []), (20, []), (21, [0.02]), (70, [1.0]), (120, [2.0]), (900, [2.0])]
)
async def test_what_may_wait_does_so_the_longer_the_more_turns_run(
    waits, monkeypatch, turns, seconds
):
    monkeypatch.setattr(crowd, "running_here", lambda: turns)
    await crowd.give_way()
    assert waits == pytest.approx(seconds)
