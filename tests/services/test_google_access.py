"""What a user grants at Google is what is opened, no more; it is kept sealed, and given back."""

import asyncpg
import pytest

from assistant.connectors.google_grant import SCOPES
from assistant.database import user_session
from assistant.errors import GrantFailed, NotFound, Refused, SignInFailed
from assistant.services import connections, google_access
from assistant.services.connections import connect, listed
from assistant.services.google_access import begin, grants_in, is_offered
from assistant.services.toolkit import toolkit_of
from tests.identity.conftest import providers
from tests.servers.google import ADDRESS, Google
from tests.servers.mcp import mcp_server
from tests.services.at_google import at_google, connects, mark, query_of

__all__ = ["at_google", "mark", "providers"]
WHOSE = {"openid", "email"}


async def tools(user):
    return {tool.name for tool in (await toolkit_of(user.id)).tools}


def test_it_is_offered_once_google_is_set_up():
    assert not is_offered()


@pytest.mark.parametrize(
    ("uses", "scopes"),
    [
        ("calendar", SCOPES["calendar"]),
        ("mail", SCOPES["mail"]),
        ("mail calendar", SCOPES["calendar"] | SCOPES["mail"]),
    ],
)
async def test_no_more_is_asked_for_than_was_chosen(uses, scopes, alice, at_google, mark):
    assert is_offered()
    asked = query_of(await begin("google", alice, mark, uses))
    assert set(asked["scope"].split()) == WHOSE | scopes
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert asked["code_challenge_method"] == "S256"
    assert not {"include_granted_scopes", "max_age"} & set(asked)


@pytest.mark.parametrize("uses", ["", " ", "drive", "calendar drive", "calendar calendar"])
async def test_what_cannot_be_chosen_is_refused(uses, alice, at_google, mark):
    with pytest.raises(Refused):
        await begin("google", alice, mark, uses)


@pytest.mark.parametrize("provider", ["github", "microsoft", "local", ""])
async def test_nobody_but_google_has_accounts_to_connect(provider, alice, providers, mark):
    with pytest.raises(NotFound):
        await begin(provider, alice, mark, "calendar")


async def test_what_was_granted_works(alice, at_google):
    one = await connects(alice)
    assert (one.kind, one.label, one.uses) == ("google", ADDRESS, ("calendar", "mail"))
    assert (one.failing, one.reason, one.withheld) == (False, "", ())
    assert {"create_event", "send_email"} <= await tools(alice)


async def test_what_lets_in_stands_nowhere_in_clear(alice, at_google: Google, db):
    one = await connects(alice)
    connection = await asyncpg.connect(db)
    (row,) = await connection.fetch("select * from connections where id = $1", one.id)
    await connection.close()
    (grant,) = at_google.grants.all
    secrets = (grant.refresh, *at_google.grants.access, ADDRESS)
    stored = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    assert not any(secret.encode() in stored for secret in secrets)
    assert grant.refresh not in repr(await listed(alice.id))
    async with user_session(alice.id) as session:
        (kept,) = await grants_in(session)
    assert kept.refresh_token == grant.refresh
    assert not any(each in kept.model_dump_json() for each in at_google.grants.access)
    assert grant.refresh not in repr(kept)


async def test_a_box_that_was_not_ticked_opens_nothing_and_that_is_known(alice, at_google):
    at_google.grants.unticked = ("gmail",)
    one = await connects(alice)
    assert (one.uses, one.withheld, one.failing) == (("calendar",), ("mail",), False)
    assert "create_event" in await tools(alice)
    assert "send_email" not in await tools(alice)


async def test_half_of_what_a_calendar_needs_opens_no_calendar(alice, at_google):
    at_google.grants.unticked = ("calendarlist",)
    assert (await connects(alice)).uses == ("mail",)


async def test_who_ticks_nothing_connects_nothing(alice, at_google):
    at_google.grants.unticked = ("gmail", "calendar")
    with pytest.raises(GrantFailed) as caught:
        await connects(alice)
    assert caught.value.why == "nothing"
    assert await listed(alice.id) == []


async def test_who_says_no_connects_nothing(alice, at_google):
    at_google.providers.denies = True
    with pytest.raises(GrantFailed) as caught:
        await connects(alice)
    assert caught.value.why == "cancelled"
    assert await listed(alice.id) == []


@pytest.mark.parametrize(
    "answer",
    [
        {"refresh_token": None},
        {"refresh_token": ""},
        {"refresh_token": 7},
        {"refresh_token": "a\r\nb: c"},
        {"refresh_token": "x" * 5_000},
        {"access_token": "a\nb"},
        {"access_token": None},
        {"expires_in": "soon"},
        {"id_token": None},
        {"id_token": "x.y.z"},
    ],
    ids=str,
)
async def test_an_odd_answer_connects_nothing(answer, alice, at_google):
    at_google.providers.answer = answer
    with pytest.raises(GrantFailed) as caught:
        await connects(alice)
    assert caught.value.why == "refused"
    assert await listed(alice.id) == []


async def test_a_google_that_is_away_begins_nothing(alice, at_google, mark):
    await at_google.providers.__aexit__()
    with pytest.raises(SignInFailed) as caught:
        await begin("google", alice, mark, "mail")
    assert caught.value.why == "away"


async def test_another_account_takes_the_place_and_the_one_before_is_given_back(alice, at_google):
    first = await connects(alice)
    (old,) = [each.refresh for each in at_google.grants.all]
    at_google.providers.claims |= {"sub": "another", "email": "other@example.com"}
    second = await connects(alice)
    assert (second.label, second.id == first.id) == ("other@example.com", False)
    assert at_google.grants.revoked == [old]
    assert not second.failing


async def test_the_same_account_anew_is_not_taken_from_itself(alice, at_google):
    await connects(alice)
    one = await connects(alice, "calendar")
    assert (one.uses, one.failing) == (("calendar",), False)
    assert at_google.grants.revoked == []


async def test_where_there_is_no_room_the_grant_is_given_back(alice, at_google, monkeypatch):
    monkeypatch.setattr(connections, "AT_MOST", 1)
    async with mcp_server() as sums:
        await connect(alice.id, "mcp", {"name": "sums", "url": sums.url})
        with pytest.raises(Refused, match="is the most"):
            await connects(alice)
    assert len(at_google.grants.revoked) == 1
    assert [each.kind for each in await listed(alice.id)] == ["mcp"]


async def test_no_form_of_the_page_makes_a_grant(alice, at_google):
    given = {"issuer": "i", "subject": "s", "address": "a", "refresh_token": "t"}
    with pytest.raises(Refused, match="nothing that can be connected"):
        await connect(alice.id, "google", given | {"asked": ["mail"], "uses": ["mail"]})


async def test_what_is_disconnected_is_given_back_at_google(alice, at_google):
    one = await connects(alice)
    (grant,) = at_google.grants.all
    refresh = grant.refresh
    assert await connections.disconnect(alice.id, one.id) == ""
    assert at_google.grants.revoked == [refresh]
    assert await listed(alice.id) == []


async def test_what_google_took_back_already_is_given_back(alice, at_google):
    one = await connects(alice)
    at_google.grants.take_back()
    assert await connections.disconnect(alice.id, one.id) == ""


@pytest.mark.parametrize("how", [503, 404])
async def test_where_google_cannot_be_told_it_is_disconnected_here_and_said(how, alice, at_google):
    one = await connects(alice)
    at_google.providers.status["/revoke"] = how
    assert "Google could not be told" in await connections.disconnect(alice.id, one.id)
    assert await listed(alice.id) == []


async def test_one_that_was_connected_by_nobody_here_is_no_grant(alice):
    async with user_session(alice.id) as session:
        assert await google_access.grants_in(session) == []
