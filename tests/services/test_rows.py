"""Rows go in as they are, and what they leave open the database fills in."""

from uuid import uuid4

import pytest
from asyncpg import InsufficientPrivilegeError
from sqlalchemy import bindparam, func, literal
from sqlmodel import col, select

from assistant.database import user_connection, user_session
from assistant.models import Conversation, Message
from assistant.services.rows import Statement, Worded, insert, inserting, together


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


async def test_statements_are_executed_as_one_and_each_gets_its_values(alice):
    talk = Conversation(user_id=alice.id, model="m")
    said = Message(user_id=alice.id, conversation_id=talk.id, role="user", status="done")
    talk.head_id = said.id  # each names the other
    async with user_connection(alice.id) as connection:
        await together(connection, inserting(talk), inserting(said))
        moved = Statement("update conversations set model = $2 where id = $1", (talk.id, "n"))
        again = Statement("update messages set model = $1 where id = $2", ("o", said.id))
        await together(connection, moved, again)
    async with user_session(alice.id) as session:
        assert (await session.get(Conversation, talk.id)).model == "n"
        assert (await session.get(Message, said.id)).model == "o"


async def test_of_statements_that_are_one_none_is_executed_when_one_fails(alice, bob):
    mine, theirs = Conversation(user_id=alice.id), Conversation(user_id=bob.id)
    with pytest.raises(InsufficientPrivilegeError):
        async with user_connection(alice.id) as connection:
            await together(connection, inserting(mine), inserting(theirs))
    async with user_session(alice.id) as session:
        assert await session.get(Conversation, mine.id) is None


async def test_a_query_is_worded_with_its_own_values_and_those_of_its_places(alice):
    async with user_connection(alice.id) as connection:
        await insert(connection, *(Conversation(user_id=alice.id, model=each) for each in "abc"))
        query = select(func.count(), literal(7)).where(
            col(Conversation.model) != "x", col(Conversation.model) != bindparam("no")
        )
        text, values = Worded(query)(no="b")
        assert tuple(await connection.fetchrow(text, *values)) == (2, 7)
