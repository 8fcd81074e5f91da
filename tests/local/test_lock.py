"""The lock between processes."""

import subprocess
import sys

from assistant.local.lock import exclusive

HOLD = """
import sys
from pathlib import Path
from assistant.local.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_holder_lets_go(tmp_path):
    path = tmp_path / "lock"
    holder = subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.communicate()
    with exclusive(path):
        assert path.exists()
