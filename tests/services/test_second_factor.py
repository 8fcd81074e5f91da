"""The second factor: enrolled, confirmed, and turned off again."""

import asyncio
import re
from uuid import uuid4

import pyotp
import pytest
import segno
from structlog.testing import capture_logs

from assistant.config import settings
from assistant.errors import Busy, NotSignedIn, Refused, StepUpNeeded
from assistant.services import sessions, signals
from assistant.services.accounts import name_of, sign_in_by_name
from assistant.services.second_factor import (
    Factor,
    confirm,
    enrol,
    new_recovery_codes,
    status,
    turn_off,
    verify,
)
from assistant.services.sessions import require_alive
from tests.conftest import signed_in
from tests.services.authenticator import NOON, outcome, row_of, wrong_for
from tests.services.talk import rows


async def test_nothing_is_on_before_the_first_code_was_given(alice, clock):
    enrolment = await enrol(alice)
    assert await status(alice.id) == Factor(on=False, codes_left=0)
    with pytest.raises(Refused):
        await verify(alice, pyotp.TOTP(enrolment.secret).at(NOON))
    codes = await confirm(alice, pyotp.TOTP(enrolment.secret).at(NOON))
    assert await status(alice.id) == Factor(on=True, codes_left=len(codes))


async def test_the_address_names_us_and_the_user(alice):
    enrolment = await enrol(alice)
    read = pyotp.parse_uri(enrolment.uri)
    assert (read.secret, read.issuer) == (enrolment.secret, "Assistant")
    assert read.name == await name_of(alice.id)


async def test_the_path_draws_the_code_of_the_address_with_its_light_edge(alice):
    enrolment = await enrol(alice)
    drawn = [bytearray(enrolment.size) for _ in range(enrolment.size)]
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", enrolment.path):
        drawn[int(y)][int(x)] = 1
    expected = segno.make(enrolment.uri, micro=False).matrix_iter(border=4)
    assert drawn == [bytearray(row) for row in expected]
    assert re.sub(r"M\d+ \d+h1v1h-1z", "", enrolment.path) == ""


async def test_a_long_name_of_any_script_still_makes_a_code(db):
    user = await signed_in("\U0001f469\u0639: &%" + uuid4().hex + "\u6f22" * 20)
    enrolment = await enrol(user)
    assert pyotp.parse_uri(enrolment.uri).name == await name_of(user.id)


async def test_the_secret_is_stored_sealed(alice, db):
    enrolment = await enrol(alice)
    stored = (await row_of(db, alice))["secret"]
    assert enrolment.secret.encode() not in stored
    assert pyotp.TOTP(enrolment.secret).byte_secret() not in stored


async def test_who_begins_again_has_the_new_secret_only(alice, clock):
    first, second = await enrol(alice), await enrol(alice)
    with pytest.raises(Refused):
        await confirm(alice, pyotp.TOTP(first.secret).at(NOON))
    assert await confirm(alice, pyotp.TOTP(second.secret).at(NOON))


async def test_ten_enrolments_at_once_leave_one_secret_that_works(alice, clock, db):
    made = await asyncio.gather(*(enrol(alice) for _ in range(10)))
    await row_of(db, alice)
    good = 0
    for enrolment in made:
        await rows(db, "update second_factors set tries = 0 where user_id = $1", alice.id)
        try:
            good += bool(await confirm(alice, pyotp.TOTP(enrolment.secret).at(NOON)))
        except Refused:
            continue
    assert good == 1


async def test_ten_confirmations_at_once_make_one_set_of_recovery_codes(alice, clock):
    totp = pyotp.TOTP((await enrol(alice)).secret)
    codes = [totp.at(NOON + 30 * (number % 3 - 1)) for number in range(10)]
    ended = await asyncio.gather(*(confirm(alice, code) for code in codes), return_exceptions=True)
    (made,) = [each for each in ended if isinstance(each, list)]
    assert all(isinstance(each, list | Refused | Busy) for each in ended)
    await verify(alice, made[0])


async def test_a_plan_without_a_second_factor_is_told_so(alice, monkeypatch, db):
    monkeypatch.setenv("DEFAULT_TIER", "free")
    settings.cache_clear()
    try:
        with pytest.raises(Refused, match="plan"):
            await enrol(alice)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert not await rows(db, "select 1 from second_factors where user_id = $1", alice.id)


async def test_a_factor_that_is_on_is_not_replaced(alice, totp):
    with pytest.raises(Refused, match="on already"):
        await enrol(alice)
    await verify(alice, totp.at(NOON))


async def test_turned_off_nothing_of_it_is_left(alice, totp, db):
    await turn_off(alice)
    assert await status(alice.id) == Factor(on=False, codes_left=0)
    for table in ("second_factors", "recovery_codes"):
        assert not await rows(db, f"select 1 from {table} where user_id = $1", alice.id)  # noqa: S608
    for forget in (verify(alice, totp.at(NOON)), new_recovery_codes(alice)):
        with pytest.raises(Refused, match="no second factor"):
            await forget
    assert await enrol(alice)


async def test_turning_it_on_or_off_ends_the_other_sessions_and_not_this_one(alice, clock, db):
    async def living() -> set:
        query = "select id from login_sessions where user_id = $1 and revoked_at is null"
        return {row["id"] for row in await rows(db, query, alice.id)}

    totp = pyotp.TOTP((await enrol(alice)).secret)
    await signed_in(await name_of(alice.id))
    with pytest.raises(Refused):
        await confirm(alice, wrong_for(totp))
    assert len(await living()) == 2
    await confirm(alice, totp.at(NOON))
    assert await living() == {alice.session_id}
    await sign_in_by_name(await name_of(alice.id))
    await turn_off(alice)
    assert await living() == {alice.session_id}


@pytest.mark.parametrize("how", ["on", "off"])
async def test_what_ends_with_it_is_known_nowhere_and_its_sockets_are_told(how, alice, clock):
    told = []
    totp = pyotp.TOTP((await enrol(alice)).secret)
    if how == "off":
        await confirm(alice, totp.at(NOON))
    other = await signed_in(await name_of(alice.id))
    sessions._remember(other)
    with signals.listening(sessions.REVOKED, told.append):
        await (turn_off(alice) if how == "off" else confirm(alice, totp.at(NOON)))
    assert told == [{"user": str(alice.id), "session": str(other.session_id)}]
    with pytest.raises(NotSignedIn):
        await require_alive(other)
    assert await require_alive(alice) == alice


async def test_an_old_sign_in_changes_nothing_about_it(alice, clock, db):
    secret = (await enrol(alice)).secret
    old = "update login_sessions set fresh_at = now() - interval '6 minutes' where user_id = $1"
    await rows(db, old, alice.id)
    with pytest.raises(StepUpNeeded):
        await enrol(alice)
    await confirm(alice, pyotp.TOTP(secret).at(NOON))
    for change in (new_recovery_codes(alice), turn_off(alice)):
        with pytest.raises(StepUpNeeded):
            await change
    assert await status(alice.id) == Factor(on=True, codes_left=10)


async def test_the_log_tells_what_happened_and_no_code(alice, clock):
    with capture_logs() as logs:
        enrolment = await enrol(alice)
        totp = pyotp.TOTP(enrolment.secret)
        codes = await confirm(alice, totp.at(NOON))
        for _ in range(6):
            await outcome(alice, wrong_for(totp))
        await turn_off(alice)
    told = [entry["event"].removeprefix("second_factor_") for entry in logs]
    assert told == ["enrolled", "on", "too_many_tries", "off"]
    assert {entry["user"] for entry in logs} == {str(alice.id)}
    for secret in (enrolment.secret, *codes, totp.at(NOON), wrong_for(totp)):
        assert secret not in str([{**entry, "user": ""} for entry in logs])
