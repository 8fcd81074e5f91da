"""Work that goes on after its caller has returned, and waiting for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from assistant.errors import DatabaseAway

log = structlog.get_logger()
_tasks: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Run it as a task that is held until its end; what it raises is logged."""
    task = asyncio.create_task(work, name=getattr(work, "__qualname__", ""))
    _tasks.add(task)
    task.add_done_callback(_ended)
    return task


async def again(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do it again and again, whatever happens, with so much rest between."""
    while True:
        try:
            await work()
        except DatabaseAway:
            log.warning("chore_waits")
        except Exception:  # one bad row must not end the chore
            log.exception("chore_failed")
        await asyncio.sleep(seconds)


def _ended(task: asyncio.Task[Any]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("background_work_failed", work=task.get_name(), exc_info=error)


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for the event, so long at most; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
