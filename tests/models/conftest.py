"""Connections of all roles to a migrated database, and two users with rows in every table."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from assistant.config import settings
from assistant.models.isolation import Roles
from tests.models.databases import Database
from tests.models.rows import Rows, full_set


def plain(url: str) -> str:
    """SQLAlchemy's URL as asyncpg reads it."""
    return url.replace("+asyncpg", "")


@asynccontextmanager
async def connected(admin_url: str, app_url: str, worker_url: str) -> AsyncIterator[Database]:
    """All three connections, closed at the end."""
    opened = [await asyncpg.connect(plain(url)) for url in (admin_url, app_url, worker_url)]
    try:
        yield Database(*opened, roles=Roles.of(urlsplit(app_url).path.strip("/")))
    finally:
        for connection in opened:
            await connection.close()


@pytest.fixture(scope="session")
async def lasting() -> AsyncIterator[AsyncExitStack]:
    """What it holds is closed at the end of all tests."""
    async with AsyncExitStack() as stack:
        yield stack


_opened: list[Database] = []


@pytest.fixture
async def roles_db(lasting: AsyncExitStack, prepared: str) -> Database:
    """The migrated database as administrator, app and worker; anew when another test cut it off."""
    if not _opened or _opened[-1].is_cut_off:
        app, worker = settings().database_app_url, settings().database_worker_url
        urls = (app.get_secret_value(), worker.get_secret_value())
        _opened.append(await lasting.enter_async_context(connected(prepared, *urls)))
    return _opened[-1]


@pytest.fixture
async def alices(roles_db: Database) -> Rows:
    return await full_set(roles_db.admin)


@pytest.fixture
async def bobs(roles_db: Database) -> Rows:
    return await full_set(roles_db.admin)
