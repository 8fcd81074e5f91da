"""Across the way of a grant: nobody connects an account for another, and no answer works twice."""

from uuid import uuid4

import pytest

from assistant.services import google_tokens
from assistant.services.attempts import LASTS
from assistant.services.connections import listed
from tests.conftest import all_ended
from tests.identity.conftest import Visitor, set_up
from tests.identity.test_take_over import sent_on
from tests.servers.google import google
from tests.services.talk import rows

REFUSED = "/settings?google=refused"


@pytest.fixture
async def here(providers):
    """The calendar and the mail of these people are here, too."""
    async with google() as server:
        server.calendar.lets_in = server.mail.lets_in = providers.grants.lets_in
        with set_up(server.settings() | providers.settings()):
            yield server
            await all_ended()
    google_tokens._held.clear()


@pytest.fixture
async def ann(here, providers, people) -> Visitor:
    """Somebody who is signed in."""
    one = people()
    providers.claims["sub"] = uuid4().hex
    await one.signs_in("google")
    return one


async def asks(visitor: Visitor, uses: str = "calendar", provider: str = "google"):
    return await visitor.browser.post(f"/auth/connect/{provider}", data={"uses": uses})


async def back(visitor: Visitor, uses: str = "calendar") -> str:
    """The address on which Google sends the browser back."""
    return await sent_on(await asks(visitor, uses))


async def connections_of(visitor: Visitor):
    return await listed(await visitor.id())


async def nothing_came_of(address: str, visitor: Visitor, where: str, providers):
    answer = await visitor.comes_back(address)
    assert (answer.status_code, answer.headers["location"]) == (303, where)
    assert not providers.grants.all


async def test_who_comes_back_has_connected_the_account(ann):
    answer = await ann.comes_back(await back(ann))
    assert answer.headers["location"] == "/settings?google=connected"
    (one,) = await connections_of(ann)
    assert (one.kind, one.uses, one.failing) == ("google", ("calendar",), False)


async def test_the_way_there_shows_no_secret_and_the_page_is_kept_by_nobody(ann):
    answer = await asks(ann)
    assert answer.headers["cache-control"] == "no-store"
    assert "attempt" in answer.headers["set-cookie"]
    assert "verifier" not in answer.text


async def test_an_answer_works_once(ann, providers):
    address = await back(ann)
    await ann.comes_back(address)
    again = await ann.comes_back(address)
    assert again.headers["location"] == "/sign-in?error=refused"
    assert len(providers.grants.all) == 1
    assert len(await connections_of(ann)) == 1


async def test_nobody_finishes_what_another_has_begun(ann, people, providers):
    """In Ann's browser, Mallory's answer would let her write into his calendar, unknowing."""
    mallory = people()
    providers.claims["sub"] = uuid4().hex
    await mallory.signs_in("google")
    address = await back(mallory)
    for browser in (ann, people()):
        await nothing_came_of(address, browser, "/sign-in?error=refused", providers)
    assert await connections_of(ann) == []
    await mallory.comes_back(address)
    assert len(await connections_of(mallory)) == 1


async def test_another_user_of_the_same_browser_connects_nothing(ann, providers):
    first = await ann.id()
    address = await back(ann)
    providers.claims["sub"] = uuid4().hex
    await ann.signs_in("google")
    assert await ann.id() != first
    await nothing_came_of(address, ann, REFUSED, providers)
    assert await connections_of(ann) == []
    assert await listed(first) == []


async def test_nor_does_another_session_of_the_same_user(ann, providers):
    address = await back(ann)
    await ann.signs_in("google")
    await nothing_came_of(address, ann, REFUSED, providers)


async def test_nor_who_has_signed_out(ann, providers):
    address = await back(ann)
    await ann.browser.post("/auth/logout")
    await nothing_came_of(address, ann, REFUSED, providers)


async def test_an_answer_that_comes_too_late_is_none(ann, providers, db):
    address = await back(ann)
    late = "update sign_in_attempts set expires_at = expires_at - $1::interval"
    await rows(db, late, LASTS)
    await nothing_came_of(address, ann, "/sign-in?error=refused", providers)


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.partition("&state=")[0],
        lambda address: address.partition("&state=")[0] + "&state=",
        lambda address: address.partition("&state=")[0] + f"&state={uuid4()}",
        lambda address: address + "&state=x",
        lambda address: address + "&code=x",
    ],
    ids=["none", "empty", "unknown", "two states", "two codes"],
)
async def test_without_its_very_state_it_is_no_answer(change, ann, providers):
    address = change(await back(ann))
    await nothing_came_of(address, ann, "/sign-in?error=refused", providers)


async def test_the_answer_of_another_provider_is_none(ann, providers):
    address = (await back(ann)).replace("/callback/google", "/callback/microsoft")
    await nothing_came_of(address, ann, "/sign-in?error=refused", providers)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("error=access_denied", "cancelled"),
        ("error=server_error", "refused"),
        ("code=stolen", "refused"),
        ("code=", "refused"),
        ("", "refused"),
    ],
)
async def test_what_google_says_instead_connects_nothing(said, why, ann, providers):
    address = await back(ann)
    path, _, query = address.partition("?")
    state = query.partition("state=")[2]
    where = f"/settings?google={why}"
    await nothing_came_of(f"{path}?state={state}&{said}", ann, where, providers)
    assert await connections_of(ann) == []


async def test_the_answer_to_a_sign_in_connects_nothing_and_the_other_way_round(ann, providers):
    await ann.comes_back(await ann.begins("google"))
    assert await connections_of(ann) == []
    before = await ann.user()
    await ann.comes_back(await back(ann))
    assert await ann.user() == before  # no session began


async def test_a_lying_nonce_connects_nothing(ann, providers):
    address = await back(ann)
    providers.claims["nonce"] = "another"
    answer = await ann.comes_back(address)
    assert answer.headers["location"] == REFUSED
    assert await connections_of(ann) == []


async def test_nothing_ticked_is_said(ann, providers):
    providers.grants.unticked = ("calendar",)
    answer = await ann.comes_back(await back(ann))
    assert answer.headers["location"] == "/settings?google=nothing"


async def test_no_room_is_a_sentence(ann, monkeypatch):
    monkeypatch.setattr("assistant.services.connections.AT_MOST", 0)
    answer = await ann.comes_back(await back(ann))
    assert answer.status_code == 422
    assert "is the most" in answer.text


async def test_a_google_that_is_away_sends_nobody_anywhere(ann, providers):
    with set_up(providers.settings() | {"GOOGLE_DISCOVERY_URL": "http://127.0.0.1:1/x"}):
        answer = await asks(ann)
    assert answer.headers["location"] == "/settings?google=away"


async def test_who_is_not_signed_in_is_asked_to(here, people):
    stranger = people()
    answer = await asks(stranger)
    assert answer.status_code == 401
    stranger.browser.headers["accept"] = "text/html"
    answer = await asks(stranger)
    assert answer.headers["location"] == "/sign-in?next=/settings"


@pytest.mark.parametrize(
    ("provider", "uses", "status"),
    [
        ("google", "", 422),
        ("google", "everything", 422),
        ("github", "calendar", 404),
        ("local", "calendar", 404),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(provider, uses, status, ann):
    assert (await asks(ann, uses, provider)).status_code == status


async def test_a_foreign_page_sends_nobody_there(ann):
    ann.browser.headers["origin"] = "https://evil.example"
    assert (await asks(ann)).status_code == 403


async def test_connecting_needs_no_sign_in_of_the_last_minutes(ann, db):
    """As little as connecting any other account does: it opens nothing that is here."""
    await rows(db, "update login_sessions set fresh_at = now() - interval '1 hour'")
    await ann.comes_back(await back(ann))
    assert len(await connections_of(ann)) == 1
