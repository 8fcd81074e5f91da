"""Sessions: one transaction each, in the name of one user or as the worker that finds work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import cast
from uuid import UUID

from asyncpg import (
    Connection,
    DataError,
    IntegrityConstraintViolationError,
    InterfaceError,
    InternalClientError,
    PostgresError,
    SyntaxOrAccessError,
)
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    TimeoutError,  # noqa: A004  (of the pool)
)
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

from assistant.config import settings
from assistant.errors import DatabaseAway

_DEFECTS = (IntegrityError, ProgrammingError)
_LOST = (OSError, PostgresError, InterfaceError, InternalClientError)
_DRIVERS_DEFECTS = (IntegrityConstraintViolationError, SyntaxOrAccessError, DataError)
_DATA_EXCEPTION = "22"  # PostgreSQL, appendix A; asyncpg's dialect has no DataError for it
_SET_USER = text("select set_config('app.user_id', :user_id, true)")

CONNECTIONS = 20
# For `user_connection`: a hundred prompts at once then wait for each other here, and what their
# answers write does not wait behind all of them in the event loop.
FEW_CONNECTIONS = 8
WORKER_CONNECTIONS = 2  # one short query at a time finds work; each is 3 MB of PostgreSQL for good
# Who waits for a row in one of the few must not keep it from all others.
_BEGIN = "begin; set local lock_timeout = '5s'; select set_config('app.user_id', '{}', true)"


@lru_cache(maxsize=4)
def _engine(url: str, connections: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        pool_use_lifo=True,  # what was used last has its statements prepared
        hide_parameters=True,
    )


@asynccontextmanager
async def user_session(user_id: UUID) -> AsyncIterator[AsyncSession]:
    """A transaction that sees and writes the rows of this user only, and commits at its end.

    user_id must come from the verified session of a request or from a row found by the worker.
    The setting ends with the transaction, so a pooled connection carries nobody's name.
    Raises DatabaseAway.
    """
    async with _transaction(settings().database_app_url, user_id) as session:
        session.info["user_id"] = user_id
        yield session


@asynccontextmanager
async def user_connection(
    user_id: UUID, connections: int = FEW_CONNECTIONS
) -> AsyncIterator[Connection]:
    """As `user_session`, on the driver's own connection, for what every prompt does.

    A statement takes a seventh of the work there. Few of these transactions are open at once: in
    one, nothing may be awaited but the database, and none begins another.
    connections: CONNECTIONS for one that awaits more, from those of `user_session`. Raises
    DatabaseAway.
    """
    engine = _engine(settings().database_app_url.get_secret_value(), connections)
    try:
        async with engine.connect() as pooled, _driver_transaction(pooled, user_id) as driver:
            yield driver
    except _DRIVERS_DEFECTS:
        raise
    except (*_LOST, DBAPIError, TimeoutError) as error:
        raise DatabaseAway from error


@asynccontextmanager
async def _driver_transaction(pooled: AsyncConnection, user_id: UUID) -> AsyncIterator[Connection]:
    driver = await _begun(pooled, user_id)
    try:
        yield driver
        await driver.execute("commit")
    except Exception:
        with suppress(*_LOST):  # what is lost needs no rollback
            await driver.execute("rollback")
        raise
    finally:
        if not driver.is_closed() and driver.is_in_transaction():
            driver.terminate()  # it was cut off in the middle: nobody may find it so


async def _begun(pooled: AsyncConnection, user_id: UUID) -> Connection:
    """The driver's connection in a transaction of the user; another for one that died in the pool.

    To begin and to say for whom is one message: an id's digits are nothing that SQL would read.
    Raises DatabaseAway.
    """
    for _ in range(CONNECTIONS + 1):
        driver = cast("Connection", (await pooled.get_raw_connection()).driver_connection)
        try:
            await driver.execute(_BEGIN.format(user_id.hex))
        except BaseException as error:
            driver.terminate()  # where it was cut off, nobody may find it begun
            if not isinstance(error, _LOST):
                raise
        else:
            return driver
        await pooled.invalidate()
    raise DatabaseAway


@asynccontextmanager
async def system_session() -> AsyncIterator[AsyncSession]:
    """A transaction that belongs to nobody: it finds whose work waits (see isolation).

    Few of these are open at once: nothing may be awaited in one but the database. Raises
    DatabaseAway.
    """
    async with _transaction(settings().database_worker_url, None, WORKER_CONNECTIONS) as session:
        yield session


@asynccontextmanager
async def migrator_session() -> AsyncIterator[AsyncSession]:
    """A transaction that no policy holds, and that may change what is append-only for all others.

    It works only in a command that was given the administrator's address. Raises DatabaseAway.
    """
    async with _transaction(settings().database_migrator_url, None) as session:
        yield session


@asynccontextmanager
async def _transaction(
    url: SecretStr, user_id: UUID | None, connections: int = CONNECTIONS
) -> AsyncIterator[AsyncSession]:
    engine = _engine(url.get_secret_value(), connections)
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            await _begin(session, user_id)
            yield session
            await session.commit()
    except _DEFECTS:
        raise
    except (OSError, DBAPIError, TimeoutError) as error:
        if str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith(_DATA_EXCEPTION):
            raise
        raise DatabaseAway from error


async def _begin(session: AsyncSession, user_id: UUID | None) -> None:
    """Say for whom; once more, if the connection died while it lay in the pool.

    That is cheaper than to ask each connection whether it lives, which takes three round trips.
    """
    user = {"user_id": str(user_id or "")}
    try:
        await session.execute(_SET_USER, user)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.rollback()
        await session.execute(_SET_USER, user)


def user_of(session: AsyncSession) -> UUID:
    """The user in whose name this session runs."""
    user_id: UUID = session.info["user_id"]
    return user_id


async def driver_of(session: AsyncSession) -> Connection:
    """The driver's connection of a session, in the session's own transaction."""
    connection = await (await session.connection()).get_raw_connection()
    driver: Connection = connection.driver_connection  # type: ignore[assignment]
    return driver


async def close() -> None:
    """Close all connections of this process."""
    chosen = settings()
    for url, connections in (
        (chosen.database_app_url, CONNECTIONS),
        (chosen.database_app_url, FEW_CONNECTIONS),
        (chosen.database_worker_url, CONNECTIONS),
        (chosen.database_migrator_url, CONNECTIONS),
    ):
        if url:
            await _engine(url.get_secret_value(), connections).dispose()


async def schema_revision() -> str:
    """The revision that the database is at. Raises DatabaseAway."""
    async with _transaction(settings().database_app_url, None) as session:
        found = await session.execute(text("select version_num from alembic_version"))
        return str(found.scalar_one())
