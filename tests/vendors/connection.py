"""HTTP/1.1 on asyncio streams, by hand, for what no framework does: resets and silence."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request line, headers in lower case, and the body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ClientGone(Exception):
    """The client closed the connection before its answer was complete."""


class Connection:
    """One client's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        _socket(writer).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def request(self) -> HttpRequest | None:
        """The next request, or None when the client has no more."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        method, target, _ = first.split(" ", 2)
        return HttpRequest(method, target.split("?")[0], headers, body)

    def answer(self, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer of JSON or other text."""
        raw = body.encode()
        fields = {"content-type": "application/json", "content-length": len(raw), **(headers or {})}
        lines = [f"HTTP/1.1 {status} Loopback", *(f"{k}: {v}" for k, v in fields.items())]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)

    def answer_json(self, value: Any) -> None:
        """A whole answer of 200 with a value as JSON."""
        self.answer(200, json.dumps(value))

    def open_stream(self) -> None:
        """The head of a streamed answer."""
        self._writer.write(STREAM_HEAD)

    async def send(self, data: bytes) -> None:
        """One more chunk. Raises ClientGone."""
        if self._reader.at_eof() or self._writer.transport.is_closing():
            raise ClientGone
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self._writer.drain()
        await asyncio.sleep(0)

    def end_stream(self) -> None:
        """The end of a streamed answer; the connection can serve another request."""
        self._writer.write(LAST_CHUNK)

    async def wait_until_gone(self) -> None:
        """Say nothing more. Raises ClientGone when the client leaves."""
        await self._reader.read(1)
        raise ClientGone

    async def reset(self) -> None:
        """Send what was written, then break the connection off (RST)."""
        await self._writer.drain()
        await asyncio.sleep(0.01)
        linger = struct.pack("ii", 1, 0)
        _socket(self._writer).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def close(self) -> None:
        """Close the connection politely (FIN)."""
        self._writer.close()


def _socket(writer: asyncio.StreamWriter) -> socket.socket:
    found: socket.socket = writer.get_extra_info("socket")
    return found
