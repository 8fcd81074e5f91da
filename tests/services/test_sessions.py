"""Sessions: who is known, what is remembered, which devices there are, and how each ends."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import NotFound, NotSignedIn, StepUpNeeded
from assistant.services import erasure, sessions
from assistant.services.accounts import name_of, sign_in_by_name
from assistant.services.sessions import (
    devices,
    recognised,
    require_alive,
    require_fresh,
    revoke,
    revoke_others,
    vouched,
    who_is,
)
from assistant.services.tokens import access_token
from tests.conftest import signed_in
from tests.services.talk import rows, turn_factor_on

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/131.0"


async def set_on(db, user, what):
    """Change the row of this session, and forget what is known of it."""
    await rows(db, f"update login_sessions set {what} where id = $1", user.session_id)  # noqa: S608
    sessions._known.clear()


async def test_what_is_vouched_for_is_recognised_and_nothing_else_is(alice, bob):
    header = vouched(alice)
    assert recognised(header) == alice
    _, _, seal = header.split(" ")
    forged = f"{bob.id} {bob.session_id} {seal}"
    for bad in (None, "", header + "x", header[:-1], header.upper(), forged, f"{alice.id} {seal}"):
        with pytest.raises(NotSignedIn):
            recognised(bad)


@pytest.mark.usefixtures("prepared")
@given(st.text())
def test_no_text_is_vouched_for(text):
    for header in (text, f"{uuid4()} {uuid4()} {text}"):
        with pytest.raises(NotSignedIn):
            recognised(header)


async def test_a_session_of_another_user_is_nobodys(alice, bob):
    for forget in (lambda: None, sessions._known.clear):
        forget()
        for stranger in (bob.session_id, uuid4()):
            with pytest.raises(NotSignedIn):
                await who_is(access_token(alice.id, stranger))


@pytest.mark.parametrize(
    "what",
    [
        "revoked_at = now()",
        "expires_at = now()",
        "seen_at = now() - interval '14 days 1 minute'",
    ],
)
async def test_a_session_that_is_over_is_nobodys(what, alice, db):
    await set_on(db, alice, what)
    with pytest.raises(NotSignedIn):
        await require_alive(alice)
    with pytest.raises(NotSignedIn):
        await require_fresh(alice)
    assert await devices(alice) == []


async def test_a_session_lasts_while_it_is_used(alice, db):
    await set_on(db, alice, "seen_at = now() - interval '13 days 23 hours'")
    assert await require_alive(alice) == alice
    (device,) = await devices(alice)
    await set_on(db, alice, "expires_at = expires_at")
    await require_alive(alice)
    assert await devices(alice) == [device]  # what was seen just now is not written again


async def test_a_session_that_another_process_ended_is_noticed_in_time(alice, db, monkeypatch):
    monkeypatch.setattr(sessions, "KNOWN_FOR_SECONDS", 0.0)
    sessions._known.clear()
    assert await require_alive(alice) == alice
    await rows(db, "update login_sessions set revoked_at = now() where id = $1", alice.session_id)
    with pytest.raises(NotSignedIn):
        await require_alive(alice)


async def test_another_processs_notice_is_heeded_at_once(alice, db):
    await rows(db, "update login_sessions set revoked_at = now() where id = $1", alice.session_id)
    assert await require_alive(alice) == alice  # known for a few seconds
    sessions.forget({"user": str(alice.id), "session": str(alice.session_id)})
    with pytest.raises(NotSignedIn):
        await require_alive(alice)


async def test_what_is_remembered_of_sessions_is_bounded(alice):
    sessions._known.update({(uuid4(), uuid4()): 0.0 for _ in range(10_001)})
    sessions._remember(alice)
    assert len(sessions._known) == 1


async def test_who_must_give_a_code_is_not_verified_until_it_is_given(alice, db):
    assert (await require_alive(alice)).verified
    await turn_factor_on(db, alice)
    for _ in range(2):
        assert not (await require_alive(alice)).verified
    await rows(db, "update login_sessions set verified_at = now() where id = $1", alice.session_id)
    assert (await require_alive(alice)).verified


async def test_an_unconfirmed_factor_asks_for_nothing(alice, db):
    await turn_factor_on(db, alice)
    await rows(db, "update second_factors set confirmed_at = null where user_id = $1", alice.id)
    assert (await require_alive(alice)).verified


async def test_a_sign_in_is_fresh_for_five_minutes(alice, db):
    await require_fresh(alice)
    await set_on(db, alice, "fresh_at = now() - interval '5 minutes 1 second'")
    with pytest.raises(StepUpNeeded) as caught:
        await require_fresh(alice)
    assert caught.value.how == "sign-in"


async def test_with_a_second_factor_the_code_must_be_as_fresh(alice, db):
    await turn_factor_on(db, alice)
    for given_at in ("null", "now() - interval '5 minutes 1 second'"):
        await set_on(db, alice, f"verified_at = {given_at}")
        with pytest.raises(StepUpNeeded) as caught:
            await require_fresh(alice)
        assert caught.value.how == "code"
    await set_on(db, alice, "verified_at = now()")
    await require_fresh(alice)


async def test_devices_are_listed_by_what_people_call_them(alice, db):
    again = await sign_in_by_name(await name_of(alice.id), FIREFOX)
    latest, first = await devices(alice)
    assert (latest.label, latest.current) == ("Firefox on Linux", False)
    assert (first.id, first.label, first.current) == (alice.session_id, "A browser", True)
    (row,) = await rows(db, "select device from login_sessions where id = $1", latest.id)
    assert b"Firefox" not in row["device"]
    assert (await who_is(again.access)).session_id == latest.id


async def test_one_device_is_signed_out(alice, bob):
    other = await signed_in(await name_of(alice.id))
    await revoke(alice, other.session_id)
    with pytest.raises(NotSignedIn):
        await require_alive(other)
    assert await require_alive(alice) == alice
    for stranger in (other.session_id, bob.session_id, uuid4()):
        with pytest.raises(NotFound):
            await revoke(alice, stranger)
    assert await require_alive(bob) == bob


async def test_all_other_devices_are_signed_out(alice, bob):
    others = [await signed_in(await name_of(alice.id)) for _ in range(3)]
    await revoke_others(alice)
    for other in others:
        with pytest.raises(NotSignedIn):
            await require_alive(other)
    assert [each.current for each in await devices(alice)] == [True]
    assert await require_alive(bob) == bob


async def test_who_deletes_their_account_is_leaving_at_once_until_it_is_kept(alice, bob):
    assert not (await require_alive(alice)).leaving
    await erasure.ask(alice, erasure.WORD)
    for _ in range(2):
        assert (await require_alive(alice)).leaving
    assert not (await require_alive(bob)).leaving
    await erasure.keep(alice.id)
    assert not (await require_alive(alice)).leaving


async def test_who_deleted_their_account_in_another_process_is_leaving_soon(alice, db, monkeypatch):
    monkeypatch.setattr(sessions, "KNOWN_FOR_SECONDS", 0.0)
    sessions._known.clear()
    assert not (await require_alive(alice)).leaving
    await rows(db, "update profiles set erase_at = now() where user_id = $1", alice.id)
    assert (await require_alive(alice)).leaving
