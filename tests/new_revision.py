"""`python -m tests.new_revision words`: writes the next migration, from the models as they are.

It compares them with a database of its own that is at head. What it writes is a draft: `protect`
and `discoverable` are added by hand.
"""

import asyncio
import sys

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.config import settings
from assistant.migration import PROJECT, head
from tests.bench.own_database import own_database


async def write(words: str) -> None:
    """Write alembic/versions/<next number>_<words>.py."""
    engine = create_async_engine(settings().database_migrator_url.get_secret_value())
    async with engine.connect() as connection:
        await connection.run_sync(_compare, words)
    await engine.dispose()


def _compare(connection: Connection, words: str) -> None:
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["connection"] = connection
    number = f"{int(head()) + 1:04}"
    command.revision(config, words, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    with own_database():
        asyncio.run(write(" ".join(sys.argv[1:]) or "unnamed"))
