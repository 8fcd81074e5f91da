"""The second factor: enrolled, confirmed, asked for, and hard to guess."""

import asyncio
import re
from uuid import uuid4

import pyotp
import pytest
import segno
from structlog.testing import capture_logs

from assistant.config import settings
from assistant.errors import Busy, NotSignedIn, Refused, StepUpNeeded
from assistant.services import second_factor, sessions, signals
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
from tests.services.talk import rows

NOON = 1_800_000_015.0  # the middle of a time step


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands; `clock(steps)` moves it to that many steps from noon."""

    def move(steps: int) -> None:
        monkeypatch.setattr(second_factor, "_now", lambda: NOON + 30 * steps)

    move(0)
    return move


@pytest.fixture
async def totp(alice, clock):
    """Alice's authenticator; she has confirmed it two steps before noon."""
    authenticator = pyotp.TOTP((await enrol(alice)).secret)
    clock(-2)
    authenticator.recovery_codes = await confirm(alice, authenticator.at(NOON - 60))
    clock(0)
    return authenticator


async def row_of(db, user):
    (row,) = await rows(db, "select * from second_factors where user_id = $1", user.id)
    return row


async def verified_at(db, user):
    query = "select verified_at from login_sessions where id = $1"
    (row,) = await rows(db, query, user.session_id)
    return row["verified_at"]


async def outcome(user, code):
    """What a try leads to: None, or the kind of the refusal."""
    try:
        await verify(user, code)
    except (Refused, Busy) as error:
        return type(error)


def wrong_for(totp, time=NOON):
    near = {totp.at(time + 30 * step) for step in range(-2, 3)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


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


async def test_a_good_code_marks_this_session_and_no_other(alice, totp, db):
    other = await signed_in(await name_of(alice.id))
    await rows(db, "update login_sessions set verified_at = null where user_id = $1", alice.id)
    await verify(alice, totp.at(NOON))
    assert await verified_at(db, alice) is not None
    assert await verified_at(db, other) is None


@pytest.mark.parametrize("step", [-1, 0, 1])
async def test_the_code_of_a_clock_that_is_one_step_off_is_good(step, alice, totp):
    assert await outcome(alice, totp.at(NOON + 30 * step)) is None


@pytest.mark.parametrize("step", [-2, 2, 3, -1000])
async def test_the_code_of_another_time_is_not(step, alice, totp):
    assert await outcome(alice, totp.at(NOON + 30 * step)) is Refused


async def test_no_code_is_taken_twice_nor_one_older_than_the_last(alice, totp, clock):
    assert await outcome(alice, totp.at(NOON)) is None
    assert await outcome(alice, totp.at(NOON)) is Refused
    assert await outcome(alice, totp.at(NOON - 30)) is Refused
    assert await outcome(alice, totp.at(NOON + 30)) is None


async def test_the_code_that_confirmed_signs_nobody_in(alice, clock):
    totp = pyotp.TOTP((await enrol(alice)).secret)
    await confirm(alice, totp.at(NOON))
    assert await outcome(alice, totp.at(NOON)) is Refused


async def test_of_twenty_requests_with_one_code_one_wins(alice, totp):
    ended = await asyncio.gather(*(outcome(alice, totp.at(NOON)) for _ in range(20)))
    assert ended.count(None) == 1


async def test_of_twenty_requests_with_one_recovery_code_one_wins(alice, totp):
    code = totp.recovery_codes[3]
    ended = await asyncio.gather(*(outcome(alice, code) for _ in range(20)))
    assert ended.count(None) == 1
    assert (await status(alice.id)).codes_left == 9


async def test_guessing_ends_after_five_tries_also_when_all_come_at_once(alice, totp):
    wrong = wrong_for(totp)
    ended = await asyncio.gather(*(outcome(alice, wrong) for _ in range(20)))
    assert (ended.count(Refused), ended.count(Busy)) == (5, 15)
    assert await outcome(alice, totp.at(NOON)) is Busy
    assert await outcome(alice, totp.recovery_codes[0]) is Busy


async def test_after_fifteen_minutes_it_opens_again_and_not_before(alice, totp, db):
    for _ in range(5):
        await outcome(alice, wrong_for(totp))
    move = "update second_factors set tries_from = now() - $2::interval where user_id = $1"
    await rows(db, move, alice.id, second_factor.TRIES_WITHIN * 0.9)
    with pytest.raises(Busy, match="in 2 minutes") as caught:
        await verify(alice, totp.at(NOON))
    assert caught.value.minutes == 2
    await rows(db, move, alice.id, second_factor.TRIES_WITHIN)
    assert await outcome(alice, wrong_for(totp)) is Refused
    assert await outcome(alice, totp.at(NOON)) is None


async def test_a_right_code_is_not_held_against_anybody_and_forgives_no_wrong_one(
    alice, totp, clock
):
    for _ in range(4):
        assert await outcome(alice, wrong_for(totp)) is Refused
    for step in range(0, 12, 2):
        clock(step)
        assert await outcome(alice, totp.at(NOON + 30 * step)) is None
    assert await outcome(alice, wrong_for(totp, NOON + 300)) is Refused
    clock(14)
    assert await outcome(alice, totp.at(NOON + 420)) is Busy


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        "12345",
        "1234567",
        "abcdef",
        "12 34 5a",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\x00" * 6,
        "\ud800" * 12,
        "\u017f\u017f\u017f\u017f" * 3,
        "-1.0e5",
        "1" * 1_000_000,
        " " * 1_000_000 + "123456",
    ],
    ids=lambda bad: ascii(bad[:20]),
)
async def test_what_can_be_no_code_is_refused_and_is_no_try(bad, alice, totp, db):
    with pytest.raises(Refused, match="six digits"):
        await verify(alice, bad)
    assert (await row_of(db, alice))["tries"] == 0


async def test_spaces_in_a_code_are_forgiven(alice, totp):
    code, other = totp.at(NOON), totp.at(NOON + 30)
    assert await outcome(alice, f"  {code[:3]} {code[3:]}\n") is None
    assert await outcome(alice, "\u00a0".join(other)) is None


async def test_a_recovery_code_stands_in_once(alice, totp):
    assert [await outcome(alice, totp.recovery_codes[0]) for _ in range(2)] == [None, Refused]


async def test_new_recovery_codes_end_the_old_ones(alice, totp):
    fresh = await new_recovery_codes(alice)
    assert await outcome(alice, totp.recovery_codes[0]) is Refused
    assert await outcome(alice, fresh[0]) is None


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


async def test_another_users_code_is_none(alice, bob, totp, clock):
    his = pyotp.TOTP((await enrol(bob)).secret)
    clock(-2)
    await confirm(bob, his.at(NOON - 60))
    clock(0)
    assert await outcome(bob, totp.at(NOON)) is Refused
    assert await outcome(bob, totp.recovery_codes[0]) is Refused


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
