"""An answer has an end: in time, in size and when it is unpacked."""

import asyncio
import gzip
import zlib

import httpx2
import pytest

from assistant.connectors.bounds import TooLarge
from assistant.connectors.network import Reach, client, plainly
from assistant.errors import ToolError
from tests.servers.raw import Speak, answers, raw, repeats

HERE = Reach(frozenset({"127.0.0.1"}))
MOST = 1_000_000
OK = "HTTP/1.1 200 OK\nconnection: close"
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # of deflate: it unpacks to nothing


async def got(speak: Speak, *, seconds: float = 20) -> httpx2.Response:
    """What a client gets from such a server."""
    async with raw(speak) as server, client(HERE, seconds=seconds, most_bytes=MOST) as browser:
        return await browser.get(f"http://127.0.0.1:{server.port}/")


def packed(encoding: str, body: bytes) -> Speak:
    return answers(f"{OK}\ncontent-encoding: {encoding}\ncontent-length: {len(body)}", body)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_what_fits_is_unpacked(encoding, pack) -> None:
    assert len((await got(packed(encoding, pack(b"a" * MOST)))).content) == MOST


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_a_bomb_is_not_unpacked(encoding, pack) -> None:
    bomb = pack(b"\0" * 200 * MOST)
    assert len(bomb) < MOST
    with pytest.raises(TooLarge, match="more than 1 MB"):
        await got(packed(encoding, bomb))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip\ncontent-encoding: deflate"])
async def test_what_is_packed_twice_is_not_unpacked(encoding) -> None:
    idle = EMPTY_BLOCK * 10_000_000
    body = gzip.compress(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + idle)
    with pytest.raises(httpx2.DecodingError):
        await got(packed(encoding, body))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_what_is_not_packed_as_it_says_is_told(encoding) -> None:
    with (
        pytest.raises(ToolError, match="The page sent what cannot be unpacked"),
        plainly("The page"),
    ):
        await got(packed(encoding, b"this is no archive"))


async def test_an_answer_that_is_too_long_is_broken_off() -> None:
    with pytest.raises(TooLarge):
        await got(repeats(OK, b"a" * 65_536))


async def test_an_answer_that_only_says_how_long_it_is_is_broken_off_too() -> None:
    with pytest.raises(TooLarge):
        await got(answers(f"{OK}\ncontent-length: {10**15}", b"a" * 2 * MOST))


async def test_a_slow_drip_ends_at_the_deadline() -> None:
    sentence = "The page did not answer within 0.3 seconds"
    with pytest.raises(ToolError, match=sentence), plainly("The page"):
        await got(repeats(OK, b"a", pause=0.01), seconds=0.3)


async def test_silence_ends_at_the_deadline() -> None:
    async def silent(_: str, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    with pytest.raises(ToolError, match="did not answer within"), plainly("The page"):
        await got(silent, seconds=0.3)


async def test_headers_that_drip_end_at_the_deadline() -> None:
    with pytest.raises(httpx2.ReadTimeout):
        await got(
            repeats("HTTP/1.1 100 Continue", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01), seconds=0.3
        )


async def test_all_redirects_have_one_deadline_together() -> None:
    async def slow(_: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: /on\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    async with raw(slow) as server, client(HERE, seconds=0.5, most_bytes=MOST) as browser:
        with pytest.raises(httpx2.ReadTimeout):
            await browser.get(f"http://127.0.0.1:{server.port}/", follow_redirects=True)


async def test_each_request_of_a_client_has_a_deadline_of_its_own() -> None:
    async def slow(_: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()

    async with raw(slow) as server, client(HERE, seconds=60, most_bytes=MOST) as browser:
        first, second = (
            browser.build_request("GET", f"http://127.0.0.1:{server.port}/") for _ in range(2)
        )
        await browser.send(first)
        await browser.send(second)
    assert second.extensions["deadline"] > first.extensions["deadline"]


@pytest.mark.parametrize(
    "head",
    [
        f"HTTP/1.1 200 OK\nx-long: {'a' * 300_000}",
        "HTTP/1.1 200 OK\n" + "\n".join(f"x-{number}: many" for number in range(20_000)),
        "HTTP/1.1 200 OK\nbad header without a colon",
        "HTTP/1.1 200 OK\ncontent-length: 3\ncontent-length: 4",
        "SMTP 220 hello",
    ],
)
async def test_heads_that_are_too_long_or_none_are_broken_off(head) -> None:
    with pytest.raises(ToolError, match="broke off the connection"), plainly("The page"):
        await got(answers(head))


async def test_an_answer_that_ends_early_is_told() -> None:
    with pytest.raises(ToolError, match="broke off the connection"), plainly("The page"):
        await got(answers(f"{OK}\ncontent-length: 100", b"half"))


async def test_the_connection_of_an_answer_that_nobody_reads_is_given_back() -> None:
    async with (
        raw(repeats(OK, b"a" * 1000)) as server,
        client(HERE, seconds=20, most_bytes=MOST) as browser,
    ):
        for _ in range(12):  # more than a client may have at once
            async with browser.stream("GET", f"http://127.0.0.1:{server.port}/") as answer:
                assert answer.status_code == 200
    assert len(server.heads) == 12
