"""An installation that is there already, opened for a command of whoever holds its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.config import LaunchSettings, settings
from assistant.errors import CannotStart
from assistant.key_ring import ring, ring_of
from assistant.local.checks import check_data_folder
from assistant.local.postgres import administered
from assistant.local.secret import secret_key
from assistant.migration import prepare


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
