"""Servers of the Model Context Protocol that a user has connected: what they offer, and calls.

Each errand is a connection of its own. All that a server says was written by strangers, so it is
cut and cleaned before anybody reads it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from pydantic import JsonValue

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.network import ANY_PORT, Reach, client, is_safe, plainly
from assistant.connectors.plain_text import one_line, plain
from assistant.errors import AccessRefused, ToolError

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult

SDK = "mcp"  # 16 MB, for those alone who have connected a server
SECONDS = 20.0
MOST_BYTES = 2 * MEGABYTE
MOST_TOOLS = 50
MOST_PAGES = 10
MOST_NAME = 128
MOST_DESCRIPTION = 1_000
MOST_SCHEMA = 8_000  # characters of its JSON
MOST_TEXT = 50_000
MOST_WORDS = 300  # characters of a server's error
PERHAPS = "Whether it was done is not known; look before you try it again."
UNCHANGED = "Nothing was changed."
NOT_LET_IN = (
    "{} does not accept the access token. Nothing was changed. The user can connect it anew in "
    "Settings, Connections."
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where it stands. token: sent as "Authorization: Bearer", "" for none."""

    url: str
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host, as people read it."""
        return urlsplit(self.url).hostname or ""

    @property
    def name(self) -> str:
        """The server, in a sentence."""
        return f"The MCP server at {self.host}"


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool of a server: its own name for it, what it says of it, and the arguments' schema."""

    name: str
    description: str
    schema: Mapping[str, JsonValue]


async def offered(server: Server, reach: Reach, seconds: float = SECONDS) -> tuple[Offered, ...]:
    """The tools of a server, at most fifty. Raises ToolError.

    One whose name or schema is too large, or no plain text, is left out.
    """
    found: list[Offered] = []
    cursor: str | None = None
    async with _connected(server, reach, UNCHANGED, seconds) as line:
        for _ in range(MOST_PAGES):
            page = await line.list_tools(cursor=cursor)
            found += filter(None, (_offered(each.model_dump()) for each in page.tools))
            cursor = page.next_cursor
            if not cursor or len(found) >= MOST_TOOLS:
                break
    return tuple(found[:MOST_TOOLS])


def _offered(tool: Mapping[str, Any]) -> Offered | None:
    name, schema = str(tool["name"]), tool["input_schema"]
    fits = len(json.dumps(schema)) <= MOST_SCHEMA and schema.get("type") == "object"
    if not fits or not 0 < len(name) <= MOST_NAME or name != one_line(name, MOST_NAME):
        return None
    said = plain(str(tool.get("description") or ""))[:MOST_DESCRIPTION]
    return Offered(name, said, _cleaned(schema))


def _cleaned(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """The same JSON, without what nobody sees in its texts."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {plain(name): _cleaned(each) for name, each in value.items()}
    return value


async def called(
    server: Server,
    reach: Reach,
    tool: str,
    arguments: Mapping[str, JsonValue],
    seconds: float = SECONDS,
) -> str:
    """What a tool answers, as text. Raises ToolError, also with what the tool says went wrong."""
    async with _connected(server, reach, PERHAPS, seconds) as line:
        result = await line.call_tool(tool, dict(arguments))
    text = _text(result)
    if result.is_error:
        raise ToolError(f"{server.name} says that it did not work: {text}")
    return text


@asynccontextmanager
async def _connected(
    server: Server, reach: Reach, then: str, seconds: float
) -> AsyncIterator["Client"]:
    """A conversation with a server. then: what holds when it breaks off. Raises ToolError."""
    await asyncio.to_thread(import_module, SDK)  # half a second, the first time
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    with _in_words(server, then, seconds):
        async with (
            asyncio.timeout(seconds),
            _http(server, reach, seconds) as http,
            Client(streamable_http_client(server.url, http_client=http)) as line,
        ):
            yield line


def _http(server: Server, reach: Reach, seconds: float) -> httpx2.AsyncClient:
    """Our safe client. Raises ToolError where the token would go out in the clear."""
    require_safe(server.url, reach)
    http = client(reach, seconds=seconds, most_bytes=MOST_BYTES, ports=ANY_PORT)
    if server.token:
        http.headers["Authorization"] = f"Bearer {server.token}"

    async def lets_in(said: httpx2.Response) -> None:
        if said.status_code == 401:
            raise AccessRefused(NOT_LET_IN.format(server.name))

    http.event_hooks = {**http.event_hooks, "response": [*http.event_hooks["response"], lets_in]}
    return http


def require_safe(url: str, reach: Reach) -> None:
    """Raises ToolError for an address that is not encrypted or holds a password."""
    if not is_safe(url, reach):
        raise ToolError(
            f"An MCP server's address begins with https:// and holds no password. {UNCHANGED}"
        )


def _text(result: "CallToolResult") -> str:
    pieces = [
        each.text if each.type == "text" else f"[{each.type}, which is not shown]"
        for each in result.content
    ]
    if not pieces and result.structured_content is not None:
        pieces = [json.dumps(result.structured_content, ensure_ascii=False)]
    text = plain("\n".join(pieces))
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n[The rest is cut off.]"


@contextmanager
def _in_words(server: Server, then: str, seconds: float) -> Iterator[None]:
    """Tell what the network and the library raise as a ToolError."""
    with plainly(server.name, then):
        try:
            yield
        except Exception as error:
            first = _first(error)
            if isinstance(first, ToolError | httpx2.HTTPError | httpx2.InvalidURL):
                raise first from error
            raise ToolError(f"{server.name} {_fault(first, seconds)}. {then}") from error


def _first(error: Exception) -> Exception:
    """What went wrong at first: the library's tasks raise in groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _fault(error: Exception, seconds: float) -> str:
    from mcp import MCPError

    if isinstance(error, TimeoutError):
        return f"did not answer within {seconds:.0f} seconds"
    if isinstance(error, MCPError):
        return f"gave no answer that can be used: {one_line(error.message, MOST_WORDS)}"
    return "sent what cannot be read"
