"""The system account that PostgreSQL runs as: it refuses to be root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READ_AND_ENTER = stat.S_IROTH | stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group of the system. None: the account that runs the launcher."""

    user: int | None = None
    group: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Arguments for subprocess that make a child run as this account."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def can_read(self, path: Path) -> bool:
        """Whether the account can come to `path` and read what is there."""
        if self.user is None:
            return True
        open_way = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
        return open_way and path.stat().st_mode & READ_AND_ENTER == READ_AND_ENTER


def account_for(cluster: Path) -> Account:
    """Who runs the cluster: its owner, or `nobody` where root makes a new one."""
    if os.geteuid() != 0:
        return Account()
    owner = cluster.stat().st_uid if cluster.exists() else 0
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)
