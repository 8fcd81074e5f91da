"""The machine under the figures: CPU and memory of processes, and what all others use meanwhile."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil

DISTURBED = 0.35  # cores of other programs, above which a figure is marked
QUIET = 0.2
QUIET_SECONDS = 2.0
POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds until now, and resident memory now in bytes, of a process and its children.

    The database's memory stands apart, as its share of what its processes have in common (PSS).
    """

    cpu_seconds: float
    rss: int
    database_pss: int


def usage(pid: int) -> Usage:
    """What the tree of this process uses, its ended children's CPU included."""
    cpu, rss, pss = 0.0, 0, 0
    for process in _tree(pid):
        with suppress(psutil.Error):
            cpu += sum(process.cpu_times()[:4])
            if process.name() == POSTGRES:
                pss += process.memory_full_info().pss
            else:
                rss += process.memory_info().rss
    return Usage(cpu, rss, pss)


def cpu_seconds(pid: int) -> float:
    """User and system time of the tree of this process so far."""
    return sum(sum(times) for times in _times(pid))


def _times(pid: int) -> Iterator[tuple[float, ...]]:
    for process in _tree(pid):
        with suppress(psutil.Error):
            yield process.cpu_times()[:4]


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


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
    return cpu_seconds(psutil.Process().pid)


def wait_until_quiet(seconds: float) -> None:
    """Wait for a moment in which others leave the machine alone, but no longer than so many s."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        others = Others()
        time.sleep(QUIET_SECONDS)
        if others.cores() < QUIET:
            return
