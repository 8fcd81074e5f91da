"""The files of an embedded PostgreSQL: made once, all in one folder, owned by one account."""

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CannotStart
from assistant.local.account import Account, account_for
from assistant.local.binaries import MAJOR, binaries
from assistant.local.home import home_of

SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is in `home`; its programs run as `account`."""

    home: Path
    account: Account

    @classmethod
    def at(cls, base: Path) -> "Cluster":
        """The cluster of the folder `base`, made or not. Raises CannotStart."""
        account = account_for(base / "data")
        return cls(home_of(base, account), account)

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    @property
    def pidfile(self) -> Path:
        """Where a server writes its process id, its port and how far it is."""
        return self.data / "postmaster.pid"

    @property
    def log(self) -> Path:
        """What the programs say."""
        return self.home / "server.log"

    def password(self) -> str:
        """The superuser's password, made before the data. Raises CannotStart when it is lost."""
        path = self.home / "password"
        if not path.exists():
            if self.data.exists():
                raise CannotStart(
                    f"The file {path} is missing, and with it the way into the database beside it; "
                    "restore it, or move the folder away to begin with an empty database."
                )
            unfinished = path.with_suffix(".unfinished")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_hex(24))
            self.account.own(unfinished)
            unfinished.rename(path)
        return path.read_text()

    def make(self) -> None:
        """Run initdb aside and move the result into place: half a cluster is never found there."""
        for left_behind in self.home.glob("unfinished-*"):
            shutil.rmtree(left_behind, ignore_errors=True)  # an orphan may still write into it
        unfinished = self.home / f"unfinished-{secrets.token_hex(4)}"
        unfinished.mkdir(mode=0o700)
        self.account.own(unfinished)
        with self.run(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={self.home / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ) as initdb:
            if initdb.wait() != 0:
                raise self.failure("The database could not be made")
        unfinished.rename(self.data)

    def check_version(self) -> None:
        """Raises CannotStart when another major version made the data."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise CannotStart(
                f"The database in {self.data} was made by PostgreSQL {made_by}, and this program "
                f"brings {MAJOR}; move the folder away, or set DATABASE_URL to a server that "
                "has its data."
            )

    def run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs, apart from the terminal's Ctrl-C and our secrets."""
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - fixed programs, no shell
                [binaries(self.home, self.account) / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.defpath},
                start_new_session=True,
                **self.account.options,
            )

    def failure(self, what: str) -> CannotStart:
        """An error that tells the last line of the log."""
        last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
        return CannotStart(f"{what}: {''.join(last)} (more in {self.log})")
