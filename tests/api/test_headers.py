"""The headers: every answer has them, whoever asks, whatever becomes of it."""

import asyncio
import base64
import hashlib
import re
from itertools import product
from uuid import uuid4

import pytest
import reflex
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import rxconfig
from assistant import app as application
from assistant.api.guard import Guard
from assistant.api.headers import DENIED, WithHeaders
from assistant.app import surround
from assistant.config import settings
from assistant.errors import DatabaseAway
from tests.api.conftest import ORIGIN, browser, knock
from tests.services.talk import PATIENCE_SECONDS

SCRIPT = 'window.x = "<b>";\nstart()'
PAGE = f'<!doctype html><script type="module" src="/assets/a.js"></script><script>{SCRIPT}</script>'
FILES = {
    "index.html": PAGE,
    "404.html": PAGE.replace("start", "stop"),
    "sign-in/index.html": PAGE,
    "favicon.svg": "<svg/>",
    "assets/chat-x1y2.js": "1",
}
EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "server": "assistant",
}
STRICT = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", "ws://localhost:3000"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Pages and files, as they lie in the build's folder."""
    folder = tmp_path_factory.mktemp("build")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    return folder


async def _broken(request):
    raise RuntimeError("canary")


async def _own(request):
    return PlainTextResponse("x", headers={"cache-control": "private, no-store"})


@pytest.fixture(scope="session")
def inner(prepared, built):
    """All that the app serves: our routes, Reflex's own, the built pages, and some that fail."""
    bad = [Route("/_broken", _broken), Route("/_own", _own)]
    pages = Mount("/", StaticFiles(directory=built, html=True))
    return Starlette(routes=[*bad, *application.app._api.routes, pages])


@pytest.fixture(scope="session")
def app(inner, built):
    whole = Starlette(routes=[Mount("", surround(inner))])
    return WithHeaders(whole, [ORIGIN], built)


async def asked(app, path, method="GET", **headers):
    """The status and the headers of an answer, be it endless; then the browser goes away."""
    begun, gone = asyncio.get_running_loop().create_future(), asyncio.Event()
    sent = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if sent:
            return sent.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            begun.set_result(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(),
             "query_string": b"", "root_path": "", "headers": raw, "scheme": "http",
             "server": ("localhost", 3000), "client": ("127.0.0.1", 1),
             "http_version": "1.1", "asgi": {"version": "3.0"}}  # fmt: skip
    task = asyncio.create_task(app(scope, receive, send))
    message = await asyncio.wait_for(begun, PATIENCE_SECONDS)
    gone.set()
    await asyncio.wait([task], timeout=PATIENCE_SECONDS)
    task.exception()  # a defect goes on to the server, which logs it
    names = [name.decode().lower() for name, _ in message["headers"]]
    assert len({*names} - {"set-cookie"}) == len([n for n in names if n != "set-cookie"])
    return message["status"], {n.decode(): v.decode() for n, v in message["headers"]}


def policy_of(headers):
    lines = headers["content-security-policy"].split("; ")
    return {name: sources for name, *sources in (line.split() for line in lines)}


def assert_complete(headers):
    assert headers.items() >= EXPECTED.items()
    assert headers["permissions-policy"] == ", ".join(f"{name}=()" for name in DENIED)
    assert "cache-control" in headers
    policy = policy_of(headers)
    script = policy.pop("script-src")
    assert policy == STRICT
    assert script[0] == "'self'"
    assert all(re.fullmatch(r"'sha256-[\w+/]{43}='", source) for source in script[1:])


def paths(routes, before=""):
    """Every path that some route answers, with something in the place of its parameters."""
    for route in routes:
        path = before + re.sub(r"{\w+}", str(uuid4()), route.path)
        if isinstance(route, Mount):
            yield f"{path}/" if not route.routes else f"{path}/nothing"
            yield from paths(route.routes or [], path)
        else:
            yield path


WAYS = list(product(("GET", "POST", "DELETE", "OPTIONS"), (ORIGIN, "https://evil.example")))


async def test_every_route_has_them_whoever_asks_and_however(app, inner, ann):
    files = ["/", "/nothing", "/api/nothing", *(f"/{name}" for name in FILES)]
    known = [*paths(inner.routes), *files]
    assert len(known) > 20
    statuses = set()
    for path, (method, origin), token in product(known, WAYS, ("", ann.token)):
        if path != "/auth/logout":  # it would end the session
            asking = {"origin": origin, "cookie": f"session={token}", "accept": "text/html"}
            status, headers = await asked(app, path, method, **asking)
            assert_complete(headers)
            statuses.add(status)
    assert statuses >= {200, 303, 401, 403, 404, 405, 422, 500}


async def test_what_the_guard_answers_while_the_database_is_away_has_them(built):
    async def away(scope, receive, send):
        raise DatabaseAway

    status, headers = await asked(WithHeaders(Guard(away, [ORIGIN]), [ORIGIN], built), "/api/x")
    assert status == 503
    assert_complete(headers)


async def test_a_page_may_run_the_scripts_inside_the_built_pages_and_no_other(app, ann):
    _, headers = await asked(app, "/", cookie=f"session={ann.token}", accept="text/html")
    allowed = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in (SCRIPT, SCRIPT.replace("start", "stop"))
    }
    script = policy_of(headers)["script-src"]
    assert {*script} == {"'self'", *(f"'sha256-{digest}'" for digest in allowed)}
    _, headers = await asked(app, "/api/health/live")
    assert policy_of(headers)["script-src"] == ["'self'"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-store"),
        ("/sign-in", "no-store"),
        ("/nothing", "no-store"),
        ("/favicon.svg", "no-cache"),
        ("/assets/chat-x1y2.js", "public, max-age=31536000, immutable"),
        ("/assets/nothing.js", "no-store"),
        ("/api/conversations/x/messages", "no-store"),
        ("/ping", "no-store"),
        ("/_broken", "no-store"),
        ("/_own", "private, no-store"),
    ],
)
async def test_only_the_files_of_the_build_are_kept(path, kept, app):
    assert (await asked(app, path))[1]["cache-control"] == kept


async def test_a_file_that_is_known_still_may_be_kept(app):
    path = "/assets/chat-x1y2.js"
    _, headers = await asked(app, path)
    status, again = await asked(app, path, **{"if-none-match": headers["etag"]})
    assert (status, again["cache-control"]) == (304, headers["cache-control"])
    assert_complete(again)


async def test_what_an_answer_says_itself_stays(built):
    own = {"content-security-policy": "sandbox", "referrer-policy": "no-referrer"}
    answer = WithHeaders(JSONResponse({}, headers=own), [ORIGIN], built)
    assert (await asked(answer, "/"))[1].items() >= own.items()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://ask.example", "max-age=31536000; includeSubDomains"),
        ("http://localhost:3000", None),
        ("", None),
    ],
)
async def test_https_stays_https(url, said, built, monkeypatch):
    monkeypatch.setenv("APP_URL", url)
    settings.cache_clear()
    try:
        answer = WithHeaders(PlainTextResponse("x"), ["https://ask.example"], built)
        _, headers = await asked(answer, "/")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert headers.get("strict-transport-security") == said
    assert policy_of(headers)["connect-src"] == ["'self'", "wss://ask.example"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_the_sockets_own_layer_says_too_is_said_once(method, inner, built):
    layered = Starlette(routes=inner.routes)
    reflex.App._add_cors(layered)
    status, headers = await asked(
        WithHeaders(layered, [ORIGIN], built), "/_event/", method, origin=ORIGIN
    )
    assert (status, headers["access-control-allow-origin"]) == (400, ORIGIN)


def test_the_policy_names_each_origin_once(built):
    given = rxconfig.origins()
    assert len(given) == len({*given}) > 1


async def test_the_socket_passes(app):
    assert await knock(app, {"origin": "https://evil.example"}) == [
        {"type": "websocket.close", "code": 4403}
    ]


async def test_the_body_is_what_it_was(app):
    async with browser(app) as client:
        assert (await client.get("/assets/chat-x1y2.js")).text == "1"
