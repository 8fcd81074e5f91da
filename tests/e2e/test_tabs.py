"""Many tabs of one browser: they share their lines to the server, and keep drafts apart by user."""

import re
from contextlib import suppress

import pytest
from playwright.async_api import Error, expect

from tests.e2e.answers import words_to
from tests.e2e.pages import SignIn, until

TABS = 8  # HTTP/1.1 allows six connections to a host
PROMPT = "Go on for a while. [[tokens=500 gap=20]]"
LONG = "Go on for very long. [[tokens=2000 gap=50]]"
FEED = "/api/events"
STREAM = re.compile(r"/events(\?|$)")
TURN = re.compile(r"/api/turns/[^/]+/events\?")
UNAUTHORISED = ["401", "status of 401"]
STORED = "text => Object.values(localStorage).some((value) => value.includes(text))"


@pytest.fixture
def lines(alice):
    """The requests for streams that her tabs have sent."""
    sent = []
    alice.context.on("request", lambda each: STREAM.search(each.url) and sent.append(each))
    return sent


async def test_the_eighth_tab_works_like_the_first_and_all_hear_of_it(alice, lines):
    tabs = [await alice.open() for _ in range(TABS)]
    for tab in tabs:
        await expect(tab.composer).to_be_editable()
    await tabs[-1].ask("Are you still there?")
    for tab in tabs:
        await expect(tab.row("Are you still there?")).to_be_visible()
    assert len([each for each in lines if each.url.endswith(FEED)]) == 1


async def test_eight_tabs_on_one_conversation_follow_its_answer_live(alice, lines):
    first = await alice.open()
    await first.ask("Hello.")
    tabs = [first, *[await alice.open(f"/chat/{first.id}") for _ in range(TABS - 1)]]
    for tab in tabs:
        await expect(tab.answers).to_have_count(1)
    lines.clear()
    await tabs[-1].say(PROMPT)
    for tab in tabs:
        await tab.streams("w0020")
    for tab in tabs:
        await tab.ends("done")
        await tab.reads(words_to(PROMPT))
    assert len([each for each in lines if TURN.search(each.url)]) == 1


async def test_when_the_tab_that_reads_is_closed_another_goes_on(alice, lines):
    first = await alice.open()
    await first.ask("Hello.")
    tabs = [first, *[await alice.open(f"/chat/{first.id}") for _ in range(2)]]
    for tab in tabs:
        await expect(tab.answers).to_have_count(1)
    await first.say(PROMPT)
    for tab in tabs:
        await tab.streams("w0020")
    reading = next(each.frame.page for each in reversed(lines) if TURN.search(each.url))
    hearing = next(each.frame.page for each in lines if each.url.endswith(FEED))
    for page in {reading, hearing}:
        await page.close()
    left = [tab for tab in tabs if not tab.page.is_closed()]
    for tab in left:
        await tab.ends("done")
        await tab.reads(words_to(PROMPT))
    await left[0].ask("And now?")
    await expect(left[-1].said.last).to_have_text("And now?")
    await left[-1].ends("done")


async def test_who_signs_in_after_a_lost_session_sees_no_draft_of_the_other(alice):
    alice.forgiven = UNAUTHORISED
    chat = await alice.open()
    await _type(chat, "for nobody else")
    await _lose_session(alice, chat)
    bobs = await SignIn(chat.page).as_("Bob")
    await expect(bobs.composer).to_be_editable()
    await expect(bobs.composer).to_have_value("")
    await _type(bobs, "his own")
    await _lose_session(alice, chat)
    hers = await SignIn(chat.page).as_(alice.name)
    await expect(hers.composer).to_have_value("for nobody else")


async def test_signing_out_in_one_tab_leaves_no_draft_of_any(alice):
    alice.forgiven = UNAUTHORISED
    first = await alice.open()
    await first.ask("Hello.")
    second = await alice.open()
    await _type(second, "a draft in another tab")
    await _type(first, "a draft in this tab")
    await first.sign_out()
    await expect(SignIn(first.page).form).to_be_visible()
    await expect(SignIn(second.page).form).to_be_visible()
    for text in ("in this tab", "in another tab"):
        assert not await second.page.evaluate(STORED, text)


async def _type(chat, text: str) -> None:
    """Type, and wait until it is kept."""
    await chat.composer.fill(text)
    await until(chat.page, STORED, text)


async def _lose_session(person, chat) -> None:
    """The session runs out, and the page notices."""
    for name in ("session", "refresh"):
        await person.context.clear_cookies(name=name)
    with suppress(Error):  # where the page has noticed by itself, and is on its way already
        await chat.page.goto(person.url)
    await expect(SignIn(chat.page).form).to_be_visible()


async def test_five_answers_in_five_tabs_leave_room_for_all_else(alice, app):
    chats = []
    for _ in range(5):
        chats.append(await alice.open())
        await chats[-1].say(LONG)
        await chats[-1].arrives()
    for chat in chats[:4]:
        await chat.streams("w0010")
    waiting = chats[4]
    other = await alice.open(f"/chat/{chats[0].id}")
    await other.streams("w0020")
    await waiting.stop.click()
    await expect(waiting.send).to_be_visible()
    assert (await alice.stored(waiting))[1]["status"] == "stopped"
    for chat in chats[:4]:
        await chat.stop.click()
        await expect(chat.send).to_be_visible()
        assert (await alice.stored(chat))[1]["status"] == "stopped"
