"""Sessions: one transaction each, in the name of one user or as the worker that finds work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    TimeoutError,  # noqa: A004  (of the pool)
)
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from assistant.config import settings
from assistant.errors import DatabaseAway

_DEFECTS = (IntegrityError, ProgrammingError)
_DATA_EXCEPTION = "22"  # PostgreSQL, appendix A; asyncpg's dialect has no DataError for it
_SET_USER = text("select set_config('app.user_id', :user_id, true)")


@lru_cache(maxsize=3)
def _engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=20,
        max_overflow=10,
        pool_timeout=15,
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
async def system_session() -> AsyncIterator[AsyncSession]:
    """A transaction that belongs to nobody: it finds whose work waits (see isolation).

    Raises DatabaseAway.
    """
    async with _transaction(settings().database_worker_url, None) as session:
        yield session


@asynccontextmanager
async def migrator_session() -> AsyncIterator[AsyncSession]:
    """A transaction that no policy holds, and that may change what is append-only for all others.

    It works only in a command that was given the administrator's address. Raises DatabaseAway.
    """
    async with _transaction(settings().database_migrator_url, None) as session:
        yield session


@asynccontextmanager
async def _transaction(url: SecretStr, user_id: UUID | None) -> AsyncIterator[AsyncSession]:
    engine = _engine(url.get_secret_value())
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


async def close() -> None:
    """Close all connections of this process."""
    chosen = settings()
    for url in (
        chosen.database_app_url,
        chosen.database_worker_url,
        chosen.database_migrator_url,
    ):
        if url:
            await _engine(url.get_secret_value()).dispose()


async def schema_revision() -> str:
    """The revision that the database is at. Raises DatabaseAway."""
    async with _transaction(settings().database_app_url, None) as session:
        found = await session.execute(text("select version_num from alembic_version"))
        return str(found.scalar_one())
