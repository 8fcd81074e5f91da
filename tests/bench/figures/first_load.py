"""The chat page's first load: bytes of code, and when the prompt box can be used."""

from collections.abc import Iterable
from statistics import median
from typing import Any

import aiohttp
import uvloop
from playwright.async_api import Page

from tests.bench.browser import COMPOSER, new_tab, open_chat, signed_in
from tests.bench.load import Bench, origin_of
from tests.bench.machine import Others
from tests.bench.report import Row

LOADS = 3
LATER_MS = 1_500  # what comes after the box is ready is not part of the first load's wait


class Transfer:
    """The requests of a page: their URLs, kinds, and bytes over the wire."""

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._bytes: dict[str, int] = {}

    async def watch(self, tab: Page) -> None:
        """Count from now on."""
        browser = await tab.context.new_cdp_session(tab)
        browser.on("Network.responseReceived", self._received)
        browser.on("Network.loadingFinished", self._finished)
        await browser.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = event["response"]["url"]
        self._kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] = event["encodedDataLength"]

    def sizes(self) -> dict[str, int]:
        """Bytes of each script and stylesheet, by URL, headers included."""
        code = [name for name, kind in self._kinds.items() if kind in ("Script", "Stylesheet")]
        return {self._asked[name]: self._bytes.get(name, 0) for name in code}


def measure(bench: Bench) -> list[Row]:
    """Loads with an empty cache, by somebody who is signed in."""
    return uvloop.run(_measure(bench))


async def _measure(bench: Bench) -> list[Row]:
    origin, others = origin_of(bench.app), Others()
    waits: list[float] = []
    async with signed_in(origin) as browser:
        for _ in range(LOADS):
            async with new_tab(browser) as tab:
                transfer = Transfer()
                await transfer.watch(tab)
                waits.append(await open_chat(tab, origin))
                await tab.wait_for_timeout(LATER_MS)
                first = transfer.sizes()
                await tab.locator(COMPOSER).press_sequentially("hello")
                await tab.wait_for_timeout(LATER_MS)
                later = transfer.sizes()
    added = later.keys() - first.keys()
    used = others.cores()
    parts = f"{sum(first.values()) / 1000:.0f} kB as Chromium gets them (brotli)"
    more = f"{sum(later[url] for url in added) / 1000:.0f} kB in brotli, {len(added)} files"
    return [
        Row("first load: JS and CSS, gzipped", await _gzipped(first) / 1000, "kB", 250, note=parts),
        Row("loaded at the first key: gzipped", await _gzipped(added) / 1000, "kB", note=more),
        Row("first load: prompt box alive", median(waits), "ms", 800, others=used),
    ]


async def _gzipped(urls: Iterable[str]) -> int:
    """Bytes of the bodies as a client gets them that takes gzip."""
    total, headers = 0, {"accept-encoding": "gzip"}
    async with aiohttp.ClientSession(headers=headers, auto_decompress=False) as http:
        for url in urls:
            async with http.get(url) as response:
                total += len(await response.read())
    return total
