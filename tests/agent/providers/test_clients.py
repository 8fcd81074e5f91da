"""Connections to the vendors."""

import asyncio
from functools import partial

import httpx2
import pytest
from aiohttp.client_proto import ResponseHandler

from assistant.agent.providers.clients import close_clients, shared_client, told
from assistant.agent.types import Sent


def _pair(key: str, base_url: str, http: httpx2.AsyncClient) -> tuple[str, str, httpx2.AsyncClient]:
    return key, base_url, http


async def test_a_client_is_made_once_for_each_key() -> None:
    one, same, other = (shared_client(_pair, key, "", 5.0) for key in ("a", "a", "b"))
    assert one is same
    assert one is not other
    assert one[2] is other[2]
    await close_clients()


async def test_closed_clients_are_not_used_again() -> None:
    first = shared_client(_pair, "a", "", 5.0)
    await close_clients()
    assert first[2].is_closed
    assert shared_client(_pair, "a", "", 5.0) is not first
    await close_clients()


def test_event_loops_share_no_connection() -> None:
    async def http() -> httpx2.AsyncClient:
        found = shared_client(_pair, "a", "", 5.0)[2]
        await close_clients()
        return found

    assert asyncio.run(http()) is not asyncio.run(http())


async def test_a_host_that_does_not_answer_is_given_up_in_time() -> None:
    _, _, http = shared_client(_pair, "a", "", 5.0)
    request = http.build_request("GET", "http://127.0.0.1:9", timeout=None)
    with pytest.raises(httpx2.TransportError):
        await http.send(request)
    assert request.extensions["timeout"]["connect"] == 5.0
    await close_clients()


async def test_what_leaves_through_a_proxy_is_told_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def passes_on(reader: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        line.close()

    sent = Sent()
    async with await asyncio.start_server(passes_on, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        _, _, http = shared_client(_pair, "a", "", 5.0)
        with told(sent) as headers:
            await http.post("http://vendor.invalid/v1", headers=headers, content=b"hello")
        await close_clients()
    assert asked == [b"POST http://vendor.invalid/v1 HTTP/1.1\r\n"]
    assert sent.left


WORDS = [b"%03d " % number for number in range(60)]


async def test_what_comes_while_a_stream_rests_wakes_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line is read at each beat, and as good as new for the next request."""
    packets: list[bytes] = []
    received = ResponseHandler.data_received

    def counted(self: ResponseHandler, data: bytes) -> None:
        packets.extend([data] if data else [])
        received(self, data)

    monkeypatch.setattr(ResponseHandler, "data_received", counted)
    lines: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(partial(_talk, lines), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        _, _, http = shared_client(_pair, "a", "", 5.0)
        for _ in range(2):
            assert (await http.get(url)).content == b"".join(WORDS)
        await close_clients()
    assert len(packets) < len(WORDS)
    assert len(lines) == 1


async def _talk(
    lines: list[asyncio.StreamWriter], asked: asyncio.StreamReader, line: asyncio.StreamWriter
) -> None:
    """Answer each request word by word."""
    lines.append(line)
    while await asked.readline():
        await asked.readuntil(b"\r\n\r\n")
        line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for word in WORDS:
            line.write(b"4\r\n%s\r\n" % word)
            await asyncio.sleep(0.004)
        line.write(b"0\r\n\r\n")
    line.close()
