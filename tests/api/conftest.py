"""The routes behind the guard, in this process, and browsers that speak to them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from limits import parse_many
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

from assistant.api.guard import Guard
from assistant.app import ROUTES
from assistant.config import settings
from assistant.services import rate_limits
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import User, who_is
from tests.services.talk import PATIENCE_SECONDS

ORIGIN = "http://localhost:3000"
FOREIGN = ["https://evil.example", "null", "http://localhost:3001", "https://localhost:3000", "",
           f"{ORIGIN}.evil.example", f"{ORIGIN}/"]  # fmt: skip
Frame = dict[str, str]


async def _socket(socket: WebSocket) -> None:
    """Tells what reached the inner application."""
    await socket.accept()
    await socket.send_json(_seen(socket.scope))
    await socket.close()


async def _page(request: Request) -> Response:
    return PlainTextResponse(json.dumps(_seen(request.scope)))


def _seen(scope: Scope) -> dict[str, Any]:
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
    client = scope["client"][0]
    return {"headers": headers, "query": scope["query_string"].decode(), "client": client}


@pytest.fixture(scope="session")
def app(prepared: str) -> Guard:
    inner = [
        WebSocketRoute("/_event", _socket),
        Route("/_event", _page, methods=["GET", "POST"]),
        Route("/{path:path}", _page, methods=["GET", "POST"]),
    ]
    return Guard(Starlette(routes=[*ROUTES, *inner]), [ORIGIN])


def browser(app: Guard, token: str = "") -> httpx2.AsyncClient:
    """A browser whose pages come from our origin. token: of its session, "" for none."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url=ORIGIN,
        headers={"origin": ORIGIN},
        cookies={"session": token} if token else {},
    )


@dataclass
class Person:
    """Somebody who is signed in, in a browser."""

    user: User
    token: str
    browser: httpx2.AsyncClient = field(repr=False)
    refresh: str = ""


@asynccontextmanager
async def signed_in(app: Guard, name: str) -> AsyncIterator[Person]:
    tokens = await sign_in_by_name(name)
    token = tokens.access
    async with browser(app, token) as client:
        yield Person(await who_is(token), token, client, tokens.refresh)


@pytest.fixture
def limited(db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each thing may be done twice in an hour; a proxy says who asks."""
    monkeypatch.setenv("RATE_LIMITS", "true")
    monkeypatch.setenv("PROXY_HOPS", "1")
    for rate in rate_limits.RATES.values():
        monkeypatch.setattr(rate, "windows", parse_many("2/hour"))
    settings.cache_clear()
    rate_limits.limiter.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    rate_limits.limiter.cache_clear()


@pytest.fixture
async def visitor(app: Guard, db: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Nobody is signed in."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(app: Guard, db: str) -> AsyncIterator[Person]:
    async with signed_in(app, f"Ann {uuid4().hex[:8]}") as person:
        yield person


@pytest.fixture
async def ben(app: Guard, db: str) -> AsyncIterator[Person]:
    async with signed_in(app, f"Ben {uuid4().hex[:8]}") as person:
        yield person


def frames(body: str) -> Iterator[Frame]:
    """Server-sent events as a browser reads them; a comment is a frame with the key ""."""
    for block in filter(None, body.split("\n\n")):
        yield dict(line.split(": ", 1) for line in block.split("\n"))


@asynccontextmanager
async def streaming(app: Guard, path: str, token: str) -> AsyncIterator[asyncio.Queue[str]]:
    """Follow an endless answer; leaving the block is the browser that goes away."""
    told: asyncio.Queue[str] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        body = message.get("body", b"")
        if body:
            told.put_nowait(body.decode())
        if message["type"] == "http.response.body" and not message.get("more_body"):
            told.put_nowait("")

    task = asyncio.create_task(app(_http(path, token), receive, send))
    try:
        yield told
    finally:
        gone.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


def _http(path: str, token: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"cookie", f"session={token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 3000),
    }


async def knock(app: Guard, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    """Open the socket and tell what came back."""
    told: list[dict[str, Any]] = []
    scope = _http("/_event", "") | {
        "type": "websocket",
        "scheme": "ws",
        "subprotocols": [],
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        told.append(message)

    await app(scope, receive, send)
    return told
