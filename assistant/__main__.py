"""Starts the app: what is missing on this machine, the database, the pages, and the server.

`python -m assistant operator …` says who may open the operator's page instead (`operator.py`).
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.config import LaunchSettings, read, settings
from assistant.errors import CannotStart
from assistant.key_ring import KeyRing, ring_of
from assistant.local.apart import apart
from assistant.local.checks import (
    check_data_folder,
    check_env_file,
    check_model,
    check_port,
    check_redis,
    check_sign_in,
    check_workers,
)
from assistant.local.pages import build_pages
from assistant.local.postgres import administered
from assistant.local.progress import say, step
from assistant.local.secret import secret_key
from assistant.local.server import serve
from assistant.local.welcome import welcome

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] = ()) -> int:
    """Run until a signal ends it. Returns the exit code; a fault is one sentence on stderr."""
    if arguments[:1] == ["operator"]:  # loaded for this alone: workers are forked from who serves
        return int(importlib.import_module("assistant.operator").main(arguments[1:]))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        launch(_checked_settings())
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(
            f"{error.filename} is closed to this account; start the app as the account that made "
            "it, or set ASSISTANT_DATA_DIR to another folder.\n"
        )
        return 1
    return 0


def _leave(number: int, _: object) -> None:
    """End by way of every `finally`, so that no child stays behind."""
    raise SystemExit(128 + number)


def _checked_settings() -> LaunchSettings:
    check_env_file(Path(".env"))
    chosen = read(LaunchSettings)
    check_model(chosen)
    check_workers(chosen)
    check_sign_in(chosen)
    check_port(chosen.bind_host, chosen.port)
    check_data_folder(chosen.assistant_data_dir)
    check_redis(chosen)
    return chosen


def launch(chosen: LaunchSettings) -> None:
    """Bring up one thing after the other, serve, and take all down again in the end."""
    data = chosen.assistant_data_dir.resolve()
    secret = secret_key(chosen.assistant_secret_key.get_secret_value(), data)
    keys = ring_of(chosen, secret)
    with administered(chosen, data) as admin_url:
        with step("Preparing the database"):
            app_url, worker_url = apart(lambda: _prepared(admin_url, secret, keys))
        os.environ.update(
            ASSISTANT_SECRET_KEY=secret,
            DATABASE_APP_URL=app_url,
            DATABASE_WORKER_URL=worker_url,
        )
        os.environ.pop("DATABASE_URL", None)  # who serves needs no administrator
        settings.cache_clear()
        build_pages(PROJECT, data / "build.log")
        serve(chosen, ready=lambda: say(welcome(chosen)))


def _prepared(admin_url: str, secret: str, keys: KeyRing) -> tuple[str, str]:
    """How who serves reaches the database, once it is at this code's version."""
    from assistant.migration import prepare  # 20 MB that the launcher would keep for good

    urls = prepare(admin_url, secret, keys)
    return urls.app, urls.worker


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
