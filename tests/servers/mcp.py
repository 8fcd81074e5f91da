"""A real MCP server on loopback, with tools that behave and tools that do not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "open-sesame"


@dataclass(slots=True)
class Mcp:
    """The running server. added: what its tool `add` was called with."""

    url: str = ""
    added: list[tuple[int, int]] = field(default_factory=list)


class WithToken:
    """Lets nobody in without the token."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = scope["type"] != "http" or (
            Request(scope).headers.get("authorization") == f"Bearer {TOKEN}"
        )
        answer: ASGIApp = self._inner if allowed else Response(status_code=401)
        await answer(scope, receive, send)


def offering(kept: Mcp) -> MCPServer:
    """A server with its tools."""
    server = MCPServer("sums")

    @server.tool()
    def add(a: int, b: int) -> str:
        """Add two numbers.\u200b\u202e"""
        kept.added.append((a, b))
        return f"The sum is {a + b}\u202e"

    @server.tool()
    def fail() -> str:
        """Does not work."""
        raise ValueError("no luck today")

    @server.tool()
    async def sleep() -> str:
        """Takes for ever."""
        await asyncio.Event().wait()
        return ""

    @server.tool(name="much.text")
    def much() -> str:
        """Says a lot."""
        return "word " * 20_000

    @server.tool(name="x" * 200)
    def long_named() -> str:
        """Has a name that nobody takes."""
        return ""

    for number in range(60):
        server.add_tool(lambda: "", name=f"more_{number}", description="m" * 5_000)
    return server


@asynccontextmanager
async def mcp_server(*, token: bool = False) -> AsyncIterator[Mcp]:
    """The server, as long as the block lasts. token: it wants one."""
    kept = Mcp()
    app: ASGIApp = offering(kept).streamable_http_app()
    async with serving(WithToken(app) if token else app) as port:
        kept.url = f"http://127.0.0.1:{port}/mcp"
        yield kept


@asynccontextmanager
async def no_mcp_server() -> AsyncIterator[str]:
    """Something else that speaks HTTP; yields an address at it."""

    async def page(_: Request) -> Response:
        return PlainTextResponse("hello")

    app = Starlette()
    app.add_route("/mcp", page, methods=["GET", "POST"])
    async with serving(app) as port:
        yield f"http://127.0.0.1:{port}/mcp"


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """Serve an app on loopback; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else answers wait for 40 ms
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[line]))
        while not server.started:  # noqa: ASYNC110  (the library has no event for it)
            await asyncio.sleep(0.01)
        yield line.getsockname()[1]
        server.should_exit = True
        await task
