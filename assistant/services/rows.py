"""Writes new rows over the driver's own connection (see `database.user_connection`)."""

import json
from functools import lru_cache
from typing import Any

from asyncpg import Connection
from sqlalchemy import inspect
from sqlmodel import SQLModel


async def insert(connection: Connection, *rows: SQLModel, again: bool = False) -> None:
    """Write these rows, one after the other. What is None in one, the database fills in.

    again: they may be there already, by a try of which no answer came.
    """
    for row in rows:
        given = {name: getattr(row, name) for name in type(row).model_fields}
        given = {name: value for name, value in given.items() if value is not None}
        statement = _insert(type(row), tuple(given), again)
        await connection.execute(statement, *map(_stored, given.values()))


@lru_cache(maxsize=100)
def _insert(model: type[SQLModel], given: tuple[str, ...], again: bool) -> str:  # noqa: FBT001
    attributes = inspect(model).column_attrs
    names = ", ".join(attributes[name].columns[0].name for name in given)
    places = ", ".join(f"${at}" for at in range(1, len(given) + 1))
    ending = " on conflict (id) do nothing" if again else ""
    return f"insert into {model.__tablename__} ({names}) values ({places}){ending}"  # noqa: S608


def _stored(value: Any) -> Any:  # noqa: ANN401  (of any column)
    return json.dumps(value) if isinstance(value, dict) else value
