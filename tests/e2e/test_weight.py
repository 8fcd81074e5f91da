"""What the first load weighs: JavaScript and CSS, gzipped, until the page shows all it has."""

import gzip
import re

import pytest
from playwright.async_api import Response, expect

MOST = 250_000  # bytes
PAGES = {"a new chat": ".starter", "a conversation": ".words:not(.plain)"}


@pytest.mark.parametrize("sign", PAGES.values(), ids=PAGES)
async def test_the_first_load_stays_light(alice, sign):
    chat = await alice.open()
    path = "/"
    if sign != ".starter":
        await chat.ask("Hello.")
        path = f"/chat/{chat.id}"
    await chat.page.close()

    page = await alice.context.new_page()
    code: dict[str, Response] = {}
    page.on("response", lambda answer: code.update({answer.url: answer}))
    await page.goto(alice.url + path)
    await expect(page.locator(sign).first).to_be_visible()
    sizes = {
        url.rsplit("/", 1)[1]: len(gzip.compress(await answer.body()))
        for url, answer in list(code.items())
        if url.endswith((".js", ".css"))
    }
    assert sum(sizes.values()) < MOST, sizes
    assert len(sizes) > 5  # the page was not all in the HTML


async def test_the_page_of_a_conversation_names_all_scripts_that_it_needs(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    page = await alice.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = await page.goto(f"{alice.url}/chat/{chat.id}")
    await expect(page.locator(PAGES["a conversation"]).first).to_be_visible()
    scripts = {url.removeprefix(alice.url) for url in asked if url.endswith(".js")}
    named = re.findall(r'"(/assets/[^"]+\.js)"', await answer.text())
    assert scripts
    assert scripts <= {*named}
