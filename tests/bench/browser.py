"""Chromium for figures: fresh tabs of a signed-in person, nothing in their cache."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

COMPOSER = '[data-testid="composer"]'
ANSWER = '[data-testid="message"][data-role="assistant"] .answer'
PROBE = Path(__file__).with_name("probe.js")
SIZE: ViewportSize = {"width": 1280, "height": 900}
READY = f"""(answers) => {{
  const box = document.querySelector('{COMPOSER}');
  const alive = box && Object.keys(box).some((key) => key.startsWith('__reactProps'));
  const usable = alive && !box.readOnly && box.getClientRects().length;
  const shown = [...document.querySelectorAll('{ANSWER}')].filter((answer) => answer.textContent);
  return usable && shown.length >= answers ? performance.now() : 0;
}}"""
NAMES = ("chromium", "google-chrome", "chromium-browser")


class SignedIn(NamedTuple):
    """A browser, where the app is, and the name of a user of it."""

    browser: Browser
    origin: str
    name: str


@asynccontextmanager
async def signed_in(origin: str) -> AsyncIterator[SignedIn]:
    """Chromium, and a user who is new."""
    async with async_playwright() as playwright:
        found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield SignedIn(browser, origin, f"bench {uuid4().hex[:8]}")
        finally:
            await browser.close()


@asynccontextmanager
async def new_tab(who: SignedIn) -> AsyncIterator[Page]:
    """An empty tab with an empty cache and our probe in each page that it opens."""
    # Playwright waits for a condition by eval, which the pages' policy forbids.
    context = await who.browser.new_context(viewport=SIZE, bypass_csp=True)
    try:
        await context.request.post(
            f"{who.origin}/auth/login/local",
            form={"name": who.name},
            headers={"origin": who.origin},
        )
        await context.add_init_script(path=PROBE)
        yield await context.new_page()
    finally:
        await context.close()


async def open_chat(tab: Page, url: str, answers: int = 0) -> float:
    """Load a chat page; returns the ms until its prompt box was alive and its answers shown."""
    await tab.goto(url, wait_until="commit")
    ready = await tab.wait_for_function(READY, arg=answers, polling="raf")
    return float(await ready.json_value())
