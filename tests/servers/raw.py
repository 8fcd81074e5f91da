"""A server of bytes on loopback, for answers that no framework gives."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Speak = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Raw:
    """heads: of the requests that came, whole."""

    port: int = 0
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def raw(speak: Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[Raw]:
    """Listens until the block ends. speak: gets the head of a request, and writes the answer."""
    listening = Raw()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            listening.heads.append(head)
            await speak(head, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    listening.port = server.sockets[0].getsockname()[1]
    try:
        yield listening
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answers(head: str, body: bytes = b"") -> Speak:
    """Always the same answer: head is its lines without the empty one, body is sent as it is."""

    async def speak(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([*head.splitlines(), "", ""]).encode() + body)
        await writer.drain()

    return speak


def repeats(head: str, piece: bytes, pause: float = 0) -> Speak:
    """A head, and then the same piece until the client has gone."""

    async def speak(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([*head.splitlines(), "", ""]).encode())
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return speak
