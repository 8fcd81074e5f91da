"""The installation's secret: given by the operator, or made once and kept beside the data."""

import secrets
from pathlib import Path

from assistant.errors import CannotStart
from assistant.key_ring import SHORTEST
from assistant.local.lock import exclusive


def secret_key(given: str, data: Path) -> str:
    """The secret to use. given: what ASSISTANT_SECRET_KEY says, "" when it is not set.

    Raises CannotStart when it has fewer than SHORTEST bytes, or is gone from beside a database.
    """
    file = data / "secret.key"
    key = given or _kept_in(file)
    if len(key.encode()) < SHORTEST:
        source = "ASSISTANT_SECRET_KEY" if given else str(file)
        raise CannotStart(
            f"The secret in {source} is shorter than {SHORTEST} bytes; restore the right one, "
            "or for a new installation let `openssl rand -hex 32` make one."
        )
    return key


def _kept_in(file: Path) -> str:
    with exclusive(file.with_suffix(".lock")):
        if not file.exists():
            _refuse_beside_a_database(file)
            unfinished = file.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_hex(SHORTEST))
            unfinished.rename(file)
    return file.read_text().strip()


def _refuse_beside_a_database(file: Path) -> None:
    """A new secret would open nothing of what is there, and might be taken for the old one."""
    if (file.parent / "postgres").exists():
        raise CannotStart(
            f"The secret {file} is missing, and the database beside it was written with it. "
            "Nothing was changed; restore the file, or set ASSISTANT_SECRET_KEY."
        )
