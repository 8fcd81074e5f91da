"""The server: its workers are told of the end, replaced when they die, and die with it."""

import gc
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from assistant.local.server import _kept, _when_answering

PATIENCE_SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Small:
    """A small app behind our server."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.local.small_server", str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        """Its next line, "" when nobody is left to write one."""
        return self.process.stdout.readline().strip()

    def worker(self) -> psutil.Process:
        """Who answers."""
        address = f"http://127.0.0.1:{self.port}"
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
            return psutil.Process(int(answer.read()))


@pytest.fixture
def small() -> Iterator[Small]:
    small = Small()
    assert small.says() == "ready"
    yield small
    if small.process.poll() is None:
        small.process.kill()
    small.process.wait()
    small.process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_is_told_before_it_is_ended(small: Small, number: signal.Signals) -> None:
    worker = small.worker()
    small.process.send_signal(number)
    assert [small.says(), small.says(), small.says()] == ["closing", "over", ""]
    assert small.process.wait(PATIENCE_SECONDS) == 0
    assert not worker.is_running()


def test_a_worker_that_dies_is_replaced(small: Small) -> None:
    worker = small.worker()
    worker.kill()
    worker.wait(PATIENCE_SECONDS)
    answering = threading.Event()
    _when_answering("127.0.0.1", small.port, answering.set)
    assert answering.wait(PATIENCE_SECONDS)
    assert small.worker().pid != worker.pid


def test_workers_do_not_outlive_a_server_that_is_killed(small: Small) -> None:
    worker = small.worker()
    small.process.kill()
    assert psutil.wait_procs([worker], PATIENCE_SECONDS)[1] == []
    assert small.says() == ""


def test_ready_is_said_when_the_port_answers_and_not_before() -> None:
    port, answering = free_port(), threading.Event()
    _when_answering("127.0.0.1", port, answering.set)
    assert not answering.wait(0.2)
    with socket.create_server(("127.0.0.1", port)):
        assert answering.wait(PATIENCE_SECONDS)


def test_the_collector_passes_over_what_is_made_at_the_start_and_works_on() -> None:
    try:
        with _kept():
            assert not gc.isenabled()
            made = [[]]
        assert gc.isenabled()
        assert not any(each is made for each in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(each is made for each in gc.get_objects())
