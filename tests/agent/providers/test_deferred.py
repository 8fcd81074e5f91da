"""A vendor's SDK is imported when its model is first asked, and nobody else waits for it."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from assistant.agent.providers.deferred import Deferred
from assistant.agent.types import Provider
from tests.agent.streams import HANG, Scripts, all_of, asked, says, words


async def test_it_is_made_when_it_is_first_asked_and_once() -> None:
    made: list[Scripts] = []

    def make() -> Provider:
        made.append(Scripts(says("Hi.")))
        return made[-1]

    deferred = Deferred("one", "one-model", make)
    assert not made
    assert await all_of(deferred.stream(asked())) == says("Hi.")
    assert await all_of(deferred.stream(asked())) == says("Hi.")
    assert len(made) == 1
    assert len(made[0].requests) == 2


async def test_the_event_loop_goes_on_while_it_is_made() -> None:
    goes_on = threading.Event()

    def make() -> Provider:
        assert goes_on.wait(30)  # a loop that waits for this cannot set it
        return Scripts(says("Hi."))

    answer = asyncio.ensure_future(all_of(Deferred("one", "one-model", make).stream(asked())))
    await asyncio.sleep(0.01)
    assert not answer.done()
    goes_on.set()
    assert await answer == says("Hi.")


async def test_what_fails_in_the_making_is_tried_again() -> None:
    made: list[object] = [ImportError("no SDK"), Scripts(says("Hi."))]

    def make() -> Provider:
        if isinstance(first := made.pop(0), Exception):
            raise first
        assert isinstance(first, Scripts)
        return first

    deferred = Deferred("one", "one-model", make)
    with pytest.raises(ImportError, match="no SDK"):
        await all_of(deferred.stream(asked()))
    assert await all_of(deferred.stream(asked())) == says("Hi.")


async def test_closing_the_first_stream_closes_the_vendors() -> None:
    scripts = Scripts([*words("a"), HANG])
    stream = Deferred("one", "one-model", lambda: scripts).stream(asked())
    async with aclosing(stream):
        await anext(stream)
        assert scripts.open == 1
    assert scripts.open == 0


def test_its_key_is_not_shown() -> None:
    key = "secret"
    assert "secret" not in repr(Deferred("one", "m", lambda: Scripts(says(key))))
