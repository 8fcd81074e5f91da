"""A small web on loopback: its pages, and the three search APIs that find them.

`python -m tests.servers.search --port 9200` serves it until it is stopped.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

KEY = "a-good-key"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Written:
    """A page of this web. status and headers: of its answer. excerpt: what engines show of it."""

    body: str | bytes = ""
    title: str = ""
    excerpt: str = ""
    kind: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        """The body as it goes over the wire."""
        return self.body if isinstance(self.body, bytes) else self.body.encode()


def article(title: str, *paragraphs: str, hidden: str = "") -> Written:
    """A page as sites make them: a frame, an article, and something that no reader sees."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    body = (
        f"<!doctype html><html><head><title>{title}</title><style>p {{color: red}}</style></head>"
        f"<body><nav><a href='/'>Home</a><a href='/about'>About</a></nav><article><h1>{title}</h1>"
        f"{text}<p style='display: none'>{hidden}</p></article><footer>© Loopback</footer>"
        "<script>document.title = 'changed'</script></body></html>"
    )
    return Written(body, title, paragraphs[0][:100] if paragraphs else "")


@dataclass(frozen=True, slots=True)
class Search:
    """A search that an engine was asked for."""

    engine: str
    query: str
    limit: int


class SmallWeb:
    """`async with SmallWeb() as site:` serves `site.pages` on `site.url` until the block ends.

    pages: by path, and found by every word of their title and excerpt. says: what an engine
    answers instead, as a status and a body. searches and visits: what was asked for.
    held: a path is not answered before its event comes.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.port = port
        self.host = host
        self.pages: dict[str, Written] = {}
        self.says: tuple[int, str] | None = None
        self.searches: list[Search] = []
        self.visits: list[str] = []
        self.held: dict[str, asyncio.Event] = {}

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._hold])
        app.router.add_get("/brave/web/search", self._brave)
        app.router.add_post("/tavily/search", self._tavily)
        app.router.add_get("/searxng/search", self._searxng)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where the paths begin, without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    def base(self, engine: str) -> str:
        """Where an engine's API begins: brave, tavily or searxng."""
        return f"{self.url}/{engine}"

    def finds(self, query: str, limit: int) -> list[tuple[str, Written]]:
        """The pages that hold the most of these words."""
        words = query.casefold().split()
        ranked = [
            (sum(word in f"{page.title} {page.excerpt}".casefold() for word in words), path)
            for path, page in self.pages.items()
        ]
        best = sorted(ranked, key=lambda found: -found[0])
        return [(self.url + path, self.pages[path]) for score, path in best if score][:limit]

    @web.middleware
    async def _hold(self, request: web.Request, handler: Any) -> web.StreamResponse:
        answer: web.StreamResponse = await handler(request)
        if held := self.held.get(request.path):
            await held.wait()
        return answer

    async def _page(self, request: web.Request) -> web.Response:
        self.visits.append(request.path_qs)
        page = self.pages.get(request.path, Written("<p>No such page</p>", status=404))
        headers = {"Content-Type": page.kind, **page.headers}
        return web.Response(body=page.raw(), status=page.status, headers=headers)

    async def _brave(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Subscription-Token") != KEY:
            error = {"status": 422, "code": "SUBSCRIPTION_TOKEN_INVALID"}
            return web.json_response({"type": "ErrorResponse", "error": error}, status=422)
        query, limit = request.query["q"], int(request.query["count"])
        rows = [
            {"type": "search_result", "title": page.title, "url": url, "description": page.excerpt}
            for url, page in self._asked("brave", query, limit)
        ]
        found = {"web": {"type": "search", "results": rows}} if rows else {}
        return self._said({"type": "search", "query": {"original": query}, **found})

    async def _tavily(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            detail = {"error": "Unauthorized: missing or invalid API key."}
            return web.json_response({"detail": detail}, status=401)
        wanted = await request.json()
        rows = [
            {"title": page.title, "url": url, "content": page.excerpt, "score": 0.9}
            for url, page in self._asked("tavily", wanted["query"], wanted["max_results"])
        ]
        return self._said({"query": wanted["query"], "results": rows, "response_time": 0.5})

    async def _searxng(self, request: web.Request) -> web.Response:
        if request.query.get("format") != "json":
            return web.Response(text="<html>", content_type="text/html")
        rows = [
            {"title": page.title, "url": url, "content": page.excerpt or None, "engine": "small"}
            for url, page in self._asked("searxng", request.query["q"], 20)
        ]
        return self._said({"query": request.query["q"], "results": rows, "answers": []})

    def _asked(self, engine: str, query: str, limit: int) -> list[tuple[str, Written]]:
        self.searches.append(Search(engine, query, limit))
        return self.finds(query, limit)

    def _said(self, answer: Any) -> web.Response:
        if self.says is None:
            return web.json_response(answer)
        status, body = self.says
        return web.Response(text=body, status=status, content_type="application/json")


async def serve(port: int) -> None:
    """Listen until cancelled, and say where."""
    async with SmallWeb(port) as site:
        site.pages["/"] = article("Loopback", "This page stands on this machine and nowhere else.")
        sys.stdout.write(f"a small web on {site.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9200)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
