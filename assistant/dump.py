"""`python -m assistant.dump [FOLDER]`: the whole database but the users' keys, and the keys of now.

Each dump is kept under its time; the keys go to one file that the next run overwrites. So an old
dump, with the newest keys, opens nothing of who was erased since (`services/erasure.py`).
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, make_url

from assistant.config import LaunchSettings, read
from assistant.errors import CannotStart
from assistant.local.binaries import installed
from assistant.local.checks import check_data_folder, check_env_file
from assistant.local.postgres import administered
from assistant.local.progress import say

KEYS = "user_keys"
KEYS_FILE = f"{KEYS}.dump"


def main(arguments: list[str]) -> int:
    """Dump. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    if len(arguments) > 1:
        sys.stderr.write("Say one folder at most: python -m assistant.dump /mnt/dumps.\n")
        return 2
    try:
        check_env_file(Path(".env"))
        _dump(read(LaunchSettings), *map(Path, arguments))
    except (CannotStart, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _dump(chosen: LaunchSettings, folder: Path | None = None) -> None:
    data = chosen.assistant_data_dir.resolve()
    if not chosen.database_url and not (data / "postgres").exists():
        raise CannotStart(f"There is no database in {data}; set ASSISTANT_DATA_DIR to its folder.")
    folder = folder or data / "dumps"
    check_data_folder(folder)
    all_else = folder / f"assistant-{datetime.now(UTC):%Y%m%d-%H%M%S}.dump"
    with administered(chosen, data) as admin_url:
        url = make_url(admin_url)
        _write(all_else, url, f"--exclude-table-data={KEYS}")
        _write(folder / KEYS_FILE, url, "--data-only", f"--table={KEYS}")
    say(f"{all_else}\n{folder / KEYS_FILE} (keep the newest of these only)")


def _write(file: Path, url: URL, *options: str) -> None:
    """Dump into a file that only its owner may read. What is there already stays until the end."""
    unfinished = file.with_suffix(".unfinished")
    ended = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [
            installed() / "pg_dump",
            "--format=custom",
            f"--file={unfinished}",
            f"--dbname={url._replace(drivername='postgresql', password=None)}",
            *options,
        ],
        env={**os.environ, "PGPASSWORD": url.password or ""},  # others may read the arguments
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        unfinished.unlink(missing_ok=True)
        raise CannotStart(
            f"The database was not dumped: {' '.join(ended.stderr.split())} "
            "What was dumped before is kept."
        )
    unfinished.rename(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
