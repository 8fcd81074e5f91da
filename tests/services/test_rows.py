"""Rows go in as they are, and what they leave open the database fills in."""

from uuid import uuid4

import pytest
from asyncpg import InsufficientPrivilegeError

from assistant.database import user_connection, user_session
from assistant.models import Conversation
from assistant.services.rows import insert


async def test_a_row_is_read_as_it_was_written(alice):
    written = Conversation(user_id=alice.id, model="m", details={"titled": "user"})
    async with user_connection(alice.id) as connection:
        await insert(connection, written, Conversation(user_id=alice.id))
    async with user_session(alice.id) as session:
        read = await session.get(Conversation, written.id)
    assert (read.model, read.details, read.head_id) == ("m", {"titled": "user"}, None)
    assert read.created_at is not None


async def test_nobody_writes_rows_for_somebody_else(alice, bob):
    theirs = Conversation(id=uuid4(), user_id=bob.id)
    with pytest.raises(InsufficientPrivilegeError):
        async with user_connection(alice.id) as connection:
            await insert(connection, theirs)


async def test_a_second_try_of_a_row_that_is_there_changes_nothing(alice):
    row = Conversation(user_id=alice.id, model="m")
    async with user_connection(alice.id) as connection:
        await insert(connection, row, again=True)
    again = Conversation(id=row.id, user_id=alice.id, model="other")
    async with user_connection(alice.id) as connection:
        await insert(connection, again, again=True)
    async with user_session(alice.id) as session:
        assert (await session.get(Conversation, row.id)).model == "m"
