"""Access tokens are renewed in time, once for all; a grant that is gone is one plain sentence."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from assistant.agent.backends.calendar import Calendar
from assistant.agent.backends.mail import Mailbox, Wanted
from assistant.errors import AccessRefused, ToolError
from assistant.services import connections, google_tokens
from assistant.services.connected import connected
from assistant.services.google_tokens import GoogleToken, forget
from tests.servers.google import ADDRESS, HOME, Google
from tests.services.at_google import at_google, connects, noted, only_google
from tests.services.talk import rows

__all__ = ["at_google"]
TAKEN_BACK = r"^Google has taken this access back\. Connect it again\."
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


async def calendar_of(user) -> Calendar:
    return (await connected(user.id)).backends[Calendar]


async def token_of(user) -> GoogleToken:
    return GoogleToken(user.id, (await only_google(user)).id)


async def test_the_first_token_is_the_one_that_came_with_the_grant(alice, at_google: Google):
    await connects(alice)
    await (await calendar_of(alice)).calendars()
    assert at_google.grants.exchanges == 0


async def test_a_token_that_google_refuses_is_renewed_once_and_the_call_succeeds(alice, at_google):
    await connects(alice)
    at_google.grants.expire()
    assert [each.name for each in await (await calendar_of(alice)).calendars()] == ["Home"]
    assert await (await connected(alice.id)).backends[Mailbox].address() == ADDRESS
    assert at_google.grants.exchanges == 1


async def test_all_who_wait_get_one_renewal(alice, at_google):
    await connects(alice)
    at_google.grants.expire()
    opened = [await connected(alice.id) for _ in range(4)]
    calls = [
        call
        for each in opened
        for call in (
            each.backends[Calendar].events(HOME, NOON, NOON + timedelta(days=1)),
            each.backends[Mailbox].search(Wanted()),
        )
    ]
    await asyncio.gather(*calls)
    assert at_google.grants.exchanges == 1


async def test_who_gives_up_waiting_takes_the_renewal_from_nobody(alice, at_google):
    await connects(alice)
    token = await token_of(alice)
    forget(token.connection_id)
    first, second = (asyncio.create_task(token()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second in at_google.grants.access
    assert at_google.grants.exchanges == 1


@pytest.mark.parametrize(("seconds", "exchanges"), [(30, 2), (3600, 0), (None, 0), ("3600", 0)])
async def test_a_token_is_renewed_before_it_runs_out(seconds, exchanges, alice, at_google):
    at_google.grants.seconds = seconds
    at_google.providers.answer = {"expires_in": seconds}
    await connects(alice)
    at_google.grants.exchanges = 0
    token = await token_of(alice)
    assert await token() in at_google.grants.access
    assert await token() in at_google.grants.access
    assert at_google.grants.exchanges == exchanges


async def test_what_google_took_back_is_said_and_shown_until_it_is_connected_again(
    alice, at_google
):
    await connects(alice)
    at_google.grants.take_back()
    with pytest.raises(AccessRefused, match=TAKEN_BACK):
        await (await calendar_of(alice)).calendars()
    one = await noted(alice)
    assert one.failing
    assert one.reason == "Google has taken this access back. Connect it again."
    assert not (await connects(alice)).failing


async def test_a_right_that_was_taken_from_the_grant_is_the_same(alice, at_google):
    await connects(alice)
    (grant,) = at_google.grants.all
    grant.scopes = [each for each in grant.scopes if "gmail" not in each]
    at_google.grants.expire()
    with pytest.raises(AccessRefused, match=TAKEN_BACK):
        await (await connected(alice.id)).backends[Mailbox].search(Wanted())


async def test_a_test_of_the_user_finds_it_out_and_that_it_works_again(alice, at_google):
    one = await connects(alice)
    scopes = list(at_google.grants.all[0].scopes)
    at_google.grants.all[0].scopes = []
    at_google.grants.expire()
    said = await connections.test(alice.id, one.id)
    assert said == "Google has taken this access back. Connect it again."
    at_google.grants.all[0].scopes = scopes
    assert await connections.test(alice.id, one.id) == ""
    assert not (await only_google(alice)).failing


async def test_a_new_refresh_token_takes_the_place_of_the_old_one(alice, at_google):
    await connects(alice)
    at_google.grants.rotates = True
    for _ in range(3):
        at_google.grants.expire()
        assert await (await calendar_of(alice)).calendars()
    assert at_google.grants.exchanges == 3


async def test_who_comes_with_a_token_that_another_process_has_renewed_looks_once_more(
    alice, at_google, monkeypatch
):
    await connects(alice)
    token = await token_of(alice)
    stale = await google_tokens._grant_of(token)
    at_google.grants.rotates = True
    forget(token.connection_id)
    await token()
    newest = google_tokens._grant_of
    told = [stale]

    async def grant_of(account):
        return told.pop() if told else await newest(account)

    monkeypatch.setattr(google_tokens, "_grant_of", grant_of)
    forget(token.connection_id)
    assert await token() in at_google.grants.access
    assert at_google.grants.exchanges == 3  # the first one, in vain, and the one after that


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_google_that_does_not_answer_is_no_lost_grant(status, alice, at_google):
    await connects(alice)
    at_google.grants.expire()
    at_google.providers.status["/token"] = status
    with pytest.raises(ToolError, match=r"now\. Nothing was changed") as caught:
        await (await calendar_of(alice)).calendars()
    assert not isinstance(caught.value, AccessRefused)
    assert not (await noted(alice)).failing


@pytest.mark.parametrize(
    "odd",
    [
        {"access_token": "a\r\nb: c"},
        {"access_token": 7},
        {"access_token": None},
        {"refresh_token": "a b"},
        {"expires_in": "soon"},
        {"expires_in": 1e400},
    ],
    ids=str,
)
async def test_an_odd_answer_is_not_believed(odd, alice, at_google):
    await connects(alice)
    at_google.grants.expire()
    at_google.grants.odd = odd
    with pytest.raises(ToolError, match="gives no access now"):
        await (await calendar_of(alice)).calendars()


async def test_what_is_disconnected_meanwhile_lets_nobody_in(alice, at_google):
    one = await connects(alice)
    calendar = await calendar_of(alice)
    at_google.providers.status["/revoke"] = 503  # nor does it hang on Google
    await connections.disconnect(alice.id, one.id)
    with pytest.raises(ToolError, match="not connected any more"):
        await calendar.calendars()


async def test_what_cannot_be_opened_is_said(alice, at_google, db):
    await connects(alice)
    token = await token_of(alice)
    await rows(db, "update connections set secret = label where id = $1", token.connection_id)
    forget(token.connection_id)
    with pytest.raises(ToolError, match="cannot be opened"):
        await token()


async def test_nobody_gets_a_token_of_another_user(alice, bob, at_google):
    one = await connects(alice)
    forget(one.id)
    with pytest.raises(ToolError, match="not connected any more"):
        await GoogleToken(bob.id, one.id)()


async def test_memory_has_an_end(alice, at_google, monkeypatch):
    monkeypatch.setattr(google_tokens, "MOST_HELD", 1)
    await connects(alice)
    await connects(alice)
    assert len(google_tokens._held) == 1
