"""The whole chat on a phone: nothing is cut off, nothing is too small for a thumb."""

import pytest
from playwright.async_api import expect

from tests.e2e.pages import SignIn
from tests.e2e.touch import fits

WIDE = "Show it all. [[tokens=60 markdown=1]]"
PHONES = [{"width": 360, "height": 740}, {"width": 390, "height": 844}]


@pytest.fixture(params=PHONES, ids=lambda size: str(size["width"]))
def phone(request) -> dict:
    """The options of a browser on a phone."""
    return {"viewport": request.param, "has_touch": True, "is_mobile": True}


async def test_signing_in_fits_a_phone(person, app, phone):
    alice = await person(app.url, signed_in=False, **phone)
    tab = await alice.open()
    await expect(SignIn(tab.page).form).to_be_visible()
    await fits(tab.page)


async def test_a_conversation_fits_a_phone(person, app, phone):
    alice = await person(app.url, **phone)
    chat = await alice.open()
    await expect(chat.page.locator(".starter").first).to_be_visible()
    await expect(chat.page.get_by_test_id("model-picker")).to_contain_text("Claude")
    await fits(chat.page)
    await chat.composer.tap()
    await chat.composer.fill(WIDE)
    await chat.composer.press("Enter")
    await expect(chat.composer).to_have_value(f"{WIDE}\n")
    await chat.send.tap()
    await chat.ends("done")
    for count in (2, 3):
        await chat.composer.fill("Go on.")
        await chat.send.tap()
        await expect(chat.answers).to_have_count(count)
        await chat.ends("done")
    await fits(chat.page)


async def test_the_greeting_is_read_from_its_beginning_on_a_small_phone(person, app):
    small = {"viewport": {"width": 360, "height": 560}, "has_touch": True, "is_mobile": True}
    alice = await person(app.url, **small)
    chat = await alice.open()
    greeting = chat.page.get_by_role("heading", name="What can I do for you?")
    await expect(chat.page.get_by_test_id("model-picker")).to_contain_text("Claude")
    await expect(greeting).to_be_in_viewport(ratio=1)
    await expect(chat.page.get_by_role("button", name="Jump to latest")).to_have_count(0)
    await chat.composer.fill("Show it all. [[tokens=300]]")
    await chat.send.tap()
    await chat.ends("done")
    await expect(chat.answer.get_by_role("button", name="Copy")).to_be_in_viewport()


async def test_the_drawer_opens_and_closes_on_a_phone(person, app, phone):
    alice = await person(app.url, **phone)
    chat = await alice.open()
    await chat.composer.fill("Find me again.")
    await chat.send.tap()
    await chat.ends("done")
    await expect(chat.rows).not_to_be_in_viewport()
    await chat.page.get_by_role("button", name="Conversations").tap()
    await expect(chat.rows).to_be_in_viewport(ratio=1)
    await fits(chat.page)
    await chat.page.touchscreen.tap(phone["viewport"]["width"] - 10, 300)
    await expect(chat.rows).not_to_be_in_viewport()
    await chat.page.get_by_role("button", name="Conversations").tap()
    await chat.page.get_by_test_id("new-chat").tap()
    await expect(chat.messages).to_have_count(0)
    await expect(chat.page.get_by_test_id("new-chat")).not_to_be_in_viewport()


async def test_the_focus_is_in_the_drawer_while_it_is_out_and_goes_back(person, app, phone):
    alice = await person(app.url, **phone)
    chat = await (await alice.open()).listens()
    button = chat.page.get_by_role("button", name="Conversations")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await button.press("Enter")
    await expect(chat.page.get_by_test_id("new-chat")).to_be_focused()
    await expect(chat.page.locator(".beside")).to_have_attribute("inert", "")
    for _ in range(8):
        await chat.page.keyboard.press("Tab")
        assert await chat.page.evaluate("!document.activeElement.closest('.beside')")
    await chat.page.get_by_test_id("account").focus()
    await chat.page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "false")
    await button.press("Enter")
    await chat.page.set_viewport_size({"width": 900, "height": 700})  # it is turned
    await expect(chat.page.locator(".beside")).not_to_have_attribute("inert", "")
