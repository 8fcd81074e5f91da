"""All three vendors on one loopback port, driven by scripts or by directives in the prompt."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from tests.vendors import anthropic, google, openai
from tests.vendors.connection import ClientGone, Connection, HttpRequest
from tests.vendors.directives import SILENT, script_for
from tests.vendors.prefix_cache import PrefixCache
from tests.vendors.script import Script
from tests.vendors.wire import Wire

WIRES = (anthropic.WIRE, openai.WIRE, google.WIRE)
BAD_KEY = "bad-key"
REQUESTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that a vendor got."""

    vendor: str
    model: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(slots=True)
class Stats:
    """Connections and streams. aborted: streams that the client left before their end."""

    connections: int = 0
    open: int = 0
    finished: int = 0
    aborted: int = 0


class VendorServer:
    """`async with VendorServer() as server:` listens on `server.url` until the block ends.

    port: 0 takes a free one. cache: what tells how much of each request was read before.
    """

    def __init__(self, port: int = 0, cache: PrefixCache | None = None) -> None:
        self.port = port
        self.cache = cache
        self.stats = Stats()
        self.requests: deque[Seen] = deque(maxlen=REQUESTS_KEPT)
        self._scripts: dict[tuple[str, str], deque[Script]] = defaultdict(deque)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where the vendors' paths begin, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def then(
        self, vendor: str, *scripts: Script, to_titles: bool = False, to_summaries: bool = False
    ) -> None:
        """What the vendor answers next; when these are used up, directives decide again.

        to_titles, to_summaries: to the next who ask for one. They come when they like, and would
        else take what is meant for a user.
        """
        whom = SILENT[0] if to_titles else SILENT[1] if to_summaries else ""
        self._scripts[vendor, whom].extend(scripts)

    def forget(self) -> None:
        """What was to be answered next is not: another test begins."""
        self._scripts.clear()

    async def until(self, happened: Callable[[Stats], bool], seconds: float = 10.0) -> None:
        """Wait until the figures say so. Raises TimeoutError when they do not in good time."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: happened(self.stats))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.stats.connections += 1
        connection = Connection(reader, writer)
        with suppress(ConnectionError, asyncio.CancelledError):
            while request := await connection.request():
                if not await self._served(request, connection):
                    break
        connection.close()

    async def _served(self, request: HttpRequest, connection: Connection) -> bool:
        """Answer one request; returns whether the connection can serve another."""
        for wire in WIRES:
            if found := wire.route.match(request.path):
                body = json.loads(request.body)
                model = found.groupdict().get("model") or body["model"]
                self.requests.append(Seen(wire.name, model, request.headers, body))
                script = self._script(wire, request, body)
                if self.cache is not None:
                    figures = self.cache.read(wire.name, model, body, script.figures)
                    script = replace(script, figures=figures)
                return await self._played(wire, script, model, connection)
        connection.answer_json(self._page(request.path))
        return True

    def _page(self, path: str) -> Any:
        if path == "/requests":
            return [asdict(seen) for seen in self.requests]
        return asdict(self.stats)

    def _script(self, wire: Wire, request: HttpRequest, body: Mapping[str, Any]) -> Script:
        if any(BAD_KEY in value for value in request.headers.values()):
            return Script(status=401)
        asked = wire.asked(body)
        whom = next((mark for mark in SILENT if asked.system.startswith(mark)), "")
        if scripts := self._scripts[wire.name, whom]:
            return scripts.popleft()
        return script_for(wire.name, asked)

    async def _played(self, wire: Wire, script: Script, model: str, connection: Connection) -> bool:
        if script.status != 200 or (script.body and not script.fault):
            body = script.body or json.dumps(wire.failure(script.status))
            connection.answer(script.status, body, script.headers)
            return True
        await self._count(open=1)
        try:
            kept = await _stream(wire, script, model, connection)
        except (ClientGone, ConnectionError):
            await self._count(open=-1, aborted=1)
            return False
        await self._count(open=-1, finished=1)
        return kept

    async def _count(self, **changes: int) -> None:
        async with self._changed:
            for name, change in changes.items():
                setattr(self.stats, name, getattr(self.stats, name) + change)
            self._changed.notify_all()


async def _stream(wire: Wire, script: Script, model: str, connection: Connection) -> bool:
    """Send an answer, up to its fault. Returns whether the connection can serve another."""
    if script.after < 0:
        return await _fail(wire, script, connection)
    clock = asyncio.get_running_loop().time
    due = clock() + script.first_seconds
    connection.open_stream()
    deltas = 0
    for data, is_delta in wire.frames(script, model):
        if script.fault and deltas >= script.after and (is_delta or script.after):
            return await _fail(wire, script, connection)
        if is_delta and (wait := due - clock()) > 0:
            await asyncio.sleep(wait)
        due += script.gap_seconds if is_delta else 0
        deltas += is_delta
        await connection.send(data)
    connection.end_stream()
    return True


async def _fail(wire: Wire, script: Script, connection: Connection) -> bool:
    match script.fault:
        case "hang":
            await connection.wait_until_gone()
        case "cut":
            await connection.reset()
        case "error":
            await connection.send(script.body.encode() or wire.stream_error)
            connection.end_stream()
            return True
        case "garbage":
            await connection.send(b"data: <html>this is no event</html>\n\n")
            connection.end_stream()
            return True
        case "end":
            connection.end_stream()
            return True
    return False
