"""Nonsense is shown exactly, or refused with a sentence; it breaks nothing."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.e2e.people import text_of
from tests.services import naughty

NAUGHTY = (
    "undefined",
    "null",
    "NaN",
    "__proto__",
    "1;DROP TABLE messages",
    "' OR 1=1 -- ",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} #{7*7} %(x)s {0}",
    "../../../../etc/passwd",
    "\u202etfel ot thgir\u202c",
    "Ω≈ç√∫µ≤≥÷ \u200b\u200d\ufeff",
    "田中さんにあげて下さい 👩‍👩‍👧‍👦🏳️‍🌈",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "‫مرحبا‬ עברית",
    "# no heading\n\n* no list\n\n    no code",
    "\\u0000 \x07\x1b[31m",
    "a" * 5_000,
)


async def test_naughty_strings_are_shown_exactly(alice):
    chat = await alice.open()
    for number, text in enumerate(NAUGHTY, start=1):
        await chat.say(text)
        await expect(chat.answers).to_have_count(number)
        await chat.ends("done")
        await expect(chat.said.last).to_have_js_property("textContent", text)
    await chat.arrives()
    asked = [text_of(m) for m in await alice.stored(chat) if m["role"] == "user"]
    assert asked == list(NAUGHTY)[-len(asked) :]


async def test_the_big_list_of_naughty_strings_is_shown_and_kept_exactly(alice):
    texts = naughty.packed(26)
    chat = await alice.open()
    for number, text in enumerate(texts, start=1):
        await chat.say(text)
        await expect(chat.answers).to_have_count(number)
        await chat.ends("done")
        await expect(chat.said.last).to_have_js_property("textContent", text)
    await chat.arrives()
    asked = [text_of(m) for m in await alice.stored(chat, 100) if m["role"] == "user"]
    assert asked == texts


async def test_a_megabyte_is_refused_and_kept(alice):
    chat = await alice.open()
    huge = "Lorem ipsum. " * 80_000
    await chat.composer.fill(huge)
    await chat.composer.press("Enter")
    await expect(chat.page.get_by_text("characters too long")).to_be_visible()
    assert await chat.composer.input_value() == huge
    await expect(chat.messages).to_have_count(0)
    await chat.composer.fill("Something short")
    await chat.composer.press("Enter")
    await chat.ends("done")


@pytest.mark.parametrize(
    "address",
    ["/chat/not-a-uuid", "/chat/6a0f3c52-5b0e-4c7c-9a55-2f0f3bd1c7ae", "/chat/" + "a" * 300],
    ids=["no id", "unknown id", "long"],
)
async def test_an_address_of_no_conversation_says_so(alice, address):
    alice.forgiven = ["404"]
    chat = await alice.open(address)
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()
    await chat.page.get_by_role("link", name="Begin a new conversation").click()
    await expect(chat.composer).to_be_visible()


@pytest.mark.parametrize(
    "address",
    ["/no-such-page", "/%00", "/%ff", "/a%0ab", "/" + "a" * 300, "/no-such?%ff=%00", "//a//b"],
    ids=lambda address: address[:16],
)
async def test_an_unknown_address_has_a_page_that_leads_back(address, alice):
    alice.forgiven = ["404"]
    chat = await alice.open(address)
    await expect(chat.page.get_by_role("heading")).to_have_text("There is nothing here")
    await chat.page.get_by_role("link").first.click()
    await expect(chat.composer).to_be_visible()


TARGETS = {
    "NUL": "/%00",
    "no UTF-8": "/%ff%fe",
    "half an escape": "/%zz%",
    "half a symbol": "/%ed%a0%80",
    "long": "/" + "a" * 300,
    "very long": "/" + "a" * 20_000,
    "up": "/../../etc/passwd",
    "up, escaped": "/..%2f..%2f..%2fetc%2fpasswd",
    "slashes": "//api//search",
    "long query": "/no-such?" + "q" * 20_000,
    "nonsense query": "/no-such?%00&%ff=%zz",
}
SENTENCE = {"error": "There is nothing at this address."}


async def answered(app, target, method="GET", **headers):
    """Status, headers and body of a request that is sent as it is written here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    said = {"Host": "localhost", "Connection": "close", "Accept": "text/html", **headers}
    lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in said.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return int(head.split()[1]), head.lower(), body


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
async def test_no_address_breaks_the_server(target, app, alice):
    log, cookie = app.data / "app.log", f"session={await alice.cookie()}"
    logged = log.stat().st_size
    status, head, body = await answered(app, target, Cookie=cookie)
    assert (status, "There is nothing at this address" in body) == (404, False)
    assert "content-type: text/html" in head
    for before in ("/api", "/auth"):
        status, head, body = await answered(app, before + target, Cookie=cookie)
        assert (status, json.loads(body)) == (404, SENTENCE)
        assert "cache-control: no-store" in head
    for method in ("HEAD", "POST", "OPTIONS", "TRACE", "NONSENSE"):
        for origin in (app.url, alice.url, "https://evil.example"):
            status, head, body = await answered(app, target, method, Cookie=cookie, Origin=origin)
            assert 200 <= status < 500
            assert method != "HEAD" or (status, body) == (404, "")
    assert b"Traceback" not in log.read_bytes()[logged:]
