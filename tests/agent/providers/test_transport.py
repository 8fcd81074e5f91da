"""How requests travel to the vendors."""

import asyncio
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import httpx2
import pytest

from assistant.agent.providers.clients import close_clients, shared_client
from assistant.agent.providers.transport import AiohttpClient

MODULES = {"anthropic": "anthropic", "openai": "openai", "google": "google.genai"}
ASK = """
import asyncio, sys
from assistant.agent.providers import connect
from tests.agent.streams import asked

async def ask():
    async for _ in connect({vendor!r}, {model!r}, "key", "http://127.0.0.1:9", 5.0).stream(asked()):
        pass

try:
    asyncio.run(ask())
except Exception as error:
    print(error)
print(*(name for name in {modules!r} if name in sys.modules))
"""
USUAL = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


def client() -> AiohttpClient:
    """One of no vendor's, with limits of a second."""

    def opening(proxy: str | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(proxy=proxy)

    return AiohttpClient(opening, httpx2.Timeout(1.0))


@asynccontextmanager
async def answering(
    answer: bytes, *, goes_on: bool = False
) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers so and hangs up, unless it goes on: its address, and what it read."""
    heads: list[str] = []

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(answer)
        await writer.drain()
        if goes_on:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(answer_one, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


@pytest.mark.parametrize(
    ("vendor", "model"),
    [
        ("anthropic", "claude-sonnet-5-5"),
        ("openai", "gpt-6.2-sol"),
        ("google", "gemini-4-argon"),
    ],
)
def test_who_asks_one_vendor_imports_the_sdk_of_no_other(vendor: str, model: str) -> None:
    script = ASK.format(vendor=vendor, model=model, modules=tuple(MODULES.values()))
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)  # noqa: S603
    said, imported = done.stdout.decode().splitlines()
    assert "cannot be reached" in said
    assert imported == MODULES[vendor]


async def test_a_request_goes_as_it_is_and_comes_back_whole() -> None:
    async with answering(USUAL) as (url, heads), client() as asks:
        response = await asks.post(f"{url}/v1?a=b%20c", headers={"x-key": "k"}, json={"a": 1})
    assert (response.status_code, response.text) == (200, "hi")
    assert heads[0].startswith("POST /v1?a=b%20c HTTP/1.1\r\n")
    assert "x-key: k\r\n" in heads[0]
    assert "content-length: 7\r\n" in heads[0].lower()


@pytest.mark.parametrize(
    ("answer", "goes_on", "error"),
    [
        (b"", False, httpx2.ConnectError),
        (b"", True, httpx2.ReadTimeout),
        (b"nonsense\r\n\r\n", False, httpx2.TransportError),
        (USUAL.replace(b": 2", b": 9"), False, httpx2.ReadError),
        (USUAL.replace(b": 2", b": 9"), True, httpx2.ReadTimeout),
    ],
)
async def test_what_fails_fails_in_words_that_the_sdks_know(
    answer: bytes,
    goes_on: bool,  # noqa: FBT001  (a case)
    error: type[Exception],
) -> None:
    async with answering(answer, goes_on=goes_on) as (url, _), client() as asks:
        with pytest.raises(error):
            await asks.get(url)


@pytest.mark.parametrize(
    ("scheme", "asked"),
    [("http", "GET http://vendor.invalid/v1"), ("https", "CONNECT vendor.invalid:443")],
)
async def test_a_proxy_of_the_environment_leads_to_the_vendors(
    scheme: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(_key: str, _url: str, http: httpx2.AsyncClient) -> httpx2.AsyncClient:
        return http

    async with answering(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n") as (url, heads):
        monkeypatch.setenv(f"{scheme}_proxy", url.replace("//", "//ann:a%2Fword@"))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        try:
            with suppress(httpx2.ConnectError):  # no tunnel
                await shared_client(alone, "key", "", 5.0).get(f"{scheme}://vendor.invalid/v1")
        finally:
            await close_clients()
    assert heads[0].startswith(f"{asked} HTTP/1.1\r\n")
    word = b64encode(b"ann:a/word").decode()
    assert f"Proxy-Authorization: Basic {word}\r\n" in heads[0]
