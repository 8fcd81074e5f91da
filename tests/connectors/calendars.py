"""Servers for the connectors, and the connectors at them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from assistant.connectors.caldav import Caldav
from assistant.connectors.dav import Account
from assistant.connectors.google_calendar import GoogleCalendar
from assistant.connectors.network import Reach
from tests.servers.google_calendar import TOKEN, GoogleCalendarServer, google_calendar
from tests.servers.radicale import USERS, Radicale, radicale
from tests.servers.scripted import Scripted, scripted

HERE = Reach(frozenset({"127.0.0.1", "localhost"}))
ALICE = "alice@example.com"


@pytest.fixture(scope="session")
def caldav_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """A Radicale for this run of the tests; alice has the calendars Work and Home."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with radicale(folder) as server:
        server.make_calendar("work", "Work")
        server.make_calendar("home", "Home")
        server.make_calendar("tasks", "Tasks", holds="VTODO")
        yield server


@pytest.fixture
def caldav(caldav_server: Radicale) -> Caldav:
    """Alice's calendars at Radicale, emptied."""
    for calendar in ("work", "home"):
        for name in caldav_server.names(calendar):
            caldav_server.ask("DELETE", f"{calendar}/{name}")
    return Caldav(Account(caldav_server.url, ALICE, USERS[ALICE]), HERE, "Europe/Lisbon")


@pytest.fixture
async def google_server() -> AsyncIterator[GoogleCalendarServer]:
    """A Google where alice has the calendars Work and Home."""
    async with google_calendar() as server:
        server.make_calendar("work@group.calendar.google.com", "Work")
        server.make_calendar("home@group.calendar.google.com", "Home")
        yield server


async def token(refused: str = "") -> str:
    """The access token that is in force."""
    return TOKEN


@pytest.fixture
def google(google_server: GoogleCalendarServer) -> GoogleCalendar:
    """Alice's calendars at Google."""
    return GoogleCalendar(token, HERE, google_server.url, "Europe/Lisbon")


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    """A server that says what the test writes down."""
    async with scripted() as running:
        yield running
