"""Whatever an answer holds, the page asks no other host, runs nothing and shows no remote image."""

import pytest
from playwright.async_api import expect

from tests.e2e.payloads import PAYLOADS
from tests.vendors import Say, Script

ACTING = "script, iframe, object, embed, svg:not(.icon), style, link, meta, base, form, video, \
audio, math, input, img, [onerror], [onload], [onfocus], [ontoggle], [style*=url]"
LEFT = "a => a.map(({href, target, rel}) => [new URL(href).protocol, target, rel])"
SAFE = ("http:", "https:", "mailto:")
SIZES = {"whole": 100_000, "in small pieces": 3}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_an_answer_cannot_act(person, app, vendors, size):
    alice = await person(app.url)
    asked, said = _watch(alice.context)
    chat = await alice.open()
    for payload in PAYLOADS:
        pieces = tuple(payload[at : at + size] for at in range(0, len(payload), size))
        vendors.then("anthropic", Script(blocks=(Say(("Here:\n\n", *pieces)),)))
        if chat.page.url.endswith("/"):
            await chat.ask("Go.")
        else:
            await chat.say("Go.")
            await expect(chat.composer).to_have_value("")
        await chat.ends("done")
    assert await chat.page.locator(".words").locator(ACTING).count() == 0
    for protocol, target, rel in await chat.page.locator(".words a").evaluate_all(LEFT):
        assert protocol in SAFE
        assert target == "_blank"
        assert "noopener" in rel
    assert [url for url in asked if not url.startswith(app.url)] == []
    assert said == []


def _watch(context) -> tuple[list[str], list[str]]:
    """What the browser asks for, and the dialogs that open."""
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("dialog", lambda dialog: said.append(dialog.message))
    return asked, said
