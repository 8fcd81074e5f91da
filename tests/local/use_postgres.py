"""A process of its own that uses the embedded server until its input ends.

Arguments: the base folder, and the account to become first (only root can).
"""

import os
import pwd
import sys
from pathlib import Path

from assistant.local.postgres import running

if __name__ == "__main__":
    base, *account = sys.argv[1:]
    if account:
        entry = pwd.getpwnam(account[0])
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    with running(Path(base)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.read()
