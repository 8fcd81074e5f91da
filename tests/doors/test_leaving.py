"""Across everything: an account that will be erased is closed, but for what its one page needs."""

from uuid import uuid4

import pytest

from assistant.errors import Leaving
from assistant.services import erasure
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import who_is
from assistant.state.commands import FRAMEWORK
from tests.doors.found import EVENTS, calls, payloads
from tests.doors.people import headers_of, person, stored
from tests.doors.test_doors import HYDRATE, OPEN_TO_NOBODY, SIGNED_OUT
from tests.doors.wire import NAMESPACE, Asking, Socket, ask

FOR_ITS_PAGE = {
    ("GET", "/api/account"),
    ("GET", "/api/export"),
    ("POST", "/api/account/keep"),
    ("POST", "/auth/logout"),
    ("POST", "/auth/refresh"),
    ("GET", "/auth/verify"),
    ("POST", "/auth/verify"),
}
SAID = "words that stay"


@pytest.fixture(scope="module")
async def lea(app, db):
    """She has deleted her account, while a page of hers was open."""
    her = await person(db, f"Lea {uuid4().hex[:8]}", SAID)
    async with Socket(app, her.headers, uuid4().hex) as socket:
        her.shown = await _at_chat(socket, her, HYDRATE, {})
        await erasure.ask(await who_is(her.tokens.access), erasure.WORD)
        yield her, socket


async def _at_chat(socket, her, event, payload):
    place = str(her.ids["conversations"])
    return await socket.sends(event, payload, "/chat/{chat_id}", chat_id=place)


async def test_before_that_her_page_worked(lea):
    her, _ = lea
    assert SAID in her.shown


@pytest.mark.parametrize("event", EVENTS, ids=lambda name: ".".join(name.split(".")[-2:]))
async def test_no_event_of_a_page_that_was_open_does_anything(event, lea, db):
    her, socket = lea
    before = await stored(db, her)
    for payload in payloads(event, her.ids, {}):
        told = await _at_chat(socket, her, event, payload)
        assert told == "" or '"_redirect","payload":{"path":"/leaving' in told
        assert SAID not in told
        on_its_page = await socket.sends(event, payload, "/leaving")
        assert on_its_page == ""  # it is led there once, and not again and again
    assert await stored(db, her) == before


@pytest.mark.parametrize("event", EVENTS, ids=lambda name: ".".join(name.split(".")[-2:]))
async def test_no_event_of_a_new_page_does_anything(event, app, lea, db):
    her, _ = lea
    tokens = headers_of(await sign_in_by_name(her.name))
    before = await stored(db, her)
    async with Socket(app, tokens, uuid4().hex) as socket:
        for payload in payloads(event, her.ids, {}):
            told = await _at_chat(socket, her, event, payload)
            assert SAID not in told
            if event not in FRAMEWORK:
                assert told in ("", SIGNED_OUT)
    assert await stored(db, her) == before


async def test_every_route_is_closed_but_for_what_its_page_needs(app, lea, db):
    her, _ = lea
    before, met = await stored(db, her), set()
    for route, asking in calls(app, her.ids):
        met.add((asking.method, route.path))
        if (
            route.path in OPEN_TO_NOBODY | {NAMESPACE}
            or (asking.method, route.path) in FOR_ITS_PAGE
        ):
            continue
        answer = await ask(app, asking, her.headers)
        assert (answer.status, str(Leaving()) in answer.text) == (403, True), (asking, answer)
    assert met >= FOR_ITS_PAGE
    assert await stored(db, her) == before


async def test_what_its_page_needs_is_open(app, lea):
    her, _ = lea
    for method, path in FOR_ITS_PAGE - {("POST", "/auth/logout"), ("POST", "/api/account/keep")}:
        answer = await ask(app, Asking(method, path), her.headers)
        assert answer.status in (200, 303), (method, path)
