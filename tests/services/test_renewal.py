"""Refresh tokens: exchanged once, twice within a moment for the same, and never again."""

import asyncio
from uuid import uuid4

import pytest

from assistant.errors import NotSignedIn, SessionRanOut
from assistant.services import sessions
from assistant.services.accounts import name_of, sign_in_by_name
from assistant.services.renewal import holder_of, refresh
from assistant.services.sessions import who_is
from assistant.services.tokens import RefreshToken
from tests.services.talk import rows

RACES = 1_000
HALF_A_MINUTE = "rotated_at = now() - interval '30 seconds'"
A_MINUTE = "rotated_at = now() - interval '61 seconds', seen_at = now() - interval '61 seconds'"


@pytest.fixture
async def tokens(db):
    return await sign_in_by_name(f"Dora {uuid4().hex[:10]}")


async def later(db, tokens, what):
    """Let time pass for the session of these tokens."""
    session_id = RefreshToken.read(tokens.refresh).session_id
    await rows(db, f"update login_sessions set {what} where id = $1", session_id)  # noqa: S608
    sessions._known.clear()


async def test_a_refresh_token_is_exchanged_and_the_session_goes_on(tokens):
    before = await who_is(tokens.access)
    renewed = await refresh(tokens.refresh)
    assert renewed.refresh != tokens.refresh
    assert await who_is(renewed.access) == before
    assert (await refresh(renewed.refresh)).user_id == before.id


async def test_only_hashes_are_kept(tokens, db):
    renewed = await refresh(tokens.refresh)
    (row,) = await rows(
        db, "select * from login_sessions where user_id = $1", tokens.user_id
    )  # fmt: skip
    assert row["refresh_hash"] == RefreshToken.read(renewed.refresh).hash()
    assert row["previous_hash"] == RefreshToken.read(tokens.refresh).hash()
    assert len(row["refresh_hash"]) == 32
    assert renewed.refresh not in str(dict(row))


async def test_the_previous_token_gets_the_same_answer_for_a_moment(tokens):
    renewed = [await refresh(tokens.refresh) for _ in range(5)]
    assert len({each.refresh for each in renewed}) == 1


async def is_over(*all_tokens):
    for each in all_tokens:
        for asking in (refresh(each.refresh), who_is(each.access)):
            with pytest.raises(NotSignedIn):
                await asking


async def test_whose_answer_was_lost_goes_on_with_the_token_before(tokens, db):
    await refresh(tokens.refresh)  # and the answer never arrives
    for _ in range(3):  # nor do others after it
        await later(db, tokens, HALF_A_MINUTE)
        again = await refresh(tokens.refresh)
        assert (await refresh(tokens.refresh)).refresh == again.refresh  # another tab
    assert await who_is(again.access)
    assert await who_is((await refresh(again.refresh)).access)


@pytest.mark.parametrize("exchanged", [False, True])
async def test_when_two_hold_a_token_the_session_ends_for_both(exchanged, tokens, db):
    """Whoever came second has taken the place of the first, who comes back and gives both away."""
    first = await refresh(tokens.refresh)
    await later(db, tokens, HALF_A_MINUTE)
    second = await refresh(tokens.refresh)
    assert first.refresh != second.refresh
    newest = await refresh(second.refresh) if exchanged else second
    with pytest.raises(NotSignedIn):
        await refresh(first.refresh)
    await is_over(first, second, newest)


async def test_the_token_before_ends_the_session_once_the_one_after_it_was_exchanged(tokens, db):
    renewed = await refresh((await refresh(tokens.refresh)).refresh)
    with pytest.raises(NotSignedIn):
        await refresh(tokens.refresh)
    await is_over(renewed)


@pytest.mark.parametrize("shown", ["access", "refresh"])
async def test_the_token_before_ends_the_session_once_its_answer_has_arrived(shown, tokens, db):
    renewed = await refresh(tokens.refresh)
    await later(db, tokens, A_MINUTE)
    await (who_is(renewed.access) if shown == "access" else holder_of(renewed.refresh))
    with pytest.raises(NotSignedIn):
        await refresh(tokens.refresh)
    await is_over(renewed)


@pytest.mark.parametrize("shown", ["access", "refresh"])
async def test_it_does_so_as_soon_as_two_tabs_may_not_present_it_any_more(shown, tokens, db):
    renewed = await refresh(tokens.refresh)
    await later(db, tokens, HALF_A_MINUTE)
    await (who_is(renewed.access) if shown == "access" else holder_of(renewed.refresh))
    with pytest.raises(NotSignedIn):
        await refresh(tokens.refresh)
    await is_over(renewed)


async def test_within_that_moment_what_has_arrived_ends_nothing(tokens):
    renewed = await refresh(tokens.refresh)
    sessions._known.clear()
    await who_is(renewed.access)
    assert (await refresh(tokens.refresh)).refresh == renewed.refresh  # the other tab


async def test_what_was_given_before_does_not_say_that_the_answer_has_arrived(tokens, db):
    await refresh(tokens.refresh)
    # As if these had been given seven minutes before that exchange, which then is just now.
    await later(
        db,
        tokens,
        "rotated_at = now() + interval '7 minutes', seen_at = now() - interval '2 minutes'",
    )
    assert await who_is(tokens.access) == await holder_of(tokens.refresh)
    assert await refresh(tokens.refresh)


async def test_a_token_of_two_exchanges_ago_ends_the_session_at_once(tokens):
    renewed = await refresh((await refresh(tokens.refresh)).refresh)
    with pytest.raises(NotSignedIn):
        await refresh(tokens.refresh)
    with pytest.raises(NotSignedIn):
        await refresh(renewed.refresh)


async def test_a_forged_token_ends_nothing(tokens):
    held = RefreshToken.read(tokens.refresh)
    forged = RefreshToken(held.user_id, held.session_id, b"x" * 32)
    for bad in (None, "", forged.text()[:-24] + "A" * 24):
        with pytest.raises(NotSignedIn):
            await refresh(bad)
    assert await refresh(tokens.refresh)


@pytest.mark.parametrize(
    "what",
    [
        "revoked_at = now()",
        "expires_at = now()",
        "seen_at = now() - interval '14 days 1 minute'",
    ],
)
async def test_a_session_that_is_over_is_not_renewed(what, tokens, db):
    renewed = await refresh(tokens.refresh)
    await later(db, tokens, what)
    for held in (tokens, renewed):  # the one of a moment ago neither
        with pytest.raises(NotSignedIn):
            await refresh(held.refresh)
        with pytest.raises(NotSignedIn):
            await holder_of(held.refresh)


@pytest.mark.parametrize("what", ["expires_at = now()", "seen_at = now() - interval '15 days'"])
async def test_whose_time_is_up_is_told_apart_from_who_was_signed_out(what, tokens, db):
    before = await sign_in_by_name(await name_of(tokens.user_id))
    newest = await refresh(tokens.refresh)
    await later(db, tokens, f"{what}, {HALF_A_MINUTE}")
    for held in (tokens, newest):
        with pytest.raises(SessionRanOut):
            await refresh(held.refresh)
    held = RefreshToken.read(newest.refresh)
    another = RefreshToken(held.user_id, held.session_id, b"x" * 32)
    await later(db, before, f"revoked_at = now(), {what}")
    for gone in (another.text(), before.refresh, "", None):
        with pytest.raises(NotSignedIn) as caught:
            await refresh(gone)
        assert caught.type is NotSignedIn


async def test_whose_time_is_up_is_told_so_also_once_they_are_signed_in_elsewhere(tokens, db):
    await later(db, tokens, "expires_at = now()")
    elsewhere = await sign_in_by_name(await name_of(tokens.user_id))
    with pytest.raises(SessionRanOut):
        await refresh(tokens.refresh)
    assert await who_is(elsewhere.access)


async def test_two_tabs_at_once_never_sign_anybody_out(tokens):
    for _ in range(RACES):
        one, two = await asyncio.gather(refresh(tokens.refresh), refresh(tokens.refresh))
        assert one.refresh == two.refresh
        tokens = one
    assert await who_is(tokens.access)


async def test_twenty_tabs_at_once_get_one_successor(tokens):
    renewed = await asyncio.gather(*(refresh(tokens.refresh) for _ in range(20)))
    assert len({each.refresh for each in renewed}) == 1


async def test_who_holds_a_token_is_known_without_an_exchange(tokens, db):
    user = await who_is(tokens.access)
    assert await holder_of(tokens.refresh) == user
    renewed = await refresh(tokens.refresh)
    assert await holder_of(tokens.refresh) == await holder_of(renewed.refresh) == user
    await later(db, tokens, A_MINUTE)
    assert await holder_of(renewed.refresh) == user
    with pytest.raises(NotSignedIn):
        await holder_of(tokens.refresh)
    assert await holder_of(renewed.refresh) == user  # to ask ended nothing


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
async def test_sessions_that_are_long_over_are_cleared_away(ended, tokens, db):
    await later(db, tokens, f"{ended} = now() - interval '2 days'")
    await sign_in_by_name(await name_of(tokens.user_id))
    found = await rows(db, "select id from login_sessions where user_id = $1", tokens.user_id)
    before = RefreshToken.read(tokens.refresh).session_id
    assert before not in [row["id"] for row in found]
    assert len(found) == 1
