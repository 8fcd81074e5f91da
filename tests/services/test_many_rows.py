"""Many rows are given to a statement as one table."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import inspect, select

from assistant.database import user_session
from assistant.models import Message
from assistant.services.many_rows import many_rows


async def test_each_value_arrives_as_it_was_given(alice):
    columns = inspect(Message).columns
    names = ("id", "content", "model", "created_at", "parent_id", "details", "searchable")
    rows = [
        dict(zip(names, values, strict=True))
        for values in (
            (
                uuid4(),
                b"\x00\xff",
                "a,b{}\"'NULL",
                datetime(2024, 1, 1, tzinfo=UTC),
                None,
                {},
                True,
            ),
            (uuid4(), None, "", datetime(2025, 1, 1, tzinfo=UTC), uuid4(), {"a": [1, None]}, False),
        )
    ]
    given = many_rows({name: columns[name] for name in names}, rows)
    async with user_session(alice.id) as session:
        found = (await session.execute(select(given))).mappings().all()
    assert [dict(each) for each in found] == rows
