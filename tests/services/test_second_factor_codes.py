"""The codes of the second factor: good once, and hard to guess."""

import asyncio

import pyotp
import pytest

from assistant.errors import Busy, Refused
from assistant.services import second_factor
from assistant.services.accounts import name_of
from assistant.services.second_factor import confirm, enrol, new_recovery_codes, status, verify
from tests.conftest import signed_in
from tests.services.authenticator import NOON, outcome, row_of, wrong_for
from tests.services.talk import rows


async def verified_at(db, user):
    query = "select verified_at from login_sessions where id = $1"
    (row,) = await rows(db, query, user.session_id)
    return row["verified_at"]


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


async def test_another_users_code_is_none(alice, bob, totp, clock):
    his = pyotp.TOTP((await enrol(bob)).secret)
    clock(-2)
    await confirm(bob, his.at(NOON - 60))
    clock(0)
    assert await outcome(bob, totp.at(NOON)) is Refused
    assert await outcome(bob, totp.recovery_codes[0]) is Refused
