"""The browser's side of the app: built by Reflex once, and again only when its sources change."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import CannotStart
from assistant.local.lock import exclusive
from assistant.local.node import node_folder
from assistant.local.progress import step

SOURCES = ("assistant", "assets", "rxconfig.py", "requirements.txt")
SUFFIXES = {".py", ".js", ".jsx", ".css", ".json", ".txt", ".html", ".svg", ".png", ".webmanifest"}
# Only the server runs these; and assets/external/ is Reflex's own copy of what lies in assistant/.
NOT_IN_PAGES = (
    "assistant/__main__.py",
    "assistant/agent/providers",
    "assistant/agent/tools",
    "assistant/api",
    "assistant/arrange.py",
    "assistant/database.py",
    "assistant/key_ring.py",
    "assistant/local",
    "assistant/migration.py",
    "assistant/models",
    "assistant/rotate.py",
    "assistant/sealing.py",
    "assistant/services",
    "assistant/vault.py",
    "assets/external",
)
OUTPUT = Path(".web/build/client")
COPIED = Path(".web/public")
STATE = Path(".build")
NPM_FAILED = re.compile(r"^npm error code (\S+)", re.MULTILINE)
COMMAND = (sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip")


def build_pages(project: Path, log: Path) -> None:
    """Build the pages of `project` unless the ones that are there come from the same sources.

    log: where the output of the build goes. Raises CannotStart with one sentence that names it.
    """
    state = project / STATE
    state.mkdir(exist_ok=True)
    stamp = state / "stamp"
    with exclusive(state / "lock"):
        wanted = fingerprint(project)
        if stamp.exists() and stamp.read_text() == wanted and (project / OUTPUT).is_dir():
            return
        stamp.unlink(missing_ok=True)  # a build that is cut leaves none: the next start builds
        # Reflex copies by times alone: an asset that is older than its copy would stay away, and
        # one that is gone would stay.
        shutil.rmtree(project / COPIED, ignore_errors=True)
        with step("Building the pages (about half a minute, once)"):
            _run(project, log)
        stamp.write_text(wanted)


def fingerprint(project: Path) -> str:
    """A hash over all that the pages are made of: the paths and the contents."""
    total = hashlib.sha256()
    for path in sorted(_sources(project)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(project).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _sources(project: Path) -> Iterator[Path]:
    for source in SOURCES:
        top = project / source
        for path in [top] if top.is_file() else top.rglob("*"):
            name = path.relative_to(project).as_posix()
            if path.suffix in SUFFIXES and path.is_file() and not name.startswith(NOT_IN_PAGES):
                yield path


def _run(project: Path, log: Path) -> None:
    with log.open("wb") as output:
        build = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            COMMAND,
            cwd=project,
            env=_environment(project),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            failed = build.wait() != 0
        except BaseException:
            os.killpg(build.pid, signal.SIGKILL)  # npm and Node too; the next start builds anew
            build.wait()
            raise
    if failed:
        raise CannotStart(f"The pages could not be built{_word_of_npm(log)}; {log} says why.")


def _word_of_npm(log: Path) -> str:
    """What npm calls its failure, deep in a long log; "" where it has not failed."""
    found = NPM_FAILED.search(log.read_text(errors="replace"))
    return f" (npm says {found[1]})" if found else ""


def _environment(project: Path) -> dict[str, str]:
    """What makes Reflex build with our Node and npm's own registry, and ask nobody else."""
    node = node_folder()
    path = f"{node}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        "NPM_CONFIG_FETCH_RETRIES": "3",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",  # the lock holds for every mirror
        **os.environ,
        "PATH": path,
        "NPM_CONFIG_REGISTRY": _registry(node, path),  # else Reflex measures two public ones
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(project / STATE / "reflex"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_USE_NPM": "1",
    }


def _registry(node: Path, path: str) -> str:
    """The registry that npm is set up for on this machine."""
    answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [node / "npm", "config", "get", "registry"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()
