"""An embedded PostgreSQL 18: shared by all who ask, stopped by the last to leave."""

import fcntl
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from assistant.config import LaunchSettings
from assistant.errors import CannotStart
from assistant.local.cluster import SUPERUSER, Cluster
from assistant.local.lock import exclusive

HOST = "127.0.0.1"
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # nobody asks for one, and its path may have 107 bytes at most
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_logical_replication_workers": "0",  # their launcher would be one more process
    "timezone": "UTC",
}
START_SECONDS = 10.0  # backends of a killed server need a moment to notice and to leave
READY_SECONDS = 120.0  # recovery after a crash may read much
STOP_SECONDS = 10.0
WATCH_SECONDS = 0.5


@contextmanager
def administered(chosen: LaunchSettings, data: Path) -> Iterator[str]:
    """The URL of the database's administrator: the operator's, or the one of our own server."""
    if chosen.database_url:
        yield chosen.database_url.get_secret_value()
        return
    with running(data / "postgres") as url:
        yield url


@contextmanager
def running(base: Path) -> Iterator[str]:
    """A PostgreSQL server with its files under `base`; gives the superuser's URL.

    It starts the server or joins the one that runs, starts it anew when it dies, and stops it in
    the end unless another process uses it. Raises CannotStart with one sentence.
    """
    server = Server(Cluster.at(base))
    lock = server.cluster.home / "lock"
    leaving = threading.Event()
    with (server.cluster.home / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with exclusive(lock):
                url = server.start()
            threading.Thread(target=server.keep, args=(lock, leaving), daemon=True).start()
            yield url
        finally:
            leaving.set()
            with exclusive(lock):
                if _is_alone(users):
                    server.stop()


def _is_alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(slots=True)
class Server:
    """The server of a cluster. child: its process, where this process has started it."""

    cluster: Cluster
    child: subprocess.Popen[bytes] | None = None
    port: str = ""

    def start(self) -> str:
        """Start the server unless it runs, and return the superuser's URL."""
        password = self.cluster.password()
        if not self.cluster.data.exists():
            self.cluster.make()
        self.cluster.check_version()
        self._launch()
        self.port = self._pidfile_lines()[3]
        return f"postgresql://{SUPERUSER}:{password}@{HOST}:{self.port}/postgres"

    def keep(self, lock: Path, leaving: threading.Event) -> None:
        """Start a server that was killed again, where its users look for it, until they leave."""
        while not leaving.wait(WATCH_SECONDS):
            # It is tried again: a disk that is full now has room later.
            with suppress(CannotStart, OSError):
                if self._process() is None:
                    with exclusive(lock):
                        self._bring_back(leaving)

    def _bring_back(self, leaving: threading.Event) -> None:
        if self._process() is None and not leaving.is_set():
            if self.child is not None:
                self.child.poll()  # lets go of the dead one
            self._launch()

    def _process(self) -> psutil.Process | None:
        """The process that serves this cluster, if it lives.

        PostgreSQL itself only asks whether some process has the number in its pid file, and so
        takes a zombie, or a stranger with a used number, for a living server.
        """
        try:
            process = psutil.Process(int(self._pidfile_lines()[0]))
            is_ours = process.name() == "postgres" and process.cwd() == str(self.cluster.data)
        except (ValueError, IndexError, psutil.Error):
            return None
        return process if is_ours else None

    def _pidfile_lines(self) -> list[str]:
        """Process id, folder, start time, port, socket's folder, address, memory key, status."""
        try:
            return self.cluster.pidfile.read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self, process: psutil.Process) -> bool:
        """Wait until the server takes connections; False when it has ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while _lives(process):
            if [line.strip() for line in self._pidfile_lines()[7:]] == ["ready"]:
                return True
            if time.monotonic() > deadline:
                raise self.cluster.failure("The database does not answer")
            time.sleep(0.02)
        return False

    def _launch(self) -> None:
        """Start the server unless it runs, on the port that it had or a free one, and wait for it.

        Raises CannotStart when it does not come up.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            running = self._process()
            if running is not None and self._is_ready(running):
                return
            self.cluster.pidfile.unlink(missing_ok=True)
            options = {**OPTIONS, "port": self.port or _free_port()}
            self.child = self.cluster.run(
                "postgres",
                "-D",
                str(self.cluster.data),
                *(f"--{name}={value}" for name, value in options.items()),
            )
            if self._is_ready(psutil.Process(self.child.pid)):
                return
            self.child.wait()
            time.sleep(0.25)
        raise self.cluster.failure("The database did not start")

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, nothing committed is lost."""
        process = self._process()
        if self.child is not None and self.child.poll() is None:
            process = psutil.Process(self.child.pid)  # it may have no pid file yet
        if process is not None:
            process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + STOP_SECONDS
            while _lives(process) and time.monotonic() < deadline:
                time.sleep(0.02)
            if _lives(process):
                process.send_signal(signal.SIGQUIT)
        if self.child is not None:
            self.child.wait()


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
