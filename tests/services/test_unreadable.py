"""Across the services: what was changed or moved in the database is said to be unreadable."""

import asyncpg
import pytest
from structlog.testing import capture_logs

from assistant.services import conversations
from assistant.services.accounts import name_of
from assistant.services.turn_state import state_of
from tests.services.talk import ask, end_of, say, shown, text_of


@pytest.fixture
async def chats(alice, demo):
    """Two conversations of one message each."""
    for words in ("first words", "second words"):
        await ask(alice, words)
    return [each.id for each in (await conversations.overview(alice.id, 10)).listed]


async def run(db: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(db)
    await connection.execute(sql, *values)
    await connection.close()


async def test_a_title_that_was_moved_is_unreadable_and_the_list_lives(alice, chats, db):
    moved = "update conversations set title = (select title from conversations where id = $1)"
    await run(db, f"{moved} where id = $2", *chats)
    with capture_logs() as logs:
        titles = [each.title for each in (await conversations.overview(alice.id, 10)).listed]
    assert titles[1] == "Unreadable" != titles[0]
    said = {"event": "unreadable", "log_level": "warning", "place": "conversations.title"}
    assert logs == [said | {"row": str(chats[1])}]
    await conversations.rename(alice.id, chats[1], "Named anew")
    assert (await conversations.opened(alice.id, chats[1])).title == "Named anew"


async def test_a_message_that_was_changed_says_so_and_the_others_are_read(alice, chats, db):
    changed = "update messages set content = content || '\\x00' where conversation_id = $1"
    await run(db, f"{changed} and role = 'user'", chats[0])
    with capture_logs() as logs:
        question, answer = await shown(alice, chats[0])
    assert "cannot be opened" in text_of(question["parts"])
    assert "cannot be opened" not in text_of(answer["parts"])
    assert answer["parts"]
    assert [each["row"] for each in logs] == [question["id"]]


async def test_a_conversation_with_such_a_message_can_be_gone_on_with(alice, chats, db):
    await run(db, "update messages set content = '\\x0200' where conversation_id = $1", chats[0])
    state = await ask(alice, "and now?", chats[0])
    assert state.status == "done"
    assert "cannot be opened" not in text_of(state.parts)


async def test_a_name_that_was_changed_is_unreadable(alice, db):
    await run(db, "update profiles set name = '\\x00' where user_id = $1", alice.id)
    assert await name_of(alice.id) == "Unreadable"


async def test_a_tampered_entry_of_a_shared_log_ends_it_there(alice, demo, valkey):
    from assistant.services import turn_log
    from assistant.services.shared import redis

    started = await say(alice, "hello")
    log = turn_log.local(started.turn_id)
    async for batch in log.follow(0):
        if batch and batch[-1].kind == "end":
            end_of(batch)
    key, state = f"assistant:turn:{started.turn_id}", await state_of(alice.id, started.turn_id)
    while await redis().xlen(key) <= len(log.entries):
        pass
    (second,) = await redis().xrange(key, "2-0", "2-0")
    await redis().delete(key)
    first = log.vault.seal("turn_log", started.turn_id, "\nfirst")
    for number, value in ((1, first), (2, second[1][b"e"][:-1]), (3, first)):
        await redis().xadd(key, {"e": value}, id=f"{number}-0")
    read = [b async for b in turn_log.follow_shared(started.turn_id, state.vault, 0)]
    assert [entry.number for batch in read for entry in batch] == [1]
