"""Somebody signs out a browser from another one."""

from playwright.async_api import expect

from tests.e2e.pages import SignIn

LOST = ["status of 401", "WebSocket", "net::ERR_"]


async def two_browsers(person, app):
    """The same user in two browsers: the one at work, and the one on the train."""
    work = await person(app.url, "Ann")
    train = await person(app.url, "Ann", signed_in=False)
    train.name, train.forgiven = work.name, LOST
    await train.sign_in()
    return work, train


def closings(page):
    """How many of the page's sockets to the app are open now, and the pages' ends of them."""
    opened, closed = [], []

    def hear(socket):
        opened.append(socket)
        socket.on("close", lambda gone: closed.append(gone))

    page.on("websocket", hear)
    return opened, closed


async def test_a_revoked_browser_is_at_the_sign_in_page_and_its_socket_closes(person, app):
    work, train = await two_browsers(person, app)
    chat = await train.open()
    opened, closed = closings(chat.page)
    await chat.page.reload()
    await chat.ask("Hello from the train.")
    first = opened[0]
    settings = (await work.open("/settings")).page
    await settings.get_by_role("button", name="Sign out Chrome").click()
    await expect(SignIn(chat.page).form).to_be_visible()
    assert first in closed
    await expect(settings.get_by_text("Your only way in")).to_be_visible()
    await expect(settings.get_by_text("Last seen")).to_have_count(1)
    await expect(settings.get_by_text("This device")).to_be_visible()
    assert (await train.get("/api/events")).status == 401
