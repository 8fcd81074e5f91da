"""A database of its own for a figure that needs no app: this process speaks to it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from assistant import key_ring
from assistant.config import settings
from assistant.local.postgres import running
from assistant.migration import prepare

SECRET = "a-secret-for-the-benchmark-" * 2


@contextmanager
def own_database() -> Iterator[tuple[str, Path]]:
    """The address of its administrator, and a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root the server runs as another account, which must get in
        # Whatever a figure sets (a key, say) is its own: the next one begins as this one did.
        with running(folder / "postgres") as admin_url, patch.dict(os.environ):
            urls = prepare(admin_url, SECRET)
            os.environ.update(
                ASSISTANT_SECRET_KEY=SECRET,
                DATABASE_APP_URL=urls.app,
                DATABASE_WORKER_URL=urls.worker,
                DATABASE_MIGRATOR_URL=urls.migrator,
            )
            settings.cache_clear()
            key_ring.ring.cache_clear()
            yield admin_url, folder
