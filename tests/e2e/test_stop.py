"""Stop ends the answer at once, for good, everywhere, and at the vendor too."""

import pytest
from playwright.async_api import Response, expect

from assistant.local.postgres import running
from tests.conftest import away
from tests.e2e.app import App, keys_for
from tests.e2e.people import text_of

PROMPT = "Say a lot. [[tokens=600 gap=20]]"


async def test_stop_before_the_first_word_ends_the_vendors_request(alice, vendors):
    aborted = vendors.stats.aborted
    chat = await alice.open()
    await chat.say("Think first. [[hang=0]]")
    await vendors.until(lambda stats: stats.open == 1)
    await chat.stop.click()
    await chat.ends("stopped")
    await vendors.until(lambda stats: stats.aborted == aborted + 1)
    await chat.arrives()
    await chat.page.reload()
    await chat.ends("stopped")
    assert text_of((await alice.stored(chat))[1]) == ""


async def test_a_stopped_answer_stays_as_it_was_shown(alice, vendors):
    aborted = vendors.stats.aborted
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0020")
    await chat.arrives()
    await chat.stop.click()
    shown = await chat.words.text_content()
    await vendors.until(lambda stats: stats.aborted == aborted + 1)
    await chat.ends("stopped")
    await expect(chat.send).to_be_visible()
    await chat.reads(shown)
    await chat.page.reload()
    await chat.ends("stopped")
    await chat.reads(shown)
    assert text_of((await alice.stored(chat))[1]).strip() == shown


async def test_escape_in_the_composer_stops(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0010")
    await chat.composer.press("Escape")
    await chat.ends("stopped")


async def test_stop_works_from_another_tab(alice, vendors):
    aborted = vendors.stats.aborted
    first = await alice.open()
    await first.say(PROMPT)
    await first.streams("w0010")
    await first.arrives()
    second = await alice.open(f"/chat/{first.id}")
    await second.streams("w0030")
    await second.stop.click()
    shown = await second.words.text_content()
    await first.ends("stopped")
    await second.ends("stopped")
    await vendors.until(lambda stats: stats.aborted == aborted + 1)
    await second.reads(shown)
    await expect(first.words).to_have_text(shown)


async def test_continue_goes_on_after_a_stop(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0010")
    await chat.stop.click()
    await chat.ends("stopped")
    shown = await chat.words.text_content()
    await chat.page.get_by_role("button", name="Continue").click()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await expect(chat.answers.first.locator(".words")).to_have_text(shown)
    await expect(chat.words).to_contain_text("a short answer")
    await expect(chat.page.get_by_role("button", name="Continue")).to_have_count(0)


@pytest.fixture
async def fragile(vendors, new_data):
    """An app whose database this story takes away."""
    async with App(new_data(), keys_for(vendors)) as app:
        yield app


async def test_who_stops_and_continues_by_the_keyboard_is_in_the_composer(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0010")
    await chat.stop.press("Enter")
    await chat.ends("stopped")
    await expect(chat.composer).to_be_focused()
    await chat.page.get_by_role("button", name="Continue").press("Enter")
    await expect(chat.answers).to_have_count(2)
    await expect(chat.composer).to_be_focused()
    await chat.ends("done")


async def test_a_stop_while_the_database_is_away_is_said_until_it_is_heard(
    fragile, person, vendors
):
    alice = await person(fragile.url)
    alice.forgiven = ["status of 503"]
    aborted = vendors.stats.aborted
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0020")
    await chat.arrives()
    with running(fragile.data / "postgres") as url:
        async with away(url.removesuffix("postgres") + "template1", url):
            async with chat.page.expect_response(_is_refused) as first:
                await chat.stop.click()
            shown = await chat.words.text_content()
            assert (await first.value).headers["retry-after"] == "1"
            await chat.page.wait_for_event("response", _is_refused)
            await chat.reads(shown)
            assert vendors.stats.aborted == aborted
    await expect(chat.send).to_be_visible()
    await chat.ends("stopped")
    await chat.reads(shown)
    await vendors.until(lambda stats: stats.aborted == aborted + 1)
    assert text_of((await alice.stored(chat))[1]).strip() == shown


def _is_refused(answer: Response) -> bool:
    return "/stop?" in answer.url and answer.status == 503
