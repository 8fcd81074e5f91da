"""Many waits of one task, one after the other, each with its own end, by a single timer.

`asyncio.timeout` sets a timer for each wait and takes it away again. For a stream that brings a
token every few milliseconds that costs more than reading it. Here the timer of an earlier wait is
left, and when it rings too early it is set anew.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Patience:
    """Waits that end in time. `close` it when no more are to come.

    is_over: whether it was this that ended the last wait.
    """

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[Any] | None = None
        self._due = 0.0
        self.is_over = False

    def wait(self, work: Awaitable[Result], seconds: float) -> Awaitable[Result]:
        """What the work brings. Raises TimeoutError when it takes longer, and cancels it then."""
        return self.wait_until(work, self._clock.time() + seconds)

    async def wait_until(self, work: Awaitable[Result], due: float) -> Result:
        """As `wait`, until a moment of the loop's clock."""
        task = asyncio.current_task(self._clock)
        assert task is not None  # noqa: S101  (only a task can wait)
        cancelled_before = task.cancelling()
        self._due, self.is_over = due, False
        if self._timer is None or self._timer.when() > due:
            self._set()
        self._waiting = task
        try:
            return await work
        except asyncio.CancelledError as error:
            if self.is_over and task.cancelling() <= cancelled_before + 1:
                raise TimeoutError from error
            raise
        finally:
            self._waiting = None
            if self.is_over:
                task.uncancel()

    def close(self) -> None:
        """Take the timer away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self) -> None:
        self.close()
        self._timer = self._clock.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._clock.time() < self._due:
            self._set()
        else:
            self.is_over = True
            self._waiting.cancel()
