"""What the composer sends and what it keeps."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.pages import Chat
from tests.e2e.people import text_of

FILLED_IN = """new MutationObserver((_, observer) => {
    const field = document.querySelector("[data-testid=composer]");
    if (!field) return;
    field.value = "a draft";
    observer.disconnect();
}).observe(document, { childList: true, subtree: true })"""
SLOW = "Take your time. [[tokens=1000 gap=20]]"


async def test_shift_enter_begins_a_line_and_enter_sends(alice):
    chat = await alice.open()
    await chat.composer.press_sequentially("one")
    await chat.composer.press("Shift+Enter")
    await chat.composer.press_sequentially("two")
    await expect(chat.composer).to_have_value("one\ntwo")
    await chat.composer.press("Enter")
    await expect(chat.composer).to_have_value("")
    await chat.ends("done")
    await chat.arrives()
    assert text_of((await alice.stored(chat))[0]) == "one\ntwo"


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n", "\t \u00a0\u2003"])
async def test_whitespace_is_never_sent(alice, nothing):
    chat = await alice.open()
    await chat.composer.fill(nothing)
    await chat.composer.press("Enter")
    await chat.send.click(force=True)
    await expect(chat.composer).to_have_value(nothing)
    await expect(chat.messages).to_have_count(0)


async def test_an_enter_that_confirms_a_composed_word_does_not_send(alice):
    chat = await alice.open()
    await chat.composer.focus()
    keyboard = await alice.context.new_cdp_session(chat.page)
    await keyboard.send(
        "Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    )
    await chat.page.keyboard.press("Enter")
    await expect(chat.messages).to_have_count(0)
    await chat.composer.fill("")
    await chat.composer.evaluate(
        """field => {
            const send = (kind, options) =>
                field.dispatchEvent(new kind(options.type, { bubbles: true, ...options }));
            send(CompositionEvent, { type: "compositionstart" });
            send(CompositionEvent, { type: "compositionend", data: "日本" });
            send(KeyboardEvent, { type: "keydown", key: "Enter", keyCode: 229 });
        }"""
    )
    await chat.composer.fill("日本")
    await expect(chat.messages).to_have_count(0)
    await chat.composer.press("Enter")
    await expect(chat.said).to_have_text("日本")
    await chat.ends("done")


async def _without_scripts(alice) -> tuple[Chat, asyncio.Event]:
    """A page whose scripts come when the event is set."""
    come, page = asyncio.Event(), await alice.context.new_page()

    async def late(route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/assets/*.js", late)
    await page.goto(alice.url, wait_until="commit")
    return Chat(page), come


async def test_what_is_typed_before_the_scripts_have_come_is_kept(alice):
    await (await alice.open()).composer.fill("a draft")
    chat, come = await _without_scripts(alice)
    await chat.composer.press_sequentially("and more")
    await chat.send.click(force=True)
    come.set()
    await chat.listens()
    await expect(chat.composer).to_have_value("a draft\nand more")
    await chat.composer.press("End")
    await chat.composer.press_sequentially(" of it")
    await chat.composer.press("Enter")
    await expect(chat.said).to_have_text("a draft\nand more of it")
    await chat.ends("done")


async def test_enter_before_the_scripts_have_come_sends_when_they_have(alice):
    chat, come = await _without_scripts(alice)
    await chat.composer.press_sequentially("early")
    await chat.composer.press("Shift+Enter")
    await chat.composer.press_sequentially("bird")
    await chat.composer.press("Enter")
    await expect(chat.composer).to_have_value("early\nbird")
    come.set()
    await expect(chat.said).to_have_text("early\nbird")
    await expect(chat.composer).to_have_value("")
    await chat.ends("done")


@pytest.mark.parametrize("before", ["", "a draft"])
async def test_an_early_enter_sends_nothing_that_it_was_not_pressed_for(alice, before):
    await (await alice.open()).composer.fill(before)
    chat, come = await _without_scripts(alice)
    await chat.composer.press_sequentially("early")
    await chat.composer.press("Enter")
    if not before:
        await chat.composer.press_sequentially(" and late")
    come.set()
    await chat.listens()
    await expect(chat.composer).to_have_value(f"{before}\nearly" if before else "early and late")
    await chat.page.wait_for_timeout(1_000)
    await expect(chat.messages).to_have_count(0)
    await chat.composer.press("Enter")
    await chat.ends("done")


async def test_what_the_browser_fills_in_by_itself_is_the_draft_and_not_more_of_it(alice):
    tab = await alice.open()
    await tab.composer.fill("a draft")
    await tab.page.goto("about:blank")
    await tab.page.add_init_script(FILLED_IN)
    await tab.page.goto(alice.url)
    await tab.listens()
    await expect(tab.composer).to_have_value("a draft")


async def test_a_draft_survives_a_reload_and_belongs_to_its_conversation(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    address = chat.page.url
    await chat.composer.fill("a draft in the old one")
    await chat.page.get_by_test_id("new-chat").click()
    await expect(chat.messages).to_have_count(0)
    await expect(chat.composer).to_have_value("")
    await chat.composer.fill("a draft in the new one")
    await chat.page.reload()
    await expect(chat.composer).to_have_value("a draft in the new one")
    await chat.page.goto(address)
    await expect(chat.composer).to_have_value("a draft in the old one")


async def test_a_double_enter_sends_once(alice):
    chat = await alice.open()
    await chat.composer.fill("Once. [[tokens=20 gap=20]]")
    await chat.composer.evaluate(
        """field => ["keydown", "keydown"].forEach(type => field.dispatchEvent(
            new KeyboardEvent(type, { key: "Enter", bubbles: true, cancelable: true })))"""
    )
    await chat.ends("done")
    await expect(chat.said).to_have_count(1)
    await chat.arrives()
    assert len(await alice.stored(chat)) == 2


async def test_a_double_click_on_send_sends_once_and_does_not_stop(alice):
    chat = await alice.open()
    await chat.composer.fill("Once. [[tokens=40 gap=20]]")
    await chat.send.dblclick()
    await chat.ends("done")
    await expect(chat.said).to_have_count(1)


async def test_enter_while_an_answer_is_written_keeps_the_text(alice):
    chat = await alice.open()
    await chat.say(SLOW)
    await chat.streams("w0005")
    await chat.say("the next question")
    await expect(chat.composer).to_have_value("the next question")
    await expect(chat.page.get_by_text("The answer is still being written.")).to_be_visible()
    await expect(chat.said).to_have_count(1)
    await chat.stop.click()
    await chat.ends("stopped")
    await expect(chat.composer).to_have_value("the next question")


async def test_the_field_grows_with_its_text_and_then_scrolls(alice):
    chat = await alice.open()
    low = (await chat.composer.bounding_box())["height"]
    await chat.composer.fill("line\n" * 100)
    high = (await chat.composer.bounding_box())["height"]
    assert low * 3 < high < 0.6 * chat.page.viewport_size["height"]
