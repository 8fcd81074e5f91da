"""Who is in a hurry is held back, alone, until a time that the sentence says."""

import asyncio
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from limits import parse_many

from assistant.config import settings
from assistant.errors import Busy
from assistant.services import rate_limits, turns
from tests.services.talk import wish


@pytest.fixture
def ann() -> str:
    return f"ann {uuid4()}"


@pytest.fixture
def ben() -> str:
    return f"ben {uuid4()}"


@pytest.fixture
def thrice(db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each thing may be done three times in an hour."""
    monkeypatch.setenv("RATE_LIMITS", "true")
    for rate in rate_limits.RATES.values():
        monkeypatch.setattr(rate, "windows", parse_many("3/hour"))
    forget()
    yield
    monkeypatch.undo()
    forget()


@pytest.fixture(params=["here", "shared"])
def counted(request: pytest.FixtureRequest, thrice: None) -> None:
    """In this process, and in a Valkey server that the processes share."""
    if request.param == "shared":
        request.getfixturevalue("valkey")
        rate_limits.limiter.cache_clear()


def forget() -> None:
    settings.cache_clear()
    rate_limits.limiter.cache_clear()


async def tries(what: str, whose: str, times: int) -> list[Busy | None]:
    """What came of doing it so many times at once."""
    done = [rate_limits.count(what, whose) for _ in range(times)]
    return await asyncio.gather(*done, return_exceptions=True)


async def test_of_ten_at_once_as_many_pass_as_may(counted, ann):
    refused = [each for each in await tries("uploads", ann, 10) if each]
    assert len(refused) == 7
    assert all(isinstance(each, Busy) for each in refused)


async def test_the_sentence_says_when_it_is_possible_again(counted, ann):
    (refused,) = [each for each in await tries("uploads", ann, 4) if each]
    told = re.search(r"try again in (\d+) (minutes|seconds)", str(refused))
    assert told
    assert 0 < refused.minutes <= 60
    assert 0 <= refused.minutes * 60 - refused.seconds < 60


async def test_one_who_hurries_holds_up_nobody_else_and_nothing_else(counted, ann, ben):
    await tries("uploads", ann, 10)
    assert await tries("uploads", ben, 3) == [None] * 3
    assert await tries("searches", ann, 3) == [None] * 3


async def test_what_costs_waits_for_a_count_and_the_rest_does_not(
    thrice, valkey, valkey_server, ann
):
    rate_limits.limiter.cache_clear()
    await tries("uploads", ann, 1)
    valkey_server.terminate()
    try:
        (costly,), (cheap,) = [await tries(what, ann, 1) for what in ("uploads", "searches")]
    finally:
        valkey_server.start()
    assert isinstance(costly, Busy)
    assert cheap is None


async def test_an_operator_can_leave_it_to_others(thrice, monkeypatch, ann):
    monkeypatch.setenv("RATE_LIMITS", "false")
    forget()
    assert await tries("uploads", ann, 10) == [None] * 10


async def test_messages_that_come_too_often_begin_nothing(thrice, alice, demo):
    for _ in range(3):
        await turns.send(alice.id, None, "Hello", wish())
    with pytest.raises(Busy, match="Nothing is lost; try again in"):
        await turns.send(alice.id, None, "Hello", wish())
