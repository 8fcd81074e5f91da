"""The app as its users start it: `python -m assistant`, with processes of its own."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp
import psutil

from assistant.config import Settings
from tests.vendors import VendorServer

PROJECT = Path(__file__).resolve().parents[2]
PORTS = range(20_000, 32_000)  # the system gives connections those above
START_SECONDS = 240  # the first start builds the pages
UNSET = {name.upper(): "" for name in Settings.model_fields}


def free_port() -> int:
    """A port that nobody listens on at the moment, and that no connection takes by itself."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def keys_for(vendors: VendorServer) -> dict[str, str]:
    """Settings that make all three providers ask the loopback vendors."""
    return {
        "ANTHROPIC_API_KEY": "k",
        "ANTHROPIC_BASE_URL": vendors.url,
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": f"{vendors.url}/v1",
        "GEMINI_API_KEY": "k",
        "GOOGLE_GEMINI_BASE_URL": vendors.url,
    }


@dataclass
class App:
    """`async with App(data, settings) as app:` serves on `app.url` until the block ends.

    data: the folder for what it stores. settings: its environment, beside what is set here.
    """

    data: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    family: set[psutil.Process] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where browsers find it, without a trailing slash."""
        return f"http://localhost:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end(signal.SIGTERM)
        for process in self.left_behind():
            process.kill()

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        own = {"ASSISTANT_DATA_DIR": str(self.data), "PORT": str(self.port)}
        with (self.data / "app.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "assistant",
                cwd=PROJECT, env={**os.environ, **UNSET, **self.settings, **own},
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until it can serve. Raises AssertionError with its last words when it has ended."""
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as client:
            while not await _is_ready(client, self.url):
                assert self.process.returncode is None, (self.data / "app.log").read_text()[-2000:]
                await asyncio.sleep(0.05)
        self.family |= set(self._launcher.children(recursive=True))

    async def end(self, number: signal.Signals) -> None:
        """Send the launcher a signal and wait until it is gone."""
        if self.process.returncode is None:
            self.family |= set(self._launcher.children(recursive=True))
            self.process.send_signal(number)
        await self.process.wait()

    @property
    def _launcher(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    def workers(self) -> list[psutil.Process]:
        """The processes that serve."""
        children = self._launcher.children()
        return [each for each in children if each.name() != "postgres" and _is_worker(each)]

    def database(self) -> list[psutil.Process]:
        """The processes of its PostgreSQL."""
        children = self._launcher.children(recursive=True)
        return [each for each in children if each.name() == "postgres"]

    def left_behind(self) -> list[psutil.Process]:
        """Every process that was ever ours and still lives."""
        return [each for each in self.family if _lives(each)]


async def _is_ready(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(f"{url}/api/health/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _is_worker(process: psutil.Process) -> bool:
    return "resource_tracker" not in " ".join(process.cmdline())


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
