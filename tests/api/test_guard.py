"""The guard: who may speak from where, and in whose name the socket speaks."""

import json
import time
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from assistant.api.guard import Guard
from assistant.config import settings
from assistant.services import sessions, tokens
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import recognised, vouched
from tests.api.conftest import ORIGIN, browser, knock
from tests.services.talk import rows, turn_factor_on

FOREIGN = ["https://evil.example", "null", "http://localhost:3001", "https://localhost:3000", "",
           f"{ORIGIN}.evil.example", f"{ORIGIN}/"]  # fmt: skip
HTML = {"accept": "text/html,*/*"}
BY_SOCKET = {"cookie": "theme=dark", "x-auth-request-access-token": "forged", "authorization": "x",
             "Authorization": "y", "x_auth_request_access_token": "forged"}  # fmt: skip


def reached(messages):
    """What the inner application saw of the socket."""
    return json.loads(messages[1]["text"])


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", ["/auth/login/local", "/auth/logout", "/_event", "/anything"])
async def test_a_change_from_another_origin_is_refused(origin, path, ann):
    answer = await ann.browser.post(path, headers={"origin": origin}, data={"name": "x"})
    assert (answer.status_code, answer.text) == (403, "This request came from another site.")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY"])
async def test_a_change_without_an_origin_is_refused(method, ann):
    ann.browser.headers.pop("origin")
    assert (await ann.browser.request(method, "/auth/logout")).status_code == 403


async def test_reading_needs_no_origin_and_a_change_from_ours_passes(ann):
    assert (await ann.browser.post("/anything")).status_code == 200
    ann.browser.headers.pop("origin")
    for method in ("GET", "HEAD"):
        assert (await ann.browser.request(method, "/api/health/live")).status_code == 200


@pytest.mark.parametrize("origin", [*FOREIGN, None])
async def test_the_socket_opens_for_our_origin_only(origin, app, db):
    headers = {} if origin is None else {"origin": origin}
    assert await knock(app, headers) == [{"type": "websocket.close", "code": 4403}]
    assert (await knock(app, {"origin": ORIGIN}))[0]["type"] == "websocket.accept"


async def test_the_sockets_polling_needs_our_origin_too(visitor):
    visitor.headers.pop("origin")
    assert (await visitor.get("/_event")).status_code == 403


async def test_no_cookie_reaches_what_keeps_headers(app, ann):
    cookie = {"cookie": f"theme=dark; session={ann.token}"}
    seen = reached(await knock(app, {"origin": ORIGIN, **BY_SOCKET, **cookie}))
    assert ann.token not in str(seen)
    assert dict(seen["headers"]).keys() == {"origin", "x-auth-request-access-token"}
    names = [name for name, value in seen["headers"]]
    assert names.count("x-auth-request-access-token") == 1
    given = dict(seen["headers"])["x-auth-request-access-token"]
    assert recognised(given) == ann.user


async def test_a_name_that_a_client_gives_itself_is_dropped(app, ann):
    for spelled in (
        "x-auth-request-access-token",
        "X-Auth-Request-Access-Token",
        "x_auth_request_access_token",
        "X-Auth_Request-Access_Token",
    ):
        forged = {spelled: vouched(ann.user)}
        seen = reached(await knock(app, {"origin": ORIGIN, **forged}))
        assert [name for name, _ in seen["headers"]] == ["origin"]


@pytest.mark.parametrize(("hops", "client"), [("0", "127.0.0.1"), ("1", "203.0.113.7")])
async def test_the_socket_says_where_its_page_is_as_our_proxies_name_it(
    hops, client, app, db, monkeypatch
):
    monkeypatch.setenv("PROXY_HOPS", hops)
    settings.cache_clear()
    asked = {"origin": ORIGIN, "x-forwarded-for": "1.2.3.4, 203.0.113.7"}
    assert reached(await knock(app, asked))["client"] == client
    monkeypatch.undo()
    settings.cache_clear()


async def test_the_same_token_is_another_for_each_session(app, ann, ben):
    again = (await sign_in_by_name("Somebody else")).access
    bound = set()
    for token in (ann.token, ben.token, again, ""):
        headers = {"origin": ORIGIN, "cookie": f"session={token}"}
        seen = reached(await knock(app, headers, "token=known&EIO=4"))
        query = parse_qs(seen["query"])
        assert query["EIO"] == ["4"]
        bound.add(query["token"][0])
        assert reached(await knock(app, headers, "token=known&EIO=4")) == seen
        other = reached(await knock(app, headers, "token=other&token=known"))
        assert parse_qs(other["query"])["token"] != query["token"]
    assert len(bound) == 4
    assert "known" not in bound


@pytest.mark.parametrize("query", ["", "token=", "token=%00%ff", "&&==", "token=" + "x" * 9_000])
async def test_no_query_breaks_the_socket(query, app, db):
    assert (await knock(app, {"origin": ORIGIN}, query))[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("path", ["/", "/chat/1", "/settings", "/usage", "/nonsense"])
async def test_a_visitor_is_sent_to_the_sign_in_page(path, visitor, ann):
    answer = await visitor.get(path, headers=HTML)
    there = "/sign-in" if path == "/" else f"/sign-in?next={path}"
    assert (answer.status_code, answer.headers["location"]) == (303, there)
    assert (await ann.browser.get(path, headers=HTML)).status_code == 200


@pytest.mark.parametrize(
    ("query", "kept"),
    [("session_id=cs_1", "%3Fsession_id%3Dcs_1"), ("back=%2Fchat%2F1", ""), ("back=/chat/1", "")],
)
async def test_a_visitor_comes_back_at_least_to_the_page(query, kept, visitor):
    answer = await visitor.get(f"/billing?{query}", headers=HTML)
    assert answer.headers["location"] == f"/sign-in?next=/billing{kept}"


async def test_where_nobody_can_sign_in_visitors_are_told_so(visitor, ann, monkeypatch):
    monkeypatch.setenv("BIND_HOST", "0.0.0.0")  # noqa: S104
    settings.cache_clear()
    try:
        answer = await visitor.get("/sign-in", headers=HTML)
        closed = await visitor.get("/closed", headers=HTML)
        signed_in = await ann.browser.get("/sign-in", headers=HTML)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (answer.status_code, answer.headers["location"]) == (303, "/closed")
    assert closed.status_code == 200
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")


async def test_where_one_can_sign_in_nobody_is_told_otherwise(visitor, ann):
    for browser_of, there in ((visitor, None), (ann.browser, "/")):
        answer = await browser_of.get("/closed", headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        answer = await browser_of.get("/sign-in", headers=HTML)
        assert answer.headers.get("location") == there


@pytest.mark.parametrize("path", ["/sign-in", "/assets/x.js", "/api/health/live"])
async def test_what_everybody_may_see_needs_nobody(path, visitor):
    assert (await visitor.get(path, headers=HTML)).status_code == 200


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/sign-in", "/"),
        ("/sign-in?next=/settings", "/settings"),
        ("/sign-in?next=//evil.example", "/"),
        ("/sign-in?error=refused", None),
        ("/sign-in?again=1", None),
    ],
)
async def test_who_is_signed_in_has_no_business_at_the_sign_in_page(path, there, ann):
    answer = await ann.browser.get(path, headers=HTML)
    assert answer.headers.get("location") == there


async def test_a_page_renews_an_expired_session_in_passing(ann):
    ann.browser.cookies.clear()
    ann.browser.cookies.set("refresh", ann.refresh)
    answer = await ann.browser.get("/chat/1", headers=HTML)
    assert answer.status_code == 200
    assert [c.split("=")[0] for c in answer.headers.get_list("set-cookie")] == [
        "session",
        "refresh",
        "user",
        "left",
    ]
    again = await ann.browser.get("/chat/1", headers=HTML)
    assert [c.split("=")[0] for c in again.headers.get_list("set-cookie")] == ["left"]


async def test_a_page_learns_for_how_long_its_tokens_are_still_good(ann, monkeypatch):
    born = time.time()
    for age, left in ((0, "540"), (480, "60"), (570, "0")):  # the last in the leeway for clocks
        monkeypatch.setattr(tokens.time, "time", lambda age=age: born + age)
        await ann.browser.get("/settings", headers=HTML)
        assert abs(int(ann.browser.cookies["left"]) - int(left)) <= 1


async def test_an_account_that_was_just_erased_is_nobodys(ann, db):
    await rows(db, "delete from profiles where user_id = $1", ann.user.id)
    assert (ann.user.id, ann.user.session_id) in sessions._known
    answer = await ann.browser.get("/settings", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await ann.browser.get("/sign-in", headers=HTML)).status_code == 200


async def test_no_browser_keeps_the_page_of_a_user(ann, visitor):
    for path in ("/", "/chat/1", "/nonsense", "/verify"):
        answer = await ann.browser.get(path, headers=HTML)
        assert answer.headers.get_list("cache-control") == ["no-store"]
    assert "cache-control" not in (await visitor.get("/sign-in", headers=HTML)).headers


async def test_the_socket_speaks_for_a_session_whose_access_token_has_expired(app, ann):
    headers = {"origin": ORIGIN, "cookie": f"session=x; refresh={ann.refresh}"}
    given = dict(reached(await knock(app, headers))["headers"])
    assert recognised(given["x-auth-request-access-token"]) == ann.user
    assert "cookie" not in given


async def test_half_a_sign_in_sees_the_page_for_the_code_and_no_other(ann, db):
    await turn_factor_on(db, ann.user)
    for path, there in (("/", "/verify"), ("/chat/1", "/verify?next=/chat/1"), ("/verify", None)):
        answer = await ann.browser.get(path, headers=HTML)
        assert answer.headers.get("location") == there
    refused = await ann.browser.get("/api/events")
    assert refused.status_code == 403
    await rows(
        db, "update login_sessions set verified_at = now() where id = $1", ann.user.session_id
    )
    assert (await ann.browser.get("/", headers=HTML)).status_code == 200


@pytest.fixture
def built(tmp_path):
    """The guard before built pages, as they lie in the build's folder."""
    for name in ("index.html", "sign-in/index.html", "chat.js", "404.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    routes = [Route("/ping", _at), Route("/api/x", _at), Route("/auth/x", _at), Route("/_x", _at)]
    pages = Mount("/", StaticFiles(directory=tmp_path, html=True))
    return Guard(Starlette(routes=[*routes, pages]), [ORIGIN])


async def _at(request):
    return PlainTextResponse(request.url.path)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/sign-in", 200, "sign-in/index.html"),
        ("/sign-in?error=name", 200, "sign-in/index.html"),
        ("/sign-in/", 200, "sign-in/index.html"),
        ("/", 200, "index.html"),
        ("/chat.js", 200, "chat.js"),
        ("/no-such", 404, "404.html"),
        ("//evil.example", 404, "404.html"),
        ("/ping", 200, "/ping"),
        ("/api/x", 200, "/api/x"),
        ("/auth/x", 200, "/auth/x"),
        ("/_x", 200, "/_x"),
    ],
)
async def test_a_page_answers_at_its_address_without_a_slash(path, status, text, built, db):
    async with browser(built) as client:
        for method in ("GET", "HEAD"):
            answer = await client.request(method, f"{ORIGIN}{path}")
            assert (answer.status_code, answer.headers.get("location")) == (status, None)
        assert (await client.get(f"{ORIGIN}{path}")).text == text


@pytest.mark.parametrize("host", ["localhost:3000", "evil.example", "localhost:3000@evil.example"])
@pytest.mark.parametrize(
    "path",
    ["/%2e%2e", "/%2e", "//evil.example/%2e%2e", "/sign-in/%2e", "/sign-in/%2e%2e", "/x/%2e%2e"],
)
async def test_no_path_and_no_host_lead_anywhere_else(path, host, built, db):
    async with browser(built) as client:
        answer = await client.get(f"{ORIGIN}{path}", headers={"host": host})
    assert answer.headers.get("location") is None
    assert answer.text in ("index.html", "sign-in/index.html", "404.html")


@pytest.mark.parametrize(
    "host", ["localhost:3000", "evil.example", "localhost:3000.evil.example", "localhost", "", "@"]
)
async def test_addresses_are_made_of_our_own_name(host, db):
    routes = [Route("/api/x/", _at)]  # what serves it sends who forgets the slash to it
    async with browser(Guard(Starlette(routes=routes), [ORIGIN])) as client:
        answer = await client.get("/api/x", headers={"host": host})
    assert (answer.status_code, answer.headers["location"]) == (307, f"{ORIGIN}/api/x/")


async def test_each_name_of_ours_stays_and_of_two_at_once_none_counts(db):
    twin = "http://127.0.0.1:3000"
    guard = Guard(Starlette(routes=[Route("/api/x/", _at)]), [ORIGIN, twin])
    async with browser(guard) as client:
        for hosts, origin in ((["127.0.0.1:3000"], twin), (["127.0.0.1:3000", "x"], ORIGIN)):
            headers = [("host", each) for each in hosts]
            answer = await client.get("/api/x", headers=headers)
            assert answer.headers["location"] == f"{origin}/api/x/"


async def test_garbage_in_the_cookie_is_nobody(app, db):
    for token in ("x", "a.b.c", "%00", '"', "ä".encode().decode("latin-1")):
        async with browser(app) as client:
            headers = {"accept": "text/html", "cookie": f"session={token}".encode("latin-1")}
            assert (await client.get("/", headers=headers)).status_code == 303


async def test_a_visitor_is_asked_who_they_are_there_as_everywhere(visitor):
    told = [await visitor.get(path, headers=HTML) for path in ("/admin", "/no-such-page")]
    places = [each.headers["location"].partition("next=")[0] for each in told]
    assert places == ["/sign-in?"] * 2
