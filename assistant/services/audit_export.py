"""The audit log as a file, CSV or JSON, piece by piece."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncGenerator, Iterable
from operator import attrgetter
from typing import Any
from uuid import UUID

from assistant.services.audit import every
from assistant.services.audit_entry import COLUMNS, Entry, plain
from assistant.services.audit_queries import Filters

# With these a spreadsheet begins to reckon, in some countries with their wide forms, too.
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Elsewhere a semicolon parts cells, and a line within a cell begins another row.
_WITHIN = re.compile("([;\t\r\n] *)(?=[=+@\uff1d\uff0b\uff0d\uff20-])")

_ALL, _AT = attrgetter(*COLUMNS), COLUMNS.index("at")


async def as_csv(user_id: UUID, filters: Filters) -> AsyncGenerator[str, None]:
    """The entries as lines under a head. What would be a formula begins with an apostrophe."""
    yield lines([COLUMNS])
    async for some in every(user_id, filters):
        yield await asyncio.to_thread(_entries, some)


def _entries(some: list[Entry]) -> str:
    return lines([cell(value) for value in _values(one)] for one in some)


def _values(one: Entry) -> list[Any]:
    """As `plain`, which costs twice as much; ids are written by the writer itself."""
    values = list(_ALL(one))
    values[_AT] = one.at.isoformat()
    return values


def lines(rows: Iterable[list[Any]]) -> str:
    """Rows of cells as text."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def cell(value: Any) -> Any:  # noqa: ANN401  (of an entry)
    """As the writer takes it; what would be a formula begins with an apostrophe.

    What is neither words nor a list it writes itself.
    """
    said = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    if not isinstance(said, str):
        return said
    if _WITHIN.search(said):  # to replace nothing costs three times as much
        said = _WITHIN.sub(r"\1'", said)
    return f"'{said}" if said.lstrip(" ")[:1] in FORMULA else said


async def as_json(user_id: UUID, filters: Filters) -> AsyncGenerator[str, None]:
    """The entries as one list."""
    before = "["
    async for some in every(user_id, filters):
        yield before + await asyncio.to_thread(_objects, some)
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _objects(some: list[Entry]) -> str:
    return ",".join("\n" + json.dumps(plain(one), ensure_ascii=False) for one in some)
