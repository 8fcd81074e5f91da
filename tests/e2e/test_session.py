"""A session goes on unseen while it can, and loses nothing when it cannot."""

import asyncio

from playwright.async_api import expect

TAPPED = """
    const Socket = window.WebSocket;
    window.sockets = [];
    window.WebSocket = class extends Socket {
        constructor(...given) { super(...given); window.sockets.push(this); }
    };
"""
FORGIVEN = ["status of 401", "WebSocket"]


async def test_an_expired_access_token_is_renewed_and_nobody_notices(alice, seed):
    alice.forgiven = FORGIVEN
    await alice.context.add_init_script(TAPPED)
    await seed(alice, {"title": "A talk of before", "count": 2})
    chat = await alice.open()
    await chat.ask("Hello.")
    address = chat.page.url
    await alice.context.clear_cookies(name="session")
    async with chat.page.expect_websocket():  # which has the refresh token only
        await chat.page.evaluate("window.sockets.at(-1).close()")
    await chat.ask("And again?")
    await alice.context.clear_cookies(name="session")
    await chat.row("A talk of before").click()
    await expect(chat.said.first).to_contain_text("Message 000")
    assert await alice.cookie()
    await chat.page.goto(address)
    await expect(chat.said).to_have_count(2)


async def test_two_tabs_that_renew_at_once_sign_nobody_out(alice):
    alice.forgiven = FORGIVEN
    tabs = [await alice.open() for _ in range(3)]
    for tab in tabs:
        await expect(tab.composer).to_be_editable()
    for _ in range(3):
        await alice.context.clear_cookies(name="session")
        asked = "fetch('/auth/refresh', {method: 'POST'}).then(answer => answer.status)"
        told = await asyncio.gather(*(tab.page.evaluate(asked) for tab in tabs))
        assert told == [200] * 3
    for number, tab in enumerate(tabs):
        await tab.ask(f"Question {number}.")
