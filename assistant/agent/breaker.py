"""The circuit breaker: a provider that keeps failing is left alone for a while."""

import time
from collections.abc import Callable, Hashable


class Breaker:
    """Remembers failures by what fails, a model of a vendor; it serves all turns of a process.

    failures: so many in a row open the circuit. seconds: how long it stays open; then one trial
    passes, and the next one after as long again, until a trial succeeds. clock: seconds, monotonic.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failures: dict[Hashable, int] = {}
        self._next_trial: dict[Hashable, float] = {}

    def failures(self, who: Hashable) -> int:
        """How often the provider has failed in a row."""
        return self._failures.get(who, 0)

    def is_open(self, who: Hashable) -> bool:
        """Whether the provider is to be left alone now. Asking changes nothing."""
        failing = self.failures(who) >= self._most
        return failing and self._clock() < self._next_trial[who]

    def lets_through(self, who: Hashable) -> bool:
        """Whether a request may go to the provider; a yes to one that fails is its only trial."""
        if self.is_open(who):
            return False
        if self.failures(who) >= self._most:
            self._next_trial[who] = self._clock() + self._seconds
        return True

    def failed(self, who: Hashable) -> None:
        """The provider did not answer."""
        self._failures[who] = self.failures(who) + 1
        self._next_trial[who] = self._clock() + self._seconds

    def succeeded(self, who: Hashable) -> None:
        """The provider is alive: its failures are forgotten."""
        self._failures.pop(who, None)
