"""Speaks to the whole app as the network does, in this process: requests, and Reflex's socket."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from reflex_base.constants.compiler import CompileVars
from starlette.types import ASGIApp, Message, Scope

from assistant.app import app as reflex_app

ORIGIN = "http://localhost:3000"
NAMESPACE = "/_event"
PATIENCE_SECONDS = 20.0
Headers = dict[str, str]


@dataclass
class Answer:
    """What a request was answered with."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The last header of this name."""
        return dict(self.headers).get(name)

    @property
    def text(self) -> str:
        """All that was said: the headers, and the body; of an archive, what is packed in it."""
        return "\n".join([*(f"{k}: {v}" for k, v in self.headers), _unpacked(self.body)])


def _unpacked(body: bytes) -> str:
    if not body.startswith(b"PK"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        said = [
            f"{name}\n{packed.read(name).decode(errors='replace')}" for name in packed.namelist()
        ]
    return "\n".join(said)


def _scope(kind: str, path: str, query: str, headers: Headers) -> Scope:
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": path.encode(errors="replace"),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 3000),
    }


@dataclass(frozen=True)
class Asking:
    """What a request says."""

    method: str
    path: str
    query: str = ""
    kind: str = ""
    body: str = ""


async def ask(app: ASGIApp, asking: Asking, headers: Headers) -> Answer:
    """Make a request; a stream of events is left after its first words."""
    headers = headers | ({"content-type": asking.kind} if asking.kind else {})
    scope = _scope("http", asking.path, asking.query, headers)
    answer, gone = Answer(), asyncio.Event()
    given = [{"type": "http.request", "body": asking.body.encode(), "more_body": False}]

    async def receive() -> Message:
        if given:
            return given.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(k.decode(), v.decode()) for k, v in message["headers"]]
        answer.body += message.get("body", b"")
        if message.get("body") and "event-stream" in (answer.header("content-type") or ""):
            gone.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await app({**scope, "method": asking.method}, receive, send)
    return answer


def as_sent(name: str, payload: dict[str, Any], path: str = "/", **query: str) -> dict[str, Any]:
    """An event as a page at this path sends it."""
    router = {"pathname": path, "asPath": path.format(**query), "query": query}
    return {"name": name, "payload": payload, "router_data": router}


class Socket:
    """`async with Socket(app, headers, token) as socket:` is a page's socket.

    frames: the events that came. closed: the code it was closed with, 0 while it is open. first: an
    event that it sends while it connects, as pages do with the one that they begin with.
    """

    def __init__(
        self, app: ASGIApp, headers: Headers, token: str, first: dict[str, Any] | None = None
    ) -> None:
        query = urlencode({"EIO": "4", "transport": "websocket", "token": token})
        upgrade = {"connection": "upgrade", "upgrade": "websocket", **headers}
        self._app, self._scope = app, _scope("websocket", f"{NAMESPACE}/", query, upgrade)
        self._scope["subprotocols"] = []
        self._says: asyncio.Queue[Message] = asyncio.Queue()
        self._hears: asyncio.Queue[str] = asyncio.Queue()
        self._connecting = json.dumps({CompileVars.CONNECT_AUTH_EVENT: first} if first else {})
        self.frames: list[str] = []
        self.closed = 0

    async def __aenter__(self) -> Self:
        self._says.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self._scope, self._says.get, self._take))
        if (await self._next())[:1] == "0":  # Engine.IO is open: now Socket.IO
            await self._write(f"40{NAMESPACE},{self._connecting}")
            await self._until(f"40{NAMESPACE},")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._says.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait([self._task], timeout=PATIENCE_SECONDS)
        self._task.result()

    async def _take(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.closed = message.get("code", 1000)
            self._hears.put_nowait("")
        elif message["type"] == "websocket.send":
            self._hears.put_nowait(message.get("text") or message["bytes"].decode())

    async def _next(self) -> str:
        """The next packet, "" when the socket is closed."""
        if self.closed and self._hears.empty():
            return ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._hears.get()

    async def _until(self, beginning: str) -> None:
        while (packet := await self._next()) and not packet.startswith(beginning):
            if packet == "2":
                await self._write("3")  # the server asks whether we live
            elif packet.startswith("41"):
                self.closed = 1000  # for this namespace, the only one
                return
            else:
                self.frames.append(packet)

    async def _write(self, packet: str) -> None:
        self._says.put_nowait({"type": "websocket.receive", "text": packet})

    async def sends(self, name: str, payload: dict[str, Any], path: str = "/", **query: str) -> str:
        """Send an event; returns all that comes back until it and what it began are done."""
        before = len(self.frames)
        said = json.dumps(["event", as_sent(name, payload, path, **query)])
        await self._write(f"42{NAMESPACE},{said}")
        await self.is_quiet()
        return "\n".join(self.frames[before:])

    async def is_quiet(self) -> None:
        """Wait until all that came in and what it began are done."""
        await self._answered()
        while reflex_app.event_processor._futures:  # noqa: ASYNC110  (Reflex tells nobody)
            await asyncio.sleep(0.001)
        await self._answered()

    async def _answered(self) -> None:
        """All that came before has been taken."""
        await self._write(f'42{NAMESPACE},["ping"]')
        await self._until(f'42{NAMESPACE},["ping"')


@asynccontextmanager
async def alive(app: ASGIApp) -> AsyncIterator[None]:
    """The app at work, as a server starts and ends it."""
    says: asyncio.Queue[Message] = asyncio.Queue()
    hears: asyncio.Queue[Message] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan"}, says.get, hears.put))
    says.put_nowait({"type": "lifespan.startup"})
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await hears.get())["type"] == "lifespan.startup.complete"
    yield
    says.put_nowait({"type": "lifespan.shutdown"})
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await hears.get())["type"] == "lifespan.shutdown.complete"
        await task
