"""The first load of a new chat and of an open conversation: bytes of code, and the wait."""

from collections.abc import Iterable
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import uvloop
from playwright.async_api import Page

from tests.bench.browser import COMPOSER, SignedIn, new_tab, open_chat, signed_in
from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.report import Row
from tests.bench.user import User

LOADS, QUICK_LOADS = 3, 1
LATER_MS = 1_500  # what comes after the box is ready is not part of the first load's wait
TURN = "Write. [[tokens=300 markdown=1]]"
KINDS = (".js", ".css")
BYTES_GOAL, WAIT_GOAL = 250, 800  # kB, ms


class Transfer:
    """The scripts and stylesheets that a page fetched: their URLs, and bytes over the wire."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._bytes: dict[str, int] = {}

    async def watch(self, tab: Page) -> None:
        """Count from now on."""
        browser = await tab.context.new_cdp_session(tab)
        browser.on("Network.responseReceived", self._received)
        browser.on("Network.loadingFinished", self._finished)
        await browser.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        url = event["response"]["url"]
        if urlsplit(url).path.endswith(KINDS):
            self._urls[event["requestId"]] = url

    def _finished(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] = event["encodedDataLength"]

    def sizes(self) -> dict[str, int]:
        """Bytes by URL, headers included."""
        return {url: self._bytes.get(name, 0) for name, url in self._urls.items()}


def measure(bench: Bench) -> list[Row]:
    """Loads with an empty cache, by somebody who is signed in."""
    return uvloop.run(_measure(bench))


async def _measure(bench: Bench) -> list[Row]:
    loads = QUICK_LOADS if bench.quick else LOADS
    async with signed_in(bench.origin) as who:
        async with User(bench.app.url, bench.origin, who.name) as user:
            await user.ask(TURN)
            talk = f"{bench.origin}/chat/{user.conversation}"
        await bench.calm()
        return [
            *await _rows("/", f"{bench.origin}/", who, 0, loads),
            *await _rows("an open conversation", talk, who, 1, loads),
        ]


async def _rows(name: str, url: str, who: SignedIn, answers: int, loads: int) -> list[Row]:
    waits: list[float] = []
    others = Others()
    for _ in range(loads):
        async with new_tab(who) as tab:
            transfer = Transfer()
            await transfer.watch(tab)
            waits.append(await open_chat(tab, url, answers))
            await tab.wait_for_timeout(LATER_MS)
            first = transfer.sizes()
            await tab.locator(COMPOSER).press_sequentially("hello")
            await tab.wait_for_timeout(LATER_MS)
            later = transfer.sizes()
    added = {url: size for url, size in later.items() if url not in first}
    at, used = f"first load of {name}", others.cores()
    return [
        Row(
            f"{at}: JS and CSS, gzipped", await _gzipped(first), "kB", BYTES_GOAL, note=_sum(first)
        ),
        Row(f"{at}: more at the first key, gzipped", await _gzipped(added), "kB", note=_sum(added)),
        Row(f"{at}: usable after", median(waits), "ms", WAIT_GOAL, others=used),
    ]


def _sum(sizes: dict[str, int]) -> str:
    return f"{len(sizes)} files, {sum(sizes.values()) / 1000:.0f} kB as Chromium gets them"


async def _gzipped(urls: Iterable[str]) -> float:
    """kB of the bodies as a client gets them that takes gzip."""
    total, headers = 0, {"accept-encoding": "gzip"}
    async with aiohttp.ClientSession(headers=headers, auto_decompress=False) as http:
        for url in urls:
            async with http.get(url) as response:
                total += len(await response.read())
    return total / 1000
