"""A TCP relay on loopback that counts: what really crosses the wire, whatever the protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Relay:
    """url: where to connect instead. down: bytes that the server has sent through it."""

    url: str = ""
    down: int = 0


@asynccontextmanager
async def relay(port: int) -> AsyncIterator[Relay]:
    """A relay to the server on this port of loopback, until the block ends."""
    counts = Relay()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        for work in (_up(reader, to_server), _down(from_server, writer, counts)):
            task = asyncio.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    counts.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield counts
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
    writer.close()


async def _down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: Relay) -> None:
    while data := await reader.read(1 << 16):
        counts.down += len(data)
        writer.write(data)
    writer.close()
