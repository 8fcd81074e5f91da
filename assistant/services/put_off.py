"""What has failed is tried again after a while: those whose time has come since are not held up."""

import time
from collections.abc import Callable
from uuid import UUID

SECONDS = 60.0


class PutOff:
    """Rows that this process lets be for a minute. now: seconds of a clock that runs evenly."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[UUID, float] = {}

    def add(self, row_id: UUID) -> None:
        """Let this one be from now on."""
        self._until[row_id] = self._now() + SECONDS

    @property
    def ids(self) -> list[UUID]:
        """Those whose minute is not over; the others are forgotten."""
        now = self._now()
        self._until = {row_id: until for row_id, until in self._until.items() if until > now}
        return list(self._until)
