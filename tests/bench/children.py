"""The processes that a run needs: the vendor, and the app as `python -m assistant` starts it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
READY = "Open "
FOREIGN = (
    "DATABASE_", "REDIS_", "OPENAI_", "GEMINI_", "GOOGLE_", "ANTHROPIC_", "ASSISTANT_", "APP_URL",
    "PYTHONDONTWRITEBYTECODE", "MAKE", "MFLAGS",
)  # fmt: skip
START_SECONDS = 900.0  # a first start fetches packages and builds the pages
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Child:
    """A process that serves on a port of loopback. started: seconds until it said that it does."""

    pid: int
    port: int
    started: float

    @property
    def url(self) -> str:
        """Where it answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def vendor() -> Iterator[Child]:
    """The stamping vendor, in a process of its own."""
    port = free_port()
    command = (sys.executable, "-m", "tests.bench.vendor", "--port", str(port))
    with child(command, port, {}, ready="ready") as process:
        yield process


@contextmanager
def app(
    data: Path,
    upstream: str,
    *,
    command: Sequence[str] = (sys.executable, "-m", "assistant"),
    folder: Path = PROJECT,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """The app of this folder on the data in that one, with the vendor behind it."""
    port = free_port()
    own = {
        "PORT": str(port),
        "ASSISTANT_DATA_DIR": str(data),
        "ANTHROPIC_API_KEY": "bench",
        "ANTHROPIC_BASE_URL": upstream,
    }
    with child(command, port, {**own, **(settings or {})}, folder=folder) as process:
        yield process


@contextmanager
def data_folder() -> Iterator[Path]:
    """An empty folder that the database's account can enter, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def child(
    command: Sequence[str],
    port: int,
    settings: Mapping[str, str],
    *,
    ready: str = READY,
    folder: Path = PROJECT,
) -> Iterator[Child]:
    """Run a command until the block ends; the block begins when it prints a line with `ready`."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+b") as said:
        process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            cwd=folder,
            env={**_clean(), **settings},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            while ready.encode() not in (text := _read(said)):
                late = time.monotonic() - began > START_SECONDS
                if late or process.poll() is not None:
                    what = "is not ready" if late else "ended"
                    raise RuntimeError(f"{' '.join(command)} {what}:\n{text.decode()}")
                time.sleep(LOOK_SECONDS)
            yield Child(process.pid, port, time.monotonic() - began)
        finally:
            _end(process)


def _read(file: IO[bytes]) -> bytes:
    return os.pread(file.fileno(), 1 << 20, 0)  # the child's own place in it stays where it is


def _clean() -> dict[str, str]:
    """The environment without what would make this app another one, or its start another start."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C to the process and those that it started in its own group; then, at last, by force."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
