"""Across the services: what was changed or moved in the database is said to be unreadable."""

import asyncpg
import pytest
from pyotp import TOTP
from structlog.testing import capture_logs

from assistant.errors import Refused
from assistant.services import conversations
from assistant.services.accounts import name_of
from assistant.services.identities import listed
from assistant.services.search import search
from assistant.services.second_factor import confirm, enrol, verify
from assistant.services.sessions import devices
from assistant.services.turn_state import state_of
from tests.conftest import all_ended
from tests.services.talk import ask, end_of, say, shown, text_of


@pytest.fixture
async def chats(alice, demo):
    """Two conversations of one message each."""
    for words in ("first words", "second words"):
        await ask(alice, words)
    await all_ended()  # the titles are made behind the answers
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


async def test_the_search_says_so_and_finds_the_rest(alice, chats, db):
    changed = "update {} set {} = {} || '\\x00' where {} = $1"
    await run(db, changed.format("conversations", "title", "title", "id"), chats[0])
    moved = changed.format("messages", "content", "content", "conversation_id")
    await run(db, f"{moved} and role = 'assistant'", chats[0])
    with capture_logs() as logs:
        found = await search(alice.id, "words")
    said = {each.title for each in found.messages if each.role == "user"}
    assert said == {"Unreadable", "first words"}
    assert [each.title for each in found.titles] == ["first words"]
    assert {"conversations.title"} <= {each["place"] for each in logs}
    demo_says = await search(alice.id, "demo")
    assert {each.conversation_id for each in demo_says.messages} == {chats[1]}


async def test_a_name_of_a_way_in_and_of_a_device_is_unreadable(alice, db):
    for table, column in (("identities", "label"), ("login_sessions", "device")):
        await run(db, f"update {table} set {column} = '\\x00' where user_id = $1", alice.id)  # noqa: S608
    with capture_logs() as logs:
        assert [each.label for each in await listed(alice.id)] == ["Unreadable"]
        assert {each.label for each in await devices(alice)} == {"Unreadable"}
    assert {each["place"] for each in logs} == {"identities.label", "login_sessions.device"}


async def test_a_second_factor_that_was_changed_takes_no_code_but_a_recovery_code(alice, db):
    totp = TOTP((await enrol(alice)).secret)
    codes = await confirm(alice, totp.now())
    changed = "update second_factors set secret = secret || '\\x00' where user_id = $1"
    await run(db, changed, alice.id)
    with capture_logs() as logs, pytest.raises(Refused, match="recovery code"):
        await verify(alice, totp.now())
    assert [each["place"] for each in logs] == ["second_factors.secret"]
    await verify(alice, codes[0])


async def test_a_tampered_entry_of_a_shared_log_ends_it_there(alice, demo, valkey):
    from assistant.services import shared_log, turn_log
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
    read = [b async for b in shared_log.follow(started.turn_id, state.vault, 0)]
    assert [entry.number for batch in read for entry in batch] == [1]
