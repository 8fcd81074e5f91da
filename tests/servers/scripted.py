"""A server on loopback that says what a test has written down for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

SILENCE = 0  # a status: say nothing until the client has gone
XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Say:
    """One answer."""

    status: int = 207
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Scripted:
    """The answers by method and path; what was asked, with its headers and body."""

    url: str = ""
    says: dict[tuple[str, str], Say] = field(default_factory=dict)
    seen: list[tuple[str, str, Mapping[str, str], str]] = field(default_factory=list)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The methods and paths, in order."""
        return [(method, path) for method, path, *_ in self.seen]

    async def answer(self, request: web.Request) -> web.Response:
        """What is written down for it, or that there is no such page."""
        body = await request.text()
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        said = self.says.get((request.method, request.raw_path), Say(404))
        if said.status == SILENCE:
            await asyncio.sleep(600)
        headers = {**XML, **said.headers}
        return web.Response(status=said.status, body=said.body.encode(), headers=headers)


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    """The server, as long as the block lasts."""
    server = Scripted()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
