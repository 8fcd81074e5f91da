"""The circuit breaker: a provider that keeps failing is left alone for a while."""

import time
from collections.abc import Callable


class Breaker:
    """Remembers failures by the provider's name; one breaker serves all turns of a process.

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
        self._failures: dict[str, int] = {}
        self._next_trial: dict[str, float] = {}

    def is_open(self, name: str) -> bool:
        """Whether the provider is to be left alone now. Asking changes nothing."""
        failing = self._failures.get(name, 0) >= self._most
        return failing and self._clock() < self._next_trial[name]

    def lets_through(self, name: str) -> bool:
        """Whether a request may go to the provider; a yes to one that fails is its only trial."""
        if self.is_open(name):
            return False
        if self._failures.get(name, 0) >= self._most:
            self._next_trial[name] = self._clock() + self._seconds
        return True

    def failed(self, name: str) -> None:
        """The provider did not answer."""
        self._failures[name] = self._failures.get(name, 0) + 1
        self._next_trial[name] = self._clock() + self._seconds

    def succeeded(self, name: str) -> None:
        """The provider gave a whole answer: its failures are forgotten."""
        self._failures.pop(name, None)
