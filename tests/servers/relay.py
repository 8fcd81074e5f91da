"""A relay before a server that speaks in lines: it hears all, and can lose what the server says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Relay:
    """say: what becomes of a line of the server.

    cut: after a line of the client that holds this, the answer is lost and the connection with it.
    hush: after such a line nothing comes back any more.
    lost: such a line has come. ends: one for each connection that is over.
    """

    behind: int
    say: Callable[[bytes], bytes] = bytes
    cut: bytes | None = None
    hush: bytes | None = None
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    ends: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.behind)
        forth = asyncio.create_task(self._forth(reader, server_writer))
        back = asyncio.create_task(self._back(server_reader, writer))
        await asyncio.wait({forth, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in (forth, back):
            task.cancel()
        await asyncio.gather(forth, back, return_exceptions=True)
        writer.close()
        server_writer.close()
        self.ends.put_nowait(None)

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await self._piece(reader):
            self.asked.append(line)
            if any(mark is not None and mark in line for mark in (self.cut, self.hush)):
                self.lost.set()
            writer.write(line)

    async def _piece(self, reader: asyncio.StreamReader) -> bytes:
        encrypted = any(b"STARTTLS" in line for line in self.asked)
        return await (reader.read(2**16) if encrypted else reader.readline())

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await self._piece(reader):
            if not self.lost.is_set():
                writer.write(self.say(line))
            elif self.cut is not None:
                return


@asynccontextmanager
async def relay(behind: int, **ways: object) -> AsyncIterator[Relay]:
    """A relay on a free port before the server on this one. ways: see `Relay`."""
    made = Relay(behind, **ways)  # type: ignore[arg-type]
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=2**22)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a server that takes connections and says nothing."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
