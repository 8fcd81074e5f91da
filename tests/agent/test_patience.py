"""Many waits by one timer."""

import asyncio
from contextlib import closing
from unittest.mock import ANY

import pytest

from assistant.agent.patience import Patience

LONG = 60.0
SHORT = 0.01


async def said(words: str, after: float = 0) -> str:
    await asyncio.sleep(after)
    return words


async def test_what_comes_in_time_is_handed_on() -> None:
    with closing(Patience()) as patience:
        assert [await patience.wait(said(each), LONG) for each in "abc"] == ["a", "b", "c"]
        assert not patience.is_over


async def test_what_takes_longer_is_cancelled_and_the_task_goes_on() -> None:
    work = asyncio.ensure_future(asyncio.Event().wait())
    with closing(Patience()) as patience:
        with pytest.raises(TimeoutError):
            await patience.wait(work, SHORT)
        assert patience.is_over
        assert work.cancelled()
        assert await patience.wait(said("and so on", SHORT), LONG) == "and so on"
        assert not patience.is_over


async def test_a_moment_that_has_passed_leaves_no_time() -> None:
    with closing(Patience()) as patience, pytest.raises(TimeoutError):
        await patience.wait_until(asyncio.Event().wait(), -1.0)


async def test_an_error_of_the_work_is_its_own() -> None:
    async def fails() -> None:
        raise TimeoutError("its own")

    with closing(Patience()) as patience:
        with pytest.raises(TimeoutError, match="its own"):
            await patience.wait(fails(), LONG)
        assert not patience.is_over


async def test_a_longer_wait_after_a_shorter_one_is_not_ended_by_its_timer() -> None:
    with closing(Patience()) as patience:
        assert await patience.wait(said("soon"), SHORT) == "soon"
        assert await patience.wait(said("later", 5 * SHORT), LONG) == "later"


async def test_a_shorter_wait_after_a_longer_one_ends_in_its_own_time() -> None:
    with closing(Patience()) as patience:
        assert await patience.wait(said("soon"), LONG) == "soon"
        with pytest.raises(TimeoutError):
            await patience.wait(asyncio.Event().wait(), SHORT)


async def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    with closing(Patience()) as patience:
        task = asyncio.ensure_future(patience.wait(asyncio.Event().wait(), LONG))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_of_two_within_each_other_the_one_whose_time_is_up_says_so() -> None:
    with closing(Patience()) as outer, closing(Patience()) as inner:
        with pytest.raises(TimeoutError):
            await outer.wait(inner.wait(asyncio.Event().wait(), LONG), SHORT)
        assert (outer.is_over, inner.is_over) == (True, False)
        with pytest.raises(TimeoutError):
            await outer.wait(inner.wait(asyncio.Event().wait(), SHORT), LONG)
        assert (outer.is_over, inner.is_over) == (False, True)


async def test_many_waits_set_one_timer(monkeypatch) -> None:
    clock, timers = asyncio.get_running_loop(), []
    real = clock.call_at

    def counted(*given, **context):
        timers.append(given)
        return real(*given, **context)

    with closing(Patience()) as patience:
        monkeypatch.setattr(clock, "call_at", counted)
        for _ in range(100):
            await patience.wait(asyncio.sleep(0), LONG)
    assert timers == [(ANY, patience._ring)]


async def test_a_closed_one_leaves_no_timer_behind() -> None:
    with closing(Patience()) as patience:
        await patience.wait(said("soon"), LONG)
        assert patience._timer is not None
        timer = patience._timer
    assert timer.cancelled()


async def test_who_ends_with_an_error_of_its_own_leaves_no_cancellation_behind() -> None:
    async def works() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise RuntimeError("as it was put away") from error

    with closing(Patience()) as patience, pytest.raises(RuntimeError):
        await patience.wait(works(), SHORT)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
