"""A network that can be cut: a TCP relay between the browser and the app."""

import asyncio
from contextlib import suppress
from typing import Self


class Relay:
    """`async with Relay() as relay:` passes connections on to `relay.target`, unless it is cut."""

    def __init__(self) -> None:
        self.target = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_cut = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where browsers find it, without a trailing slash."""
        return f"http://localhost:{self.port}"

    def cut(self) -> None:
        """Break off every connection, and each new one too."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """The network is back."""
        self._is_cut = False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        if self._is_cut:
            return writer.transport.abort()
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            both = {writer, far_writer}
            self._writers |= both
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            self._writers -= both
        return writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
