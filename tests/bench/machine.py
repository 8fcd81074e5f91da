"""The machine under the figures: CPU and memory of processes, and what all others use meanwhile."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil

from tests.bench.report import say

QUIET = 0.2  # cores of other programs
LOOK_SECONDS = 2.0
POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds: of PostgreSQL, and of all other processes of the app."""

    app: float
    database: float

    @property
    def whole(self) -> float:
        """Of all together."""
        return self.app + self.database

    def __add__(self, other: Self) -> "Cpu":
        return Cpu(self.app + other.app, self.database + other.database)

    def __sub__(self, other: Self) -> "Cpu":
        return self + other * -1

    def __mul__(self, times: float) -> "Cpu":
        return Cpu(self.app * times, self.database * times)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. rss, pss: launcher and workers; pss counts what processes share once.

    database: PostgreSQL, as PSS: most of what its processes hold they hold in common.
    """

    rss: int
    pss: int
    database: int


def cpu(pid: int) -> Cpu:
    """What the tree of this process has used so far, its ended children included."""
    seconds = {True: 0.0, False: 0.0}
    for process in _tree(pid):
        with suppress(psutil.Error):
            seconds[process.name() == POSTGRES] += sum(process.cpu_times()[:4])
    return Cpu(seconds[False], seconds[True])


def memory(pid: int) -> Memory:
    """What the tree of this process holds now."""
    rss, pss, database = 0, 0, 0
    for process in _tree(pid):
        with suppress(psutil.Error):
            held = process.memory_full_info()
            if process.name() == POSTGRES:
                database += held.pss
            else:
                rss, pss = rss + held.rss, pss + held.pss
    return Memory(rss, pss, database)


def _tree(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        yield from (root, *root.children(recursive=True))


class Others:
    """What programs that we did not start use of the machine, from now on."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy(), _ours()

    def cores(self) -> float:
        """Cores in use by others since the beginning; the kernel's own work is among it."""
        used = (_busy() - self._busy) - (_ours() - self._ours)
        return round(max(0.0, used) / (time.monotonic() - self._began), 2)


def _busy() -> float:
    times = psutil.cpu_times()
    total: float = sum(times)
    idle: float = times.idle + times.iowait + times.guest + times.guest_nice
    return total - idle


def _ours() -> float:
    return cpu(psutil.Process().pid).whole


def wait_until_quiet(seconds: float) -> None:
    """Wait for a moment in which others leave the machine alone, but no longer than so many s."""
    began, told = time.monotonic(), False
    while time.monotonic() - began < seconds:
        others = Others()
        time.sleep(LOOK_SECONDS)
        if (cores := others.cores()) < QUIET:
            return
        if not told:
            say(f"  waiting up to {seconds:.0f} s: other programs use {cores} cores")
            told = True
