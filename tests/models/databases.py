"""A migrated database as its roles see it, and what it answers somebody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from assistant.models.isolation import Roles

REMOVED_BY_WORKER = {"sign_in_attempts": "(expires_at < now())"}
READ_ONLY = {"audit_heads", "operators", "operator_visits", "seats"}  # as a whole
APPEND_ONLY = {"usage_logs", "tool_executions", *READ_ONLY}


@dataclass(frozen=True)
class Database:
    """A migrated database: a connection for each of the roles that the checks need."""

    admin: asyncpg.Connection
    app: asyncpg.Connection
    worker: asyncpg.Connection
    roles: Roles

    @property
    def is_cut_off(self) -> bool:
        """Whether a connection has been ended."""
        return any(each.is_closed() for each in (self.admin, self.app, self.worker))


@asynccontextmanager
async def as_user(connection: asyncpg.Connection, user_id: UUID | None) -> AsyncIterator[None]:
    """A transaction in the name of a user, rolled back at its end."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if user_id is not None:
            await connection.execute("select set_config('app.user_id', $1, true)", str(user_id))
        yield
    finally:
        await transaction.rollback()


async def refusal(connection: asyncpg.Connection, sql: str, *values: object) -> str:
    """The class of the database's refusal, "" when it takes the statement."""
    try:
        async with connection.transaction():
            await connection.execute(sql, *values)
    except asyncpg.PostgresError as error:
        return type(error).__name__
    return ""
