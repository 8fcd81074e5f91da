"""An installation that is there already, opened for a command of whoever holds its database."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant import database, logs
from assistant.config import LaunchSettings, read, settings
from assistant.errors import AssistantError, CannotStart, NotFound
from assistant.key_ring import ring, ring_of
from assistant.local.checks import check_data_folder, check_env_file
from assistant.local.postgres import administered
from assistant.local.secret import secret_key
from assistant.migration import prepare

NOBODY = "No user here has this id, and nobody signs in by this name. Nothing was changed."


def carried_out(command: Callable[[LaunchSettings], Awaitable[int]], *, kept: str = "") -> int:
    """Do it on the installation of the settings. Returns its exit code, 1 for a fault.

    A fault is one sentence on stderr, with what was kept behind it.
    """
    logs.configure()
    try:
        check_env_file(Path(".env"))
        chosen = read(LaunchSettings)
        with opened(chosen):
            return asyncio.run(_closed_behind(command(chosen)))
    except NotFound:
        sys.stderr.write(f"{NOBODY}\n")
    except (AssistantError, CannotStart, PermissionError) as error:
        sys.stderr.write(f"{error}\n{kept}")
    return 1


async def _closed_behind(command: Awaitable[int]) -> int:
    try:
        return await command
    finally:
        await database.close()


@contextmanager
def opened(chosen: LaunchSettings) -> Iterator[None]:
    """In the block this process may act as the migrator, too; the app may serve meanwhile.

    Raises CannotStart where there is no installation, or its database cannot be reached.
    """
    data = chosen.assistant_data_dir.resolve()
    check_data_folder(data)
    if not chosen.assistant_secret_key and not (data / "secret.key").exists():
        raise CannotStart(f"There is no installation in {data}; set ASSISTANT_DATA_DIR to its own.")
    secret = secret_key(chosen.assistant_secret_key.get_secret_value(), data)
    with administered(chosen, data) as admin_url:
        urls = prepare(admin_url, secret, ring_of(chosen, secret))
        os.environ.update(
            ASSISTANT_SECRET_KEY=secret,
            DATABASE_APP_URL=urls.app,
            DATABASE_WORKER_URL=urls.worker,
            DATABASE_MIGRATOR_URL=urls.migrator,
        )
        settings.cache_clear()
        ring.cache_clear()
        yield
