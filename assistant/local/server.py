"""Serves the app: granian in this process, and the app in worker processes that it keeps alive."""

import gc
import importlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from starlette.types import ASGIApp

from assistant.config import CLOSING, Settings

STOP_SECONDS = 2  # a worker with open streams does not end by itself; browsers resume them
LOADED_AFTER_SECONDS = 1.0
PRODUCTION = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",  # the pages are built already
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",  # and served by the same port
}


class Server(MPServer):
    """Granian, which tells its workers of the end before it ends them.

    It ends on SIGHUP too: the terminal that it was started from is gone.
    """

    def signal_handler_interrupt(self, *_: object, **__: object) -> None:
        """Let the workers close their turns while granian waits for their connections."""
        for worker in self.wrks:
            if worker.inner.is_alive():
                os.kill(worker.inner.pid, CLOSING)
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def signal_handler_reload(self, *_: object, **__: object) -> None:
        """Stop, where granian itself would start its workers anew."""
        self.signal_handler_interrupt()


def serve(chosen: Settings, ready: Callable[[], None]) -> None:
    """Serve until a signal ends it; `ready` is called once, when the port first answers.

    Raises SystemExit when the workers die faster than they can be replaced.
    """
    os.environ.update(PRODUCTION)
    server = Server(
        target="assistant.app:app",
        address=chosen.bind_host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        workers=chosen.workers,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.error,
    )
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # started under nohup: keep it so
        server.on_startup(lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    server.on_startup(lambda: _when_answering(chosen.bind_host, chosen.port, ready))
    gc.freeze()  # else the collector of a worker would copy all that it shares with the launcher
    server.serve(target_loader=load_app, wrap_loader=False)


def load_app() -> ASGIApp:
    """The ASGI app, made in a worker. The vendors' SDKs come when it serves: pages need none."""
    threading.Thread(target=_end_with_the_launcher, daemon=True).start()
    with _kept():
        module = importlib.import_module("assistant.app")
        application: ASGIApp = module.served()
    loading = threading.Timer(LOADED_AFTER_SECONDS, _load, [module.load_sdks])
    loading.daemon = True
    loading.start()
    return application


def _load(sdks: Callable[[], None]) -> None:
    with _kept():
        sdks()


@contextmanager
def _kept() -> Iterator[None]:
    """What the block makes stays for good, and the garbage collector does not look at it.

    It would take a seventh of the time of the imports and find next to nothing, and later each
    full collection would stop every stream for a fifth of a second.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _end_with_the_launcher() -> None:
    """A launcher that was killed cannot stop its workers, and they would keep the port."""
    launcher = parent_process()
    if launcher is not None:
        wait([launcher.sentinel])
        os._exit(1)


def _when_answering(host: str, port: int, ready: Callable[[], None]) -> None:
    """Call `ready` from a thread of its own as soon as a worker accepts connections."""

    def watch() -> None:
        while True:
            try:
                socket.create_connection((host, port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return ready()

    threading.Thread(target=watch, daemon=True).start()
