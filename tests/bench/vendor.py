"""A loopback vendor for loads: speaks the wires of `tests.vendors`, and stamps its tokens.

Frames are made once and only their stamps at the moment of sending, so that a hundred fast streams
take a fraction of a core. `/late` tells how far it fell behind its own schedule.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import uvloop

from tests.vendors.connection import ClientGone, Connection, HttpRequest
from tests.vendors.directives import SILENT, script_for
from tests.vendors.server import WIRES
from tests.vendors.wire import Wire

TOKEN = re.compile(rb"w\d{4}")
STAMP_MARK = "stamp=1"


@dataclass(frozen=True, slots=True)
class Frames:
    """An answer on its wire. Each frame: bytes before the stamp, bytes behind it, is it a token."""

    frames: tuple[tuple[bytes, bytes, bool], ...]
    first_seconds: float
    gap_seconds: float


@dataclass(slots=True)
class Lateness:
    """Seconds behind schedule, over all tokens since the last look."""

    total: float = 0.0
    tokens: int = 0


@lru_cache(maxsize=256)
def _frames(wire: Wire, body: bytes) -> Frames:
    request = json.loads(body)
    asked = wire.asked(request)
    script = script_for(wire.name, asked)
    stamped = STAMP_MARK in asked.text and not asked.system.startswith(SILENT)
    frames = tuple(
        (*_split(data, stamped=stamped and is_token), is_token)
        for data, is_token in wire.frames(script, request.get("model", ""))
    )
    return Frames(frames, script.first_seconds, script.gap_seconds)


def _split(data: bytes, *, stamped: bool) -> tuple[bytes, bytes]:
    token = TOKEN.search(data) if stamped else None
    return (data[: token.end()], data[token.end() :]) if token else (data, b"")


async def _stream(frames: Frames, connection: Connection, lateness: Lateness) -> None:
    connection.open_stream()
    due = time.monotonic() + frames.first_seconds
    for head, tail, is_token in frames.frames:
        if is_token:
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            now = time.monotonic()
            lateness.total += now - due
            lateness.tokens += 1
            due += frames.gap_seconds
        await connection.send(b"%b:%.6f%b" % (head, time.monotonic(), tail) if tail else head)
    connection.end_stream()


async def _answer(request: HttpRequest, connection: Connection, lateness: Lateness) -> None:
    for wire in WIRES:
        if wire.route.match(request.path):
            return await _stream(_frames(wire, request.body), connection, lateness)
    mean = lateness.total / lateness.tokens if lateness.tokens else 0.0
    lateness.total, lateness.tokens = 0.0, 0
    return connection.answer_json({"late_ms": mean * 1000})


async def serve(port: int) -> None:
    """Listen until cancelled."""
    lateness = Lateness()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        with suppress(ClientGone, ConnectionError):
            while request := await connection.request():
                await _answer(request, connection, lateness)
        connection.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    with suppress(KeyboardInterrupt):
        uvloop.run(serve(parser.parse_args().port))
