"""Servers on loopback with an account of Alice's, and the forms that connect it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from assistant.config import settings
from tests.servers.imap import PASSWORD, USER, imap_server
from tests.servers.mcp import Mcp, mcp_server
from tests.servers.radicale import USERS, Radicale, radicale
from tests.servers.smtp import smtp_server

__all__ = ["calendar", "calendar_form", "inside", "mail_form", "sums"]
ALICE = "alice@example.com"


@pytest.fixture(autouse=True)
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operator lets tools reach this machine."""
    monkeypatch.setenv("PRIVATE_HOSTS", "127.0.0.1,localhost")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="session")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """Radicale, where alice has the calendar Home and bob has none."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with radicale(folder) as server:
        server.make_calendar("home", "Home")
        yield server


@pytest.fixture
def calendar_form(calendar: Radicale) -> dict[str, str]:
    """Alice's calendars."""
    return {"server": calendar.url, "user": ALICE, "password": USERS[ALICE]}


@pytest.fixture
async def mail_form() -> AsyncIterator[dict[str, str]]:
    """Alice's mailbox."""
    async with imap_server() as imap, smtp_server() as smtp:
        yield {
            "address": USER,
            "password": PASSWORD,
            "imap_host": "localhost",
            "imap_port": str(imap.port),
            "imap_security": "plain",
            "smtp_host": "localhost",
            "smtp_port": str(smtp.plain_port),
            "smtp_security": "plain",
        }


@pytest.fixture
async def sums() -> AsyncIterator[Mcp]:
    """A server with tools."""
    async with mcp_server() as server:
        yield server
