"""The end of a session ends what is open for it, whoever tells of it."""

import asyncio
from uuid import uuid4

import pytest

from assistant.services import erasure, session_ends, sessions, signals
from assistant.services.accounts import name_of
from assistant.services.session_ends import ended_among, open_here, over
from assistant.services.sessions import User, revoke
from tests.conftest import signed_in
from tests.services.talk import PATIENCE_SECONDS, rows, turn_factor_on


async def set_on(db: str, user: User, what: str) -> None:
    await rows(db, f"update login_sessions set {what} where id = $1", user.session_id)  # noqa: S608


async def test_whoever_waits_for_the_end_of_a_session_hears_of_it_at_once(alice, bob):
    waiting = asyncio.create_task(over(alice))
    await asyncio.sleep(0)
    await revoke(bob, bob.session_id)
    assert not waiting.done()
    await revoke(alice, alice.session_id)
    await asyncio.wait_for(waiting, PATIENCE_SECONDS)
    assert sessions.REVOKED not in signals._listeners
    assert open_here() == set()


@pytest.mark.parametrize("end", ["revoked_at = now()", "expires_at = now()"])
async def test_an_end_without_a_notice_is_found_by_looking(alice, bob, db, looking, end):
    hers, his = [asyncio.create_task(over(user)) for user in (alice, bob)]
    await set_on(db, alice, end)
    await asyncio.wait_for(hers, PATIENCE_SECONDS)
    assert open_here() == {bob}
    his.cancel()


async def test_who_has_yet_to_give_the_code_hears_nothing_more(alice, bob, db, looking):
    hers, his = [asyncio.create_task(over(user)) for user in (alice, bob)]
    await turn_factor_on(db, alice)
    await asyncio.wait_for(hers, PATIENCE_SECONDS)
    assert not his.done()
    his.cancel()


async def test_who_leaves_hears_nothing_more(alice, bob, looking):
    hers, his = [asyncio.create_task(over(user)) for user in (alice, bob)]
    await erasure.ask(alice, erasure.WORD)
    await asyncio.wait_for(hers, PATIENCE_SECONDS)
    assert not his.done()
    his.cancel()


async def test_of_many_sessions_those_that_are_over_are_found(alice, bob, db):
    name = await name_of(alice.id)
    revoked, expired, idle, lasting = [await signed_in(name) for _ in range(4)]
    await set_on(db, revoked, "revoked_at = now()")
    await set_on(db, expired, "expires_at = now()")
    await set_on(db, idle, "seen_at = now() - interval '14 days 1 minute'")
    gone = User(uuid4(), uuid4())
    asked = [alice, revoked, bob, expired, gone, idle, lasting]
    assert await ended_among(asked) == [revoked, expired, gone, idle]
    assert await ended_among([]) == []


async def test_a_second_factor_holds_back_who_has_not_given_the_code(alice, bob, db):
    given = await signed_in(await name_of(alice.id))
    await turn_factor_on(db, alice)
    await set_on(db, given, "verified_at = now()")
    assert await ended_among([alice, given, bob]) == [alice]


def test_neither_what_is_remembered_nor_a_look_takes_more_than_five_seconds():
    assert max(sessions.KNOWN_FOR_SECONDS, session_ends.LOOK_SECONDS) <= 5
