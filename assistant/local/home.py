"""The folder that an embedded cluster lives in, one that its account can enter."""

import secrets
from pathlib import Path

from assistant.errors import CannotStart
from assistant.local.account import Account
from assistant.local.progress import say

ELSEWHERE = Path("/var/lib/assistant")


def home_of(base: Path, account: Account, elsewhere: Path = ELSEWHERE) -> Path:
    """`base` itself; where the account cannot enter it, a folder in `elsewhere` that it links to.

    The second case is root at work in a closed home (/root is 0700 nearly everywhere): `nobody`
    cannot come to a folder in there. Opening root's home is not ours to do.
    Raises CannotStart when a cluster is already in a folder that has been closed or moved since.
    """
    if base.is_symlink():
        return _followed(base)
    is_new = not base.exists()
    base.mkdir(parents=True, exist_ok=True)
    base = base.resolve()
    if account.user is not None:
        base.chmod(0o755)
    if account.can_read(base):
        return base
    if not is_new and any(base.iterdir()):
        raise CannotStart(
            f"The database in {base} cannot be entered by the account that PostgreSQL runs as; "
            "make its parent folders enterable (chmod o+x), or set DATABASE_URL."
        )
    return _linked(base, elsewhere)


def _followed(link: Path) -> Path:
    if not link.exists():
        raise CannotStart(
            f"The database that {link} leads to, {link.readlink()}, is gone; bring it back, "
            f"or remove {link} to begin with an empty database."
        )
    return link.resolve()


def _linked(base: Path, elsewhere: Path) -> Path:
    home = elsewhere / secrets.token_hex(6)
    for folder in (elsewhere, home):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    base.rmdir()
    base.symlink_to(home)
    say(f"The database lives in {home}: PostgreSQL may not enter {base.parent}.")
    return home
