"""`python -m assistant`: how it refuses to start, and what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from assistant.config import LaunchSettings

PROJECT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "assistant"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def data() -> Iterator[str]:
    """A folder for the data: empty at the first start, and what that one left at the others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # root's PostgreSQL runs as `nobody`
        yield folder


@pytest.fixture
def environment(data: str) -> dict[str, str]:
    """Nothing is set but the folder for the data and a free port."""
    return {
        **os.environ,
        **{name.upper(): "" for name in LaunchSettings.model_fields},
        "PYTHONPATH": str(PROJECT),
        "ASSISTANT_DATA_DIR": data,
        "PORT": str(free_port()),
    }


def refusal(folder: Path, environment: dict[str, str]) -> str:
    """What is said when the app does not start: one line, and exit code 1."""
    ended = subprocess.run(  # noqa: S603 - our own program
        COMMAND, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    return ended.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ASSISTANT_DATA_DIR": "/dev/null/data"}, "data folder /dev/null/data cannot be written"),
        ({"ASSISTANT_SECRET_KEY": "short"}, "ASSISTANT_SECRET_KEY is shorter than 32 bytes"),
        ({"WORKERS": "2"}, "WORKERS=2 needs a Redis"),
        ({"APP_URL": "foo"}, "The setting APP_URL is not usable"),
        ({"DATABASE_URL": "mysql://u:p@h/x"}, "The setting DATABASE_URL is not usable"),
        ({"REDIS_URL": "redis://127.0.0.1:1"}, "The Redis of REDIS_URL cannot be used"),
        ({"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"}, "database cannot be reached"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, environment, settings, sentence):
    assert sentence in refusal(tmp_path, environment | settings)


def test_a_taken_port_is_one_sentence(tmp_path, environment):
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        assert f"Port {environment['PORT']}" in refusal(tmp_path, environment)


def test_a_broken_env_file_is_one_sentence(tmp_path, environment):
    (tmp_path / ".env").write_text("PORT=3000\nthis is no setting\n")
    assert "Line 2 of .env" in refusal(tmp_path, environment)


def test_a_file_in_place_of_the_env_file_is_one_sentence(tmp_path, environment):
    (tmp_path / ".env").mkdir()
    assert ".env cannot be read" in refusal(tmp_path, environment)


@contextmanager
def started(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The app, served from this checkout; the pages are built first when they are not yet."""
    hangup = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # what nohup ignores, it would ignore too
    app = subprocess.Popen(  # noqa: S603 - our own program
        COMMAND, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGHUP, hangup)
    try:
        said = ""
        while "Open http" not in said:
            line = app.stdout.readline()
            assert line, f"the app ended after saying: {said}"
            said += line
        yield app
    finally:
        app.terminate()
        app.communicate()


def workers_of(app: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(app.pid).children()
    return [child for child in children if child.name() != "postgres"]


def alive(environment: dict[str, str]) -> bool:
    url = f"http://127.0.0.1:{environment['PORT']}/api/health/live"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process_although_a_browser_listens(environment, number):
    with started(environment) as app:
        family = psutil.Process(app.pid).children(recursive=True)
        assert {child.name() for child in family} >= {"postgres"}
        with socket.create_connection(("127.0.0.1", int(environment["PORT"]))):
            app.send_signal(number)
            app.communicate(timeout=30)
        assert app.returncode == 0
    assert not [child for child in family if child.is_running() and child.status() != "zombie"]


def test_a_killed_worker_is_replaced(environment):
    with started(environment) as app:
        (worker,) = workers_of(app)
        worker.kill()
        while not alive(environment):
            assert app.poll() is None
            time.sleep(0.05)
        assert worker not in workers_of(app)


def test_workers_end_with_a_killed_launcher_and_the_next_start_has_its_port(environment):
    with started(environment) as app:
        workers = workers_of(app)
        app.kill()
        psutil.wait_procs(workers, timeout=30)
    with started(environment):
        assert alive(environment)
