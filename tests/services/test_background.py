"""Work that goes on after its caller has returned."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from assistant.errors import DatabaseAway
from assistant.services import background
from assistant.services.background import again, spawn


@pytest.fixture
def only_new_garbage() -> Iterator[None]:
    """The collector passes over all that is there already: to look through it takes seconds."""
    gc.freeze()
    yield
    gc.unfreeze()


async def test_work_that_nobody_holds_is_not_forgotten(only_new_garbage):
    waits, ended = [], asyncio.Event()

    async def work() -> None:
        future = asyncio.get_running_loop().create_future()
        waits.append(weakref.ref(future))  # so the loop knows of neither the work nor its future
        await future
        ended.set()

    spawn(work())
    await asyncio.sleep(0)
    gc.collect()
    future = waits[0]()
    assert future is not None
    future.set_result(None)
    await asyncio.wait_for(ended.wait(), 20)


async def test_work_that_has_ended_is_let_go():
    async def work() -> str:
        return "done"

    task = spawn(work())
    assert task in background._tasks
    assert await task == "done"
    await asyncio.sleep(0)
    assert task not in background._tasks


async def test_what_work_raises_is_logged_by_its_name():
    async def breaks() -> None:
        raise RuntimeError("broken")

    with capture_logs() as logs:
        await asyncio.gather(spawn(breaks()), return_exceptions=True)
        await asyncio.sleep(0)
    (entry,) = logs
    assert entry["event"] == "background_work_failed"
    assert entry["work"].endswith("breaks")
    assert str(entry["exc_info"]) == "broken"


async def test_work_that_is_cancelled_is_no_failure():
    with capture_logs() as logs:
        task = spawn(asyncio.sleep(1_000))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
    assert (logs, task in background._tasks) == ([], False)


async def test_a_chore_goes_on_whatever_happens():
    done, failures = asyncio.Event(), [DatabaseAway(), RuntimeError("broken")]

    async def work() -> None:
        if failures:
            raise failures.pop(0)
        done.set()

    with capture_logs() as logs:
        chore = spawn(again(work, 0))
        await asyncio.wait_for(done.wait(), 20)
        chore.cancel()
        await asyncio.gather(chore, return_exceptions=True)
    assert [entry["event"] for entry in logs] == ["chore_waits", "chore_failed"]
