"""Across everything: whoever comes in by any event or route gets nothing of somebody else's.

Events and routes are found by themselves (`tests/doors/found.py`): what is new is tried, too.
"""

import json
import re
from contextlib import suppress
from dataclasses import astuple, replace
from uuid import uuid4

import pytest
from reflex_base.constants.state import FIELD_MARKER

from assistant.api.guard import _bound_token
from assistant.errors import NotSignedIn
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import who_is
from assistant.state.base import BaseState
from assistant.state.commands import FRAMEWORK
from tests.doors.found import EVENTS, calls, fields_asked_by, pages, payloads, table_named
from tests.doors.people import CANARY, LEAD, SECRET, headers_of, person, stored, with_everything
from tests.doors.wire import NAMESPACE, ORIGIN, Asking, Socket, as_sent, ask
from tests.services.talk import rows

EVIL = "https://evil.example"
SHOWN_OUT = {"delta": {BaseState.get_full_name(): {f"signed_out{FIELD_MARKER}": True}}}
TOLD_OUT = json.dumps(["event", SHOWN_OUT], separators=(",", ":"))
CLOSED = "1"  # the socket is, as Engine.IO says it
SIGNED_OUT = f"42{NAMESPACE},{TOLD_OUT}\n{CLOSED}"
HYDRATE = "reflex___state____state.hydrate_and_load"
OPEN_TO_NOBODY = {
    "/auth/ways",
    "/auth/login/local",
    "/auth/login/{provider}",
    "/auth/callback/{provider}",
    "/api/health/live",
    "/api/health/ready",
    "/api/stripe/webhook",  # what is not signed there is refused
    "/ping",
    "/_health",
    "",  # the built files
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ANY_SECRET = re.compile(r'[A-Z2-7]{32}|"path":"(M|h|v|z|\d|[ -])+"')  # a new one and its picture
ANY_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ][0-9:.]+(\+[0-9:]+|Z)?")


@pytest.fixture(scope="module")
async def ada(app, db):
    """She has secrets everywhere."""
    her = await person(db, f"Ada {CANARY}", SECRET)
    her.shown = await _page(app, her.headers, her.tokens, her.ids["conversations"])
    await with_everything(db, her)
    # A minute later the app sees her again and forgets the token before her newest one.
    await rows(db, "update login_sessions set previous_hash = null where user_id = $1", her.id)
    return her


@pytest.fixture(scope="module")
async def ben(app, db):
    """He has a conversation, too, and wants hers."""
    return await person(db, f"Ben {uuid4().hex[:8]}", "nothing much")


@pytest.fixture(autouse=True)
async def _nothing_of_hers_changes(db, ada):
    before = await stored(db, ada)
    yield
    assert await stored(db, ada) == before


async def _page(app, headers, token, conversation_id):
    """All that a page at this conversation's address is told, by its socket."""
    async with Socket(app, headers, str(token)) as socket:
        return await socket.sends(HYDRATE, {}, "/chat/{chat_id}", chat_id=str(conversation_id))


def alike(text: str) -> str:
    """The text without what differs between any two answers."""
    return ANY_SECRET.sub("SECRET", ANY_TIME.sub("TIME", ANY_ID.sub("ID", text)))


def leaked(told, ada, said):
    """What of hers was told to somebody who did not say it themselves."""
    hers = (CANARY, *map(str, ada.ids.values()))
    return [each for each in hers if each in told and each not in str(said)]


def changes(told: str) -> list[str]:
    """What a page was told to show and to do: without the echo of what it said of itself.

    A page loads several things at once, so in which order and in how many updates is no matter.
    """
    shown: dict[str, dict[str, object]] = {}
    done: list[str] = []
    for line in told.splitlines():
        if line == CLOSED:
            done.append(line)
            continue
        update = json.loads(line.partition(",")[2])[1]
        for state, variables in update.pop("delta", {}).items():
            told_of_it = {k: v for k, v in variables.items() if not k.startswith("rx_router_")}
            shown.setdefault(state, {}).update(told_of_it)
        done += [json.dumps(each, sort_keys=True) for each in update.get("events") or ()]
    return [alike(each) for each in (json.dumps(shown, sort_keys=True), *sorted(done))]


def test_few_events_and_routes_are_open_to_nobody():
    assert len(OPEN_TO_NOBODY) <= 10
    assert len(FRAMEWORK) <= 10


async def test_she_herself_is_shown_what_nobody_else_may_see(app, ada):
    assert CANARY in ada.shown
    path = f"/api/conversations/{ada.ids['conversations']}/messages"
    answer = await ask(app, Asking("GET", path), ada.headers)
    assert answer.text.count(CANARY) >= 3  # what she said, the tool's input and its output
    found = await ask(
        app, Asking("POST", "/api/search", kind=JSON, body=json.dumps({"q": LEAD})), ada.headers
    )
    assert CANARY in found.text


@pytest.mark.parametrize("event", EVENTS, ids=lambda name: ".".join(name.split(".")[-2:]))
async def test_no_event_gives_another_user_anything(event, app, ada, ben):
    his = _lasting(ben)
    for payload in payloads(event, ada.ids, ben.ids):
        told = await _told_by(app, await anext(his), event, payload)
        assert not leaked(told, ada, payload)
        unknown = _unknown(payload, ada)
        if unknown == payload:
            continue  # it names nothing of hers
        assert changes(told) in [
            changes(await _told_by(app, await anext(his), event, unknown)) for _ in range(2)
        ]  # the second one, in case that the first changed something for him


async def _anew(who):
    """One more session of theirs, by the name that they go by."""
    return headers_of(await sign_in_by_name(who.name))


async def _lasting(who):
    """One more session of theirs again and again, and another one once that has been ended."""
    while True:
        tokens = await sign_in_by_name(who.name)
        with suppress(NotSignedIn):
            while await who_is(tokens.access):
                yield headers_of(tokens)


async def _told_by(app, headers, event, payload):
    async with Socket(app, headers, uuid4().hex) as socket:
        return await socket.sends(event, payload)


def _unknown(value, ada):
    """The same with ids that do not exist for hers."""
    hers = {str(each) for each in ada.ids.values()}
    return json.loads(ANY_ID.sub(
        lambda found: str(uuid4()) if found[0] in hers else found[0], json.dumps(value)
    ))  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda name: ".".join(name.split(".")[-2:]))
async def test_no_event_of_nobody_does_anything(event, app, ada):
    for payload in payloads(event, ada.ids, {}):
        told = await _told_by(app, headers_of(None), event, payload)
        assert not leaked(told, ada, payload)
        if event not in FRAMEWORK:
            assert told in ("", SIGNED_OUT)


async def test_what_a_page_sends_while_it_connects_is_judged_like_all_else(app, ada, ben):
    """Reflex takes a page's first event out of the packet by which its socket connects."""
    for name in EVENTS:
        payload = next(payloads(name, ada.ids, ben.ids))
        told = await _told_first(app, headers_of(None), as_sent(name, payload))
        assert not leaked(told, ada, payload)
        if name not in FRAMEWORK:
            assert told in ("", SIGNED_OUT)
    here = as_sent(HYDRATE, {}, "/chat/{chat_id}", chat_id=str(ada.ids["conversations"]))
    assert CANARY in await _told_first(app, ada.headers, here)
    assert CANARY not in await _told_first(app, await _anew(ben), here, str(ada.tokens))


async def _told_first(app, headers, first, token=""):
    async with Socket(app, headers, token or uuid4().hex, first) as socket:
        await socket.is_quiet()
        return "\n".join(socket.frames)


@pytest.mark.parametrize("address", pages())
async def test_no_page_at_her_address_tells_another_user_anything(address, app, ada, ben):
    for headers in (await _anew(ben), headers_of(None)):
        told = [await _at(app, headers, address, each) for each in (*ada.ids.values(), uuid4())]
        assert CANARY not in "".join(told)
        assert len({str(changes(each)) for each in told}) == 1


async def _at(app, headers, address, row_id):
    names = re.findall(r"{(\w+)}", address)
    async with Socket(app, headers, uuid4().hex) as socket:
        return await socket.sends(HYDRATE, {}, address, **dict.fromkeys(names, str(row_id)))


async def test_her_client_token_opens_nothing_to_others(app, ada, ben):
    user = await who_is(ada.tokens.access)
    token = str(ada.tokens)
    place = ada.ids["conversations"]
    async with Socket(app, ada.headers, token) as hers:
        await hers.sends(HYDRATE, {}, "/chat/{chat_id}", chat_id=str(place))
        for stolen in (token, _bound_token(user, token)):
            for thief in (await _anew(ben), headers_of(None)):
                assert CANARY not in await _page(app, thief, stolen, place)
        heard = len(hers.frames)
        await hers.sends("nothing", {})
        assert CANARY not in "".join(hers.frames[heard:])
    for stolen in (token, _bound_token(user, token)):
        for thief in (await _anew(ben), headers_of(None)):
            for event in FRAMEWORK:
                (payload,) = payloads(event, {}, {})
                async with Socket(app, thief, stolen) as socket:
                    assert CANARY not in await socket.sends(event, payload)
            assert CANARY not in await _page(app, thief, stolen, place)
    assert CANARY in await _page(app, ada.headers, token, place)


@pytest.mark.parametrize("origin", [EVIL, "null", "", "http://localhost:3001", ORIGIN + "/"])
async def test_a_foreign_page_opens_no_socket_in_her_name(origin, app, ada):
    async with Socket(app, headers_of(ada.tokens, origin), str(ada.tokens)) as socket:
        assert socket.closed == 4403
        assert socket.frames == []


async def test_a_foreign_page_changes_and_reads_nothing_in_her_name(app, ada):
    headers = headers_of(ada.tokens, EVIL)
    for _, asking in calls(app, ada.ids):
        answer = await ask(app, asking, headers)
        assert answer.header("access-control-allow-origin") in (None, ORIGIN), asking
        if asking.method != "GET":
            assert (answer.status, CANARY in answer.text) == (403, False), asking


async def test_no_route_gives_nobody_anything(app, ada):
    for route, asking in calls(app, ada.ids):
        answer = await ask(app, asking, headers_of(None))
        assert not leaked(answer.text, ada, asking), asking
        at_door = (answer.header("location") or "").startswith("/sign-in")
        is_closed = at_door or answer.status in (401, 403) or route.path == NAMESPACE
        assert is_closed or route.path in OPEN_TO_NOBODY, (asking, answer)


async def test_no_route_gives_another_user_anything(app, ada, ben):
    tried = set()
    for asking in _tries(app, ada, ben):
        told = await _answered(app, ben, asking)
        assert not leaked(told, ada, asking), asking
        tried.add(asking)
        unknown = Asking(*_unknown(list(astuple(asking)), ada))
        if unknown == asking:
            continue  # it names nothing of hers
        for _ in range(2):  # once more, in case that the first one changed something for him
            if alike(told) == alike(await _answered(app, ben, unknown)):
                break
        else:
            pytest.fail(f"Her ids are told from unknown ones: {asking}: {told}")
    assert len(tried) > 50


def _tries(app, ada, ben):
    """Her ids in the address; then, at an address of his, in what the route may read besides."""
    yield from (asking for _, asking in calls(app, ada.ids))
    at_his = {
        (route.path, each.method): (route, each)
        for route, each in calls(app, {**ada.ids, **ben.ids})
    }
    for route, asking in at_his.values():
        for field in fields_asked_by(route):
            named = [str(ada.ids[each]) for each in table_named(field, ada.ids)]
            for value in (LEAD, *(named if len(named) < 4 else named[:1])):
                said = f"{field}={value}"
                yield replace(asking, query=said)
                if asking.method != "GET":
                    yield replace(asking, kind=FORM, body=said)
                    yield replace(asking, kind=JSON, body=json.dumps({field: value}))


async def _answered(app, ben, asking):
    ends_sessions = asking.path.startswith("/auth/")
    answer = await ask(app, asking, await _anew(ben) if ends_sessions else ben.headers)
    kept = [(k, v.split("=")[0] if k == "set-cookie" else v) for k, v in answer.headers]
    answer.headers = [(k, v) for k, v in kept if k not in ("content-length", "etag")]
    return f"{answer.status} {answer.text}"
