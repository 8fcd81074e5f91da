"""What a turn begins on is read at once, and is the user's alone."""

from uuid import uuid4

import pytest

from assistant.database import user_connection, user_session
from assistant.services import connection_rows, permissions, turns
from assistant.services.connections import connect
from assistant.services.turn_ground import ground_of
from tests.services.accounts_outside import calendar, calendar_form, inside
from tests.services.talk import ended, rows, say, wish

__all__ = ["calendar", "calendar_form", "inside"]

SLOW = "[[tokens=2000 gap=20]]"


async def ground(user, conversation_id=None, key=""):
    async with user_connection(user.id) as connection:
        return await ground_of(connection, user.id, conversation_id, key)


async def test_nothing_stands_around_the_first_message(alice):
    found = await ground(alice)
    assert (found.known, found.place) == (None, None)
    assert (list(found.running), found.connections) == ([], [])
    assert found.permitted == permissions.Permissions()
    assert found.vault.user_id == alice.id


async def test_what_runs_and_what_was_begun_with_a_key_is_known(alice, bob, vendors):
    key = uuid4().hex
    started = await turns.send(alice.id, None, SLOW, wish(client_key=key))
    found = await ground(alice, started.conversation_id, key)
    assert found.known == (started.turn_id, started.conversation_id)
    assert list(found.running) == [started.conversation_id]
    theirs = await ground(bob, started.conversation_id, key)
    assert (theirs.known, list(theirs.running), theirs.place) == (None, [], None)


async def test_a_place_is_the_conversation_as_it_stands(alice, demo, db):
    started = await say(alice, "Hello there")
    end = await ended(alice, started)
    place = (await ground(alice, started.conversation_id)).place
    assert (place.id, str(place.head_id)) == (started.conversation_id, end.end["message"])
    assert (place.tainted, place.summary, place.begun) == (False, None, None)
    sql = """
        update conversations set metadata = metadata || '{"tainted": true, "titled": "user"}',
               summary = '\\x00', summary_through = head_id
        where id = $1
    """
    await rows(db, sql, started.conversation_id)
    place = (await ground(alice, started.conversation_id)).place
    assert (place.titled, place.tainted, place.summary.sealed) == (True, True, b"\x00")
    assert place.summary.through == place.head_id
    await rows(db, "update conversations set deleted_at = now() where id = $1", place.id)
    assert (await ground(alice, place.id)).place is None


async def test_rules_and_grants_are_those_that_hold_there(alice, demo):
    started = await say(alice, "Hello")
    await ended(alice, started)
    await permissions.set_rule(alice.id, "send_email", "off")
    async with user_session(alice.id) as session:
        here = await permissions.grant(
            session, "post", conversation_id=started.conversation_id, target="the wall"
        )
    found = (await ground(alice, started.conversation_id)).permitted
    assert found == await permissions.permitted(alice.id, started.conversation_id)
    assert found.grants[0].target == "the wall"
    assert (await ground(alice)).permitted.grants == ()
    await permissions.revoke(alice.id, here)
    assert (await ground(alice, started.conversation_id)).permitted.grants == ()


async def test_accounts_are_there_as_they_are_stored(alice, bob, calendar_form):
    await connect(alice.id, "caldav", calendar_form)
    (found,) = (await ground(alice)).connections
    (known,), _ = await connection_rows.rows_of(alice.id)
    assert found.model_dump() == known.model_dump()
    assert (await ground(bob)).connections == []


@pytest.mark.parametrize("key", ["", "x", "'; drop table turns; --"])
async def test_no_key_finds_a_turn_that_has_another(key, alice, demo):
    await ended(alice, await say(alice, "Hello"))
    assert (await ground(alice, key=key)).known is None
