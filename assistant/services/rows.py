"""Statements for the driver's own connection (see `database.user_connection`), new rows first."""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from asyncpg import Connection
from sqlalchemy import ClauseElement, inspect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlmodel import SQLModel

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_PLACE = re.compile(r"\$(\d+)")


class Statement(NamedTuple):
    """Words of SQL, and the values of its places $1, $2, …"""

    text: str
    values: tuple[Any, ...]


async def insert(connection: Connection, *rows: SQLModel, again: bool = False) -> None:
    """Write these rows, one after the other. What is None in one, the database fills in.

    again: they may be there already, by a try of which no answer came.
    """
    for row in rows:
        text, values = inserting(row, again=again)
        await connection.execute(text, *values)


def inserting(row: SQLModel, *, again: bool = False) -> Statement:
    """The statement that writes this row, as `insert` does."""
    given = {name: getattr(row, name) for name in type(row).model_fields}
    given = {name: value for name, value in given.items() if value is not None}
    return Statement(_insert(type(row), tuple(given), again), tuple(map(_stored, given.values())))


class Worded:
    """A query in words for the driver: written once, as SQLAlchemy says it, and compiled once.

    It may hold no list of values (`in_`), whose length changes the words.
    """

    def __init__(self, query: ClauseElement) -> None:
        compiled = query.compile(dialect=_DIALECT)
        self._text, self._given = str(compiled), compiled.params
        self._names = tuple(getattr(compiled, "positiontup", None) or ())

    def __call__(self, **values: Any) -> Statement:  # noqa: ANN401  (of any type)
        """The statement with these values for its named places."""
        known = {**self._given, **values}
        return Statement(self._text, tuple(known[name] for name in self._names))


async def together(connection: Connection, *statements: Statement) -> None:
    """Execute these as one, on one way to the database and back.

    Each sees what was there before all of them; rows may name each other, which is checked at the
    end. No two may change the same row, and rows of a chain do not belong here: none comes first.
    """
    values = (value for statement in statements for value in statement.values)
    await connection.execute(_joined(tuple(each.text for each in statements)), *values)


@lru_cache(maxsize=100)
def _joined(texts: tuple[str, ...]) -> str:
    """The statements as one, whose places are numbered on and on."""
    before, named = 0, []
    for number, text in enumerate(texts):
        places = {int(found) for found in _PLACE.findall(text)}
        moved = _PLACE.sub(lambda found, by=before: f"${int(found[1]) + by}", text)  # type: ignore[misc]
        named.append(f"s{number} as ({moved})")
        before += max(places, default=0)
    return f"with {', '.join(named)} select"


@lru_cache(maxsize=100)
def _insert(model: type[SQLModel], given: tuple[str, ...], again: bool) -> str:  # noqa: FBT001
    attributes = inspect(model).column_attrs
    names = ", ".join(attributes[name].columns[0].name for name in given)
    places = ", ".join(f"${at}" for at in range(1, len(given) + 1))
    ending = " on conflict (id) do nothing" if again else ""
    return f"insert into {model.__tablename__} ({names}) values ({places}){ending}"  # noqa: S608


def _stored(value: Any) -> Any:  # noqa: ANN401  (of any column)
    return json.dumps(value) if isinstance(value, dict) else value
