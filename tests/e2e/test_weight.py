"""What the first load weighs: JavaScript and CSS, gzipped, until the page shows all it has."""

import gzip

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
