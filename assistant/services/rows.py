"""Writes new rows over the driver's own connection (see `database.user_connection`)."""

import json
from functools import lru_cache
from typing import Any

from asyncpg import Connection
from sqlalchemy import inspect
from sqlmodel import SQLModel


async def insert(connection: Connection, *rows: SQLModel) -> None:
    """Write these rows, one after the other. What is None in one, the database fills in."""
    for row in rows:
        given = {name: getattr(row, name) for name in type(row).model_fields}
        given = {name: value for name, value in given.items() if value is not None}
        await connection.execute(_insert(type(row), tuple(given)), *map(_stored, given.values()))


@lru_cache(maxsize=100)
def _insert(model: type[SQLModel], given: tuple[str, ...]) -> str:
    attributes = inspect(model).column_attrs
    names = ", ".join(attributes[name].columns[0].name for name in given)
    places = ", ".join(f"${at}" for at in range(1, len(given) + 1))
    return f"insert into {model.__tablename__} ({names}) values ({places})"  # noqa: S608


def _stored(value: Any) -> Any:  # noqa: ANN401  (of any column)
    return json.dumps(value) if isinstance(value, dict) else value
