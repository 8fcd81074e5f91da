"""A small app behind our Server, in a process of its own, which tells what reaches it.

Argument: the port.
"""

import os
import signal
import sys
import threading
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels

from assistant.config import CLOSING
from assistant.local.server import Server, _end_with_the_launcher, _when_answering

HOST = "127.0.0.1"


def tell(line: str) -> None:
    """Write the line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Answers every request with its process id."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


def load() -> Any:
    """The app, made in a worker."""
    signal.signal(CLOSING, lambda *_: tell("closing"))
    threading.Thread(target=_end_with_the_launcher, daemon=True).start()
    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    server = Server(
        "tests.local.small_server:app",
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        workers_kill_timeout=2,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.on_startup(lambda: _when_answering(HOST, port, lambda: tell("ready")))
    server.serve(target_loader=load, wrap_loader=False)
    tell("over")
