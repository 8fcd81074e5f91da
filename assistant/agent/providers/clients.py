"""Connections to the vendors: one pool for each event loop, one SDK client for each key."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary

import aiohttp
import httpx2

from assistant.agent.providers.transport import AiohttpClient
from assistant.agent.providers.unhurried import Unhurried
from assistant.agent.types import Sent

Client = TypeVar("Client")
Pool = dict[Any, Any]

MARK = "x-response-mark"
CONNECTIONS = 1_000
KEEPALIVE_SECONDS = 5.0

_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()
_leaving: dict[str, Sent] = {}
_asking: ContextVar[Sent | None] = ContextVar("asking", default=None)
_marked: dict[str, httpx2.Response | None] = {}


def shared_client(
    make: Callable[[str, str, httpx2.AsyncClient], Client],
    key: str,
    base_url: str,
    connect_seconds: float,
) -> Client:
    """The SDK client for this key and URL in the running event loop; `make` builds the first."""
    pool = _pools.setdefault(asyncio.get_running_loop(), {})
    if connect_seconds not in pool:
        pool[connect_seconds] = _http(connect_seconds)
    name = (make, key, base_url, connect_seconds)
    if name not in pool:
        pool[name] = make(key, base_url, pool[connect_seconds])
    client: Client = pool[name]
    return client


async def close_clients() -> None:
    """Close the connections of the running event loop."""
    pool = _pools.pop(asyncio.get_running_loop(), {})
    for client in pool.values():
        if isinstance(client, httpx2.AsyncClient):
            await client.aclose()


@contextmanager
def told(sent: Sent) -> Iterator[dict[str, str]]:
    """Headers for one request of which `sent` is told that it has left. They are not sent."""
    mark = uuid4().hex
    _leaving[mark] = sent
    try:
        yield {MARK: mark}
    finally:
        _leaving.pop(mark, None)


@asynccontextmanager
async def closed_response(sent: Sent) -> AsyncIterator[dict[str, str]]:
    """As `told`, and the request's response is closed when the block ends, come what may.

    For an SDK that leaves the response open when its stream is dropped.
    """
    with told(sent) as headers:
        _marked[headers[MARK]] = None
        try:
            yield headers
        finally:
            if response := _marked.pop(headers[MARK]):
                await response.aclose()


def has_answered(headers: Mapping[str, str]) -> bool:
    """Whether the request with these headers of a `closed_response` has its response."""
    return _marked.get(headers[MARK]) is not None


@cache
def authorities() -> ssl.SSLContext:
    """Who vouches for hosts, read once: each reading holds the whole process up for 50 ms."""
    return httpx2.create_ssl_context()


def _http(connect_seconds: float) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(None, connect=connect_seconds, pool=connect_seconds)

    async def asked(request: httpx2.Request) -> None:
        # google-genai asks for no time limit at all, so that a lost host would hang its caller.
        # Silence is `deadlines.timed`'s to judge: a timer set anew for each packet is dear.
        request.extensions["timeout"] = timeout.as_dict()
        request.extensions[MARK] = mark = request.headers.pop(MARK, "")
        _asking.set(_leaving.get(mark))

    async def answered(response: httpx2.Response) -> None:
        response.stream = Unhurried(response.stream)
        if (mark := response.request.extensions[MARK]) in _marked:
            _marked[mark] = response

    client = AiohttpClient(_watched_session, timeout)
    client.event_hooks = {"request": [asked], "response": [answered]}
    return client


def _watched_session(proxy: str | None) -> aiohttp.ClientSession:
    """It tells each `Sent` when its request has left. proxy: an address with name and password."""
    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(_left)
    connector = aiohttp.TCPConnector(
        limit=CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS, ssl=authorities()
    )
    return aiohttp.ClientSession(connector=connector, trace_configs=[watch], proxy=proxy)


async def _left(*_: object) -> None:
    if sent := _asking.get():
        sent.left = True
