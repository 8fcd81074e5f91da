"""Addresses where there is nothing: a page of ours says so, or a sentence; nothing breaks."""

import json
from itertools import product
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assistant.api.guard import Guard
from assistant.api.headers import WithHeaders
from assistant.api.unknown import NOT_HERE, NOT_SO, Unknown
from assistant.app import ROUTES
from tests.api.conftest import ORIGIN, signed_in
from tests.doors.wire import Asking, ask
from tests.services.talk import rows

PAGE = "<!doctype html><h1>There is nothing here</h1>"
STRANGE = {
    "a word": "no-such-page",
    "NUL": "\x00",
    "NUL inside": "a\x00b/c",
    "long": "a" * 300,
    "longer than any path": "a/" * 5_000,
    "no UTF-8": "\udcff",
    "half a symbol": "\ud800",
    "up": "../../../etc/passwd",
    "up, escaped": "..%2f..%2fetc%2fpasswd",
    "backslashes": "..\\..\\etc\\passwd",
    "slashes": "//a///b//",
    "only slashes": "////",
    "a colon": "http://evil.example/",
    "blanks": " \t\r",
    "braces": "{chat_id}",
    "question": "a?b#c;d",
    "file": "no-such.js",
    "hidden": ".env",
    "other script": "田中さん/👩‍👩‍👧‍👦",
    "right to left": "\u202eegap",
}
QUERIES = ["", "%00", "%ff=%ed%a0%80", "&&==;", "a=" + "x" * 100_000, "=&" * 10_000]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "NONSENSE", ""]


@pytest.fixture(scope="module")
def app(prepared, tmp_path_factory):
    """Our routes and the built pages with the layers around them, as the app has them."""
    built = tmp_path_factory.mktemp("built")
    (built / "admin").mkdir()
    for name in ("index.html", "admin/index.html"):
        (built / name).write_text("a page")
    (built / "404.html").write_text(PAGE)
    inner = Starlette(routes=[*ROUTES, Mount("/", StaticFiles(directory=built, html=True))])
    known = Unknown(Guard(inner, [ORIGIN]), ROUTES, built / "404.html")
    return WithHeaders(known, [ORIGIN], built)


@pytest.fixture(scope="module")
async def her(app, db):
    """Somebody who is signed in; nothing here changes anything of hers."""
    async with signed_in(app, f"Ann {uuid4().hex[:8]}") as person:
        yield person


def of(person, **more):
    return {"origin": ORIGIN, "cookie": f"session={person.token}", **more}


def said(answer):
    return json.loads(answer.body)["error"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
async def test_an_unknown_page_is_a_page_of_ours(name, method, app, her):
    for before in ("/", "/settings/", "/assets/", "//"):
        answer = await ask(app, Asking(method, before + name), of(her, accept="text/html"))
        if name == STRANGE["only slashes"] and before in ("/", "//"):
            assert (answer.status, answer.body) == (200, b"" if method == "HEAD" else b"a page")
            continue
        assert (answer.status, answer.header("content-type")) == (404, "text/html; charset=utf-8")
        assert answer.header("cache-control") == "no-store"
        assert method == "HEAD" or answer.body == PAGE.encode()


@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("before", ["/api/", "/auth/", "/api/turns/", "/auth/login/x/"])
async def test_below_our_routes_it_is_a_sentence_as_of_any_route(name, before, app, her):
    for method, who in product(("GET", "HEAD", "POST", "NONSENSE"), (of(her), {"origin": ORIGIN})):
        for accept in ("text/html", "application/json"):
            answer = await ask(app, Asking(method, before + name), who | {"accept": accept})
            assert answer.status == 404
            assert answer.header("content-type") == "application/json"
            assert answer.header("cache-control") == "no-store"
            assert said(answer) == NOT_HERE


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/auth", "/auth/", "/api/search/", "/api/Events"]
)
async def test_what_is_almost_a_route_is_none(path, app, her):
    answer = await ask(app, Asking("GET", path), of(her))
    assert (answer.status, said(answer)) == (404, NOT_HERE)


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/",
        "/admin/index.html",
        "//admin",
        "///admin//index.html",
        "/./admin/",
        "/x/../admin",
        "/api/../admin/",
        "/../admin",
    ],
)
async def test_the_operators_page_is_not_told_from_one_that_does_not_exist(path, app, her):
    for method, accept in product(("GET", "HEAD", "POST", "NONSENSE"), ("text/html", "*/*")):
        for who in (of(her, accept=accept), {"origin": ORIGIN, "accept": accept}):
            answers = [
                await ask(app, Asking(method, place), who)
                for place in (path, path.replace("admin", "nobody"))
            ]
            told, of_nothing = (
                (each.status, each.body, sorted(map(_untimed, each.headers))) for each in answers
            )
            assert told == of_nothing


def _untimed(header):
    """The header; of a cookie its name, and of an address nothing."""
    name, value = header
    return name, {"set-cookie": value.partition("=")[0], "location": ""}.get(name, value)


async def test_an_operator_is_shown_it(app, ann, db):
    asked = Asking("GET", "/admin"), of(ann, accept="text/html")
    assert (await ask(app, *asked)).status == 404
    await rows(db, "insert into operators (id, user_id) values ($1, $2)", uuid4(), ann.user.id)
    answer = await ask(app, *asked)
    assert (answer.status, answer.body) == (200, b"a page")
    await rows(db, "delete from operators where user_id = $1", ann.user.id)
    assert (await ask(app, *asked)).status == 404


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/health/live", "GET, HEAD"),
        ("/api/import", "POST"),
        ("/auth/verify", "GET, HEAD, POST"),
        ("/", "GET, HEAD"),
        ("/no-such-page", "GET, HEAD"),
    ],
)
async def test_a_request_of_another_kind_is_told_which_are_taken(path, allowed, method, app, her):
    if method in allowed.split(", "):
        return
    answer = await ask(app, Asking(method, path), of(her, accept="text/html"))
    assert (answer.status, answer.header("allow"), said(answer)) == (405, allowed, NOT_SO)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:12])
async def test_no_query_breaks_anything(query, app, her):
    for path in ("/", "/sign-in", "/no-such-page", "/api/nothing", "/auth/callback/none"):
        for headers in (of(her), {"origin": ORIGIN}):
            answer = await ask(app, Asking("GET", path, query), headers | {"accept": "text/html"})
            assert answer.status < 500


async def test_what_a_route_or_a_page_says_itself_stays(app, her):
    place = "/api/conversations/6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae/messages"
    answer = await ask(app, Asking("GET", place), of(her))
    assert (answer.status, said(answer)) == (404, "This conversation does not exist.")
    assert (await ask(app, Asking("GET", "/"), of(her))).body == b"a page"


async def test_the_page_is_whole_whatever_part_is_asked_for(app, her):
    answer = await ask(app, Asking("GET", "/\x00"), of(her, range="bytes=0-1"))
    assert (answer.status, answer.body) == (404, PAGE.encode())


async def test_a_session_that_was_renewed_in_passing_is_kept(app, ann):
    headers = {"accept": "text/html", "cookie": f"session=x; refresh={ann.refresh}"}
    answer = await ask(app, Asking("GET", "/\x00"), headers)
    cookies = [value.split("=")[0] for name, value in answer.headers if name == "set-cookie"]
    assert (answer.status, cookies) == (404, ["session", "refresh", "user", "left"])


@pytest.mark.parametrize("name", ["a\nb", "a\n", "\n", "\r\nset-cookie: x=y"], ids=ascii)
async def test_an_address_of_several_lines_leads_to_one_that_the_page_can_read(name, app, her):
    for method in ("GET", "HEAD", "POST"):
        answer = await ask(app, Asking(method, f"/{name}"), of(her, accept="text/html"))
        assert (answer.status, answer.header("location")) == (303, "/404")
        answer = await ask(app, Asking(method, f"/api/{name}"), of(her))
        assert (answer.status, said(answer)) == (404, NOT_HERE)
    answer = await ask(app, Asking("GET", "/404"), of(her, accept="text/html"))
    assert (answer.status, answer.body) == (404, PAGE.encode())
