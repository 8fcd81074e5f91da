"""Answers are given once more and messages edited: all versions stay, and each can be shown."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e.answers import words_to
from tests.e2e.pages import Search
from tests.e2e.touch import fits

SLOW = "Go on for a while. [[tokens=500 gap=20]]"
FOUR, SIX = "Four words. [[tokens=4]]", "Six words. [[tokens=6]]"
HERON = "The heron stood on the jetty until dusk."
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


async def test_an_answer_is_given_once_more_and_a_reload_keeps_the_one_that_is_shown(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    await chat.press("Try again", chat.answer)
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("done")
    await expect(chat.answers).to_have_count(1)
    await expect(chat.composer).to_be_focused()
    await chat.press("Previous version", chat.answer)
    await expect(chat.version(chat.answer)).to_have_text("1/2")
    await chat.page.reload()
    await expect(chat.version(chat.answer)).to_have_text("1/2")
    await chat.press("Next version", chat.answer)
    await expect(chat.version(chat.answer)).to_have_text("2/2")


async def test_another_model_answers_once_and_the_picker_stays(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    picked = await chat.page.get_by_test_id("model-picker").inner_text()
    await chat.press("Try again with another model", chat.answer)
    menu = chat.page.get_by_role("menu", name="Try again with another model")
    await menu.get_by_role("menuitem", name="GPT-6 Luna").click()
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("done")
    await expect(chat.answer.locator(".by")).to_have_text("GPT-6 Luna")
    await chat.page.reload()
    await expect(chat.answer.locator(".by")).to_have_text("GPT-6 Luna")
    await expect(chat.page.get_by_test_id("model-picker")).to_have_text(picked)


async def test_an_edited_message_begins_a_branch_and_what_is_sent_goes_on_from_it(alice):
    chat = await alice.open()
    await chat.ask(FOUR)
    await chat.ask("And then?")
    field = await chat.edits(chat.questions.first)
    await expect(field).to_have_value(FOUR)
    await field.fill(SIX)
    await field.press("Control+Enter")
    await expect(chat.said).to_have_text([SIX])
    await chat.ends("done")
    await chat.reads(words_to(SIX))
    await expect(chat.version(chat.questions.first)).to_have_text("2/2")
    await chat.ask("And now?")
    await chat.press("Previous version", chat.questions.first)
    await expect(chat.said).to_have_text([FOUR, "And then?"])
    await chat.page.reload()
    await expect(chat.said).to_have_text([FOUR, "And then?"])
    await chat.press("Next version", chat.questions.first)
    await expect(chat.said).to_have_text([SIX, "And now?"])


async def test_the_words_that_were_sent_just_now_can_be_edited_without_a_reload(alice):
    chat = await alice.open()
    await chat.ask(FOUR)
    await chat.ask("And then?")
    field = await chat.edits(chat.questions.last)
    await field.fill("Or else?")
    await chat.questions.last.get_by_role("button", name="Send").click()
    await expect(chat.said).to_have_text([FOUR, "Or else?"])
    await chat.ends("done")
    await expect(chat.answers).to_have_count(2)


async def test_escape_and_cancel_go_back_to_the_pencil_and_change_nothing(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    pencil = chat.questions.get_by_role("button", name="Edit")
    for leave in ("key", "button"):
        field = await chat.edits(chat.questions.first)
        await field.press("End")
        await field.press("Enter")
        await field.press("Shift+Enter")
        await field.press_sequentially("more")
        await expect(field).to_have_value("Hello.\n\nmore")
        if leave == "key":
            await field.press("Escape")
        else:
            await chat.questions.get_by_role("button", name="Cancel").click()
        await expect(pencil).to_be_focused()
        await expect(chat.said).to_have_text(["Hello."])
    await expect(chat.page.get_by_test_id("version")).to_have_count(0)


async def test_the_keyboard_alone_turns_and_edits(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    again = chat.answer.get_by_role("button", name="Try again", exact=True)
    for count in ("2/2", "3/3"):
        await again.focus()
        await chat.page.keyboard.press("Enter")
        await expect(chat.version(chat.answer)).to_have_text(count)
        await chat.ends("done")
    before = chat.answer.get_by_role("button", name="Previous version")
    await before.focus()
    for count in ("2/3", "1/3"):
        await chat.page.keyboard.press("Enter")
        await expect(chat.version(chat.answer)).to_have_text(count)
        await expect(before).to_be_focused()
    await expect(before).to_have_attribute("aria-disabled", "true")
    group = chat.answer.get_by_role("group", name="Version 1 of 3")
    await expect(group).to_be_visible()
    await expect(chat.page.locator("[aria-live=polite]", has_text="Version 1 of 3")).to_have_count(
        1
    )
    pencil = chat.questions.get_by_role("button", name="Edit")
    await pencil.focus()
    await chat.page.keyboard.press("Enter")
    await chat.page.keyboard.type(" Again.")
    await chat.page.keyboard.press("Control+Enter")
    await expect(chat.said).to_have_text(["Hello. Again."])
    await chat.ends("done")
    await expect(chat.composer).to_be_focused()


async def test_what_was_pressed_to_turn_stays_under_the_pointer(alice, seed):
    (conversation,) = await seed(alice, {"title": "A talk", "count": 40})
    chat = await alice.open(f"/chat/{conversation}")
    middle = chat.questions.filter(has_text="Message 034")
    await chat.edits(middle)
    await middle.get_by_role("button", name="Send").click()
    await expect(chat.version(middle)).to_have_text("2/2")
    await chat.ends("done")
    await expect(chat.questions.last).to_contain_text("Message 034")
    arrow = middle.get_by_role("button", name="Previous version")
    top = (await arrow.bounding_box())["y"]
    await arrow.click()
    await expect(chat.questions.last).to_contain_text("Message 038")
    after = middle.get_by_role("button", name="Next version")
    await expect(after).to_be_in_viewport()
    assert abs((await after.bounding_box())["y"] - top) <= 2


async def test_the_other_tab_follows(alice):
    first = await alice.open()
    await first.ask(FOUR)
    second = await alice.open(f"/chat/{first.id}")
    await expect(second.said).to_have_text([FOUR])
    field = await first.edits(first.questions.first)
    await field.fill(SIX)
    await field.press("Control+Enter")
    for tab in (first, second):
        await expect(tab.said).to_have_text([SIX])
        await tab.ends("done")
        await tab.reads(words_to(SIX))
    await second.press("Previous version", second.questions.first)
    for tab in (first, second):
        await expect(tab.said).to_have_text([FOUR])
        await tab.reads(words_to(FOUR))


async def test_not_while_an_answer_is_being_written(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    await chat.press("Try again", chat.answer)
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("done")
    await chat.say(SLOW)
    await chat.streams("w0003")
    for name, message in (
        ("Previous version", chat.answers.first),
        ("Try again", chat.answers.first),
        ("Edit", chat.questions.first),
    ):
        await chat.press(name, message)
        await expect(chat.toast).to_contain_text("still being written")
    await chat.stop.click()
    await chat.ends("stopped")
    await expect(chat.said).to_have_text(["Hello.", SLOW])
    await chat.press("Previous version", chat.answers.first)
    await expect(chat.said).to_have_text(["Hello."])


async def test_a_stopped_answer_can_be_continued_or_given_once_more(alice):
    chat = await alice.open()
    await chat.say(SLOW)
    await chat.streams("w0003")
    await chat.stop.click()
    await chat.ends("stopped")
    await expect(chat.answer.get_by_role("button", name="Continue")).to_be_visible()
    await chat.press("Try again", chat.answer)
    await chat.streams("w0003")
    await chat.stop.click()
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("stopped")
    await expect(chat.answers).to_have_count(1)


async def test_an_edit_that_cannot_be_sent_yet_keeps_the_words_and_says_why(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    field = await chat.edits(chat.questions.first)
    await field.fill("a" * 100_001)
    await expect(chat.questions.first).to_contain_text("1 characters too long")
    await field.press("Control+Enter")
    await expect(field).to_be_focused()
    other = await alice.open(f"/chat/{chat.id}")
    await field.fill("Hello again.")
    await other.say(SLOW)
    await chat.streams("w0003")
    await field.press("Control+Enter")
    await expect(chat.toast).to_contain_text("still being written")
    await expect(field).to_have_value("Hello again.")
    await chat.stop.click()
    await expect(chat.send).to_be_visible()
    await field.press("Control+Enter")
    await expect(chat.said).to_have_text(["Hello again."])
    await chat.ends("done")


async def test_a_search_leads_to_a_message_of_another_branch(alice):
    chat = await alice.open()
    await chat.ask(HERON)
    await chat.ask("And then?")
    field = await chat.edits(chat.questions.first)
    await field.fill("Something else.")
    await field.press("Control+Enter")
    await expect(chat.said).to_have_text(["Something else."])
    await chat.ends("done")
    search = await Search(chat.page).open()
    await search.field.fill("heron")
    await search.group("Messages").click()
    await expect(chat.said).to_have_text([HERON, "And then?"])
    await expect(chat.questions.first).to_be_focused()
    await expect(chat.questions.first).to_have_class(re.compile("lit"))
    await chat.press("Next version", chat.questions.first)
    await expect(chat.said).to_have_text(["Something else."])
    await chat.page.reload()
    await expect(chat.said).to_have_text(["Something else."])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_shows_all_of_it(person, app, scheme):
    alice = await person(app.url, **PHONE, reduced_motion="reduce", color_scheme=scheme)
    chat = await alice.open()
    await chat.composer.fill("Hello.")
    await chat.send.tap()
    await chat.ends("done")
    again = chat.answer.get_by_role("button", name="Try again", exact=True)
    await expect(again).to_be_visible()
    await again.tap()
    await expect(chat.version(chat.answer)).to_have_text("2/2")
    await chat.ends("done")
    await fits(chat.page)
    await chat.questions.first.get_by_role("button", name="Edit").tap()
    field = chat.questions.first.get_by_role("textbox")
    await expect(field).to_be_focused()
    await fits(chat.page)
    results = await Axe().run(chat.page)
    serious = [each for each in results.response["violations"] if each["impact"] != "minor"]
    assert serious == []
    await field.fill("Hello again.")
    await chat.questions.first.get_by_role("button", name="Send").tap()
    await expect(chat.said).to_have_text(["Hello again."])
    await chat.ends("done")
    await expect(chat.version(chat.questions.first)).to_have_text("2/2")
    await fits(chat.page)
