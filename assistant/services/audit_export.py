"""The audit log as a file, CSV or JSON, piece by piece."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from assistant.services.audit import every
from assistant.services.audit_entry import Entry
from assistant.services.audit_queries import Filters

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet begins to reckon
COLUMNS = [field.name for field in fields(Entry)]


async def as_csv(user_id: UUID, filters: Filters) -> AsyncIterator[str]:
    """The entries as lines under a head. What would be a formula begins with an apostrophe."""
    yield _line(COLUMNS)
    async for one in every(user_id, filters):
        yield _line([_cell(value) for value in _plain(one).values()])


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401  (of an entry)
    said = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
    if value is None:
        return ""
    text = isinstance(value, str | list)
    return f"'{said}" if text and said.lstrip(" ").startswith(FORMULA) else said


async def as_json(user_id: UUID, filters: Filters) -> AsyncIterator[str]:
    """The entries as one list."""
    before = "["
    async for one in every(user_id, filters):
        yield before + "\n" + json.dumps(_plain(one), ensure_ascii=False)
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _plain(one: Entry) -> dict[str, Any]:
    """An entry in values of JSON."""
    told = asdict(one)
    told |= {"id": str(one.id), "at": one.at.isoformat()}
    told["conversation_id"] = one.conversation_id and str(one.conversation_id)
    return told
