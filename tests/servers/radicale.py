"""A real CalDAV server on loopback: Radicale, with passwords and folders of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = error
"""
USERS = {"alice@example.com": "alice's password", "bob": "bob's password"}
CALENDAR = """<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>
<d:displayname>{name}</d:displayname><c:supported-calendar-component-set><c:comp name="{holds}"/>
</c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"""


class Radicale:
    """The running server."""

    def __init__(self, port: int, users: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._users = users

    def ask(
        self, method: str, path: str, body: str = "", user: str = "", **headers: str
    ) -> httpx2.Response:
        """A request as another program of the user would make it."""
        name = user or next(iter(self._users))
        url = f"{self.url}{name.replace('@', '%40')}/{path}"
        with httpx2.Client(trust_env=False) as client:
            return client.request(
                method, url, content=body.encode(), auth=(name, self._users[name]), headers=headers
            )

    def make_calendar(self, path: str, name: str, holds: str = "VEVENT", user: str = "") -> None:
        """One more calendar of a user."""
        answer = self.ask("MKCALENDAR", f"{path}/", CALENDAR.format(name=name, holds=holds), user)
        assert answer.status_code == 201

    def names(self, calendar: str) -> list[str]:
        """The resources that stand in a calendar."""
        page = self.ask("PROPFIND", f"{calendar}/", Depth="1").text
        return sorted(set(re.findall(rf"/{calendar}/([^<>/]+)</href>", page)))


@contextmanager
def radicale(folder: Path, users: dict[str, str] = USERS) -> Iterator[Radicale]:
    """The server, as long as the block lasts. users: their passwords, by name."""
    (folder / "users").write_text("".join(f"{name}:{word}\n" for name, word in users.items()))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
    command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
    environment = {**os.environ, "TZ": "UTC"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603
    try:
        _wait(port, process)
        yield Radicale(port, users)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "Radicale has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Radicale does not answer")
