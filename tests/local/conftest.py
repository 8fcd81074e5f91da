"""What the tests of the launcher share."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.local.postgres import running


@pytest.fixture
def base() -> Iterator[Path]:
    """A place for a cluster. pytest's own folders are closed to `nobody`, whom root's runs as."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "postgres"


@pytest.fixture(scope="session")
def pattern() -> Iterator[Path]:
    """A cluster that has been made, started and stopped; nobody uses it but by copies."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "postgres"):
            pass
        yield Path(folder) / "postgres"


@pytest.fixture
def made(base: Path, pattern: Path) -> Path:
    """A place with a cluster in it, as an earlier start has left it."""
    subprocess.run(["cp", "-a", pattern, base], check=True)  # noqa: S603, S607
    return base
