"""What may wait while answers are being prepared."""

import asyncio

import pytest

from assistant.services import crowd
from assistant.services.crowd import Preparation, aside, calm


async def chore(done, name):
    async with aside():
        done.append(name)


async def settled():
    """All that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_may_wait_begins_at_once_where_nothing_is_being_prepared():
    done = []
    async with asyncio.timeout(1):
        await calm()
        await chore(done, "a")
    assert done == ["a"]


async def test_it_begins_when_the_last_answer_is_on_its_way():
    done, one, other = [], Preparation(), Preparation()
    waiting = [asyncio.create_task(chore(done, name)) for name in "abcde"]
    title = asyncio.create_task(calm())
    await settled()
    one.over()
    one.over()
    await settled()
    assert (done, title.done()) == ([], False)
    other.over()
    async with asyncio.timeout(1):
        await asyncio.gather(*waiting, title)
    assert done == list("abcde")


async def test_an_answer_that_is_not_begun_after_all_holds_nothing_up():
    with pytest.raises(ValueError, match="no"), Preparation():
        raise ValueError("no")
    async with asyncio.timeout(1):
        await calm()


async def test_nobody_waits_for_long(monkeypatch):
    monkeypatch.setattr(crowd, "AT_MOST_SECONDS", 0.01)
    done = []
    with Preparation():
        async with asyncio.timeout(5):
            await calm()
            await asyncio.gather(*(chore(done, number) for number in range(10)))
    assert done == list(range(10))


async def test_a_few_at_a_time_are_done_of_what_has_waited():
    at_work, most = 0, 0

    async def work():
        nonlocal at_work, most
        async with aside():
            at_work += 1
            most = max(most, at_work)
            await settled()
            at_work -= 1

    with Preparation():
        waiting = [asyncio.create_task(work()) for _ in range(10)]
        await settled()
        assert most == 0
    await asyncio.gather(*waiting)
    assert most == crowd.AT_ONCE
