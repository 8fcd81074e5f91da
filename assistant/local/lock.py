"""One process at a time: a lock that the system releases when its holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, waiting for whoever holds it now."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
