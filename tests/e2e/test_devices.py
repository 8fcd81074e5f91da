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


async def test_a_revoked_browser_is_at_the_sign_in_page(person, app):
    work, train = await two_browsers(person, app)
    chat = await train.open()
    await chat.ask("Hello from the train.")
    settings = (await work.open("/settings")).page
    await settings.get_by_role("button", name="Sign out Chrome").click()
    await expect(SignIn(chat.page).form).to_be_visible()
    await expect(settings.get_by_text("Last seen")).to_have_count(1)
    await expect(settings.get_by_text("This device")).to_be_visible()
    assert (await train.get("/api/events")).status == 401


async def test_signed_out_everywhere_else_one_comes_back_to_the_draft(person, app):
    work, train = await two_browsers(person, app)
    chat = await train.open()
    await chat.ask("Hello from the train.")
    address = chat.page.url
    await chat.composer.fill("typed before it ended")
    settings = (await work.open("/settings")).page
    await settings.get_by_role("button", name="Sign out everywhere else").click()
    await settings.get_by_role("button", name="Sign out", exact=True).last.click()
    await expect(SignIn(chat.page).form).to_be_visible()
    await expect(settings.get_by_text("Last seen")).to_have_count(1)
    await SignIn(chat.page).as_(train.name)
    await expect(chat.page).to_have_url(address)
    await expect(chat.composer).to_have_value("typed before it ended")
