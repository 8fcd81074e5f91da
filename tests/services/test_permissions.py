"""What the user permits the tools, and how quickly it no longer holds."""

from uuid import uuid4

import pytest

from assistant.agent.gate import Grant
from assistant.database import user_connection, user_session
from assistant.errors import NotFound
from assistant.services import permissions
from assistant.services.permissions import granted, permitted, revoke, set_rule
from tests.services.talk import rows, say

ELSEWHERE = uuid4()


async def grant(user, tool, **scope):
    async with user_session(user.id) as session:
        return await permissions.grant(session, tool, **scope)


async def test_without_a_word_of_the_user_nothing_is_off_and_nothing_is_granted(alice):
    found = await permitted(alice.id, ELSEWHERE)
    assert (found.rules, found.grants) == ({}, ())


async def test_the_last_rule_for_a_tool_is_the_one(alice, bob):
    for rule in ("off", "ask", "off"):
        await set_rule(alice.id, "send_email", rule)
    assert (await permitted(alice.id, ELSEWHERE)).rules == {"send_email": "off"}
    assert (await permitted(bob.id, ELSEWHERE)).rules == {}
    await set_rule(alice.id, "send_email", "allow")
    assert (await permitted(alice.id, ELSEWHERE)).rules == {}


async def test_a_rule_can_be_changed_as_often_as_one_likes(alice):
    for _ in range(10):  # after five, PostgreSQL makes a plan of a statement for all values
        for rule in ("off", "ask"):
            await set_rule(alice.id, "send_email", rule)
    assert (await permitted(alice.id, ELSEWHERE)).rules == {"send_email": "ask"}


async def test_a_grant_for_a_conversation_holds_there_only(alice, demo):
    here = (await say(alice, "hello")).conversation_id
    one = await grant(alice, "send_email", conversation_id=here)
    assert (await permitted(alice.id, here)).grants == (Grant(str(one), "send_email"),)
    assert (await permitted(alice.id, ELSEWHERE)).grants == ()


async def test_a_grant_for_one_target_names_it_and_is_stored_sealed(alice, db):
    one = await grant(alice, "send_email", target="bob@example.com")
    (held,) = (await permitted(alice.id, ELSEWHERE)).grants
    assert held == Grant(str(one), "send_email", "bob@example.com")
    (row,) = await rows(db, "select target from tool_permissions where id = $1", one)
    assert b"bob" not in row["target"]


async def test_what_was_revoked_or_ran_out_holds_no_longer(alice, bob, db):
    one, two = await grant(alice, "a"), await grant(alice, "b")
    with pytest.raises(NotFound):
        await revoke(bob.id, one)
    await revoke(alice.id, one)
    await rows(db, "update tool_permissions set expires_at = now() where id = $1", two)
    assert (await permitted(alice.id, ELSEWHERE)).grants == ()
    assert await granted(alice.id) == []
    async with user_connection(alice.id) as connection:
        assert not await permissions.use(connection, str(one))
        assert not await permissions.use(connection, str(two))


async def test_the_use_of_a_grant_is_remembered(alice):
    one = await grant(alice, "a")
    assert (await granted(alice.id))[0].used_at is None
    async with user_connection(alice.id) as connection:
        assert await permissions.use(connection, str(one))
    assert (await granted(alice.id))[0].used_at is not None
