"""The audit log: what was done stands there, opens, can be found, checked and taken along."""

import json
import re

import asyncpg
import pytest
from playwright.async_api import expect

from assistant.local.postgres import running
from tests.e2e.axe import serious_faults
from tests.e2e.touch import fits

PHONE = {"width": 360, "height": 740}


async def log_of(alice):
    """The log after one calculation, open in a tab."""
    chat = await alice.open()
    await chat.ask("What is it? [[tool=calculator expression=2+2]]")
    await expect(chat.words.last).to_have_text("The tool says: 4")
    menu = await chat.account()
    await menu.get_by_role("menuitem", name="Audit log").click()
    await expect(chat.page).to_have_url(f"{alice.url}/audit")
    return chat.page


async def test_a_call_stands_in_the_log_opens_and_leads_to_its_conversation(alice):
    page = await log_of(alice)
    line = page.get_by_test_id("audit-entry").filter(has_text="Calculated")
    await expect(line).to_contain_text("2+2")
    await expect(line).to_contain_text("No need to ask: reads only")
    await expect(page.get_by_test_id("audit-entry").filter(has_text="Asked ").first).to_be_visible()
    button = line.get_by_role("button").first
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(button).to_have_attribute("aria-expanded", "true")
    await expect(line.locator("dd").last).to_have_text("4")
    await line.get_by_role("link", name="Open the conversation").click()
    await expect(page.get_by_test_id("message").first).to_contain_text("What is it?")


async def test_words_filters_the_check_and_a_file(alice):
    page = await log_of(alice)
    entries = page.get_by_test_id("audit-entry")
    await expect(entries.first).to_be_visible()
    await page.get_by_label("Find words in the log").fill("calculated 2+2")
    await expect(entries).to_have_count(1)
    await page.get_by_label("Find words in the log").fill("nowhere to be found")
    await expect(page.get_by_text("Nothing in the log fits these filters.")).to_be_visible()
    await page.get_by_label("Find words in the log").fill("")
    await page.get_by_label("What", exact=True).select_option("calculator")
    await expect(entries).to_have_count(1)
    await page.get_by_test_id("check-log").click()
    await expect(page.get_by_text("rows hold.")).to_be_visible()
    async with page.expect_download() as told:
        await page.get_by_role("link", name="JSON").click()
    path = await (await told.value).path()
    assert [one["what"] for one in json.loads(path.read_text())] == ["calculator"]


async def test_the_first_row_that_was_changed_is_named(alice, app):
    page = await log_of(alice)
    with running(app.data / "postgres") as admin_url:
        owner = await asyncpg.connect(admin_url)
        changed = "update tool_executions set tool = 'x' where user_id = $1 returning seq"
        seq = await owner.fetchval(changed, await alice.id())
        await owner.close()
    await page.get_by_test_id("check-log").click()
    said = page.get_by_text(re.compile(f"^Row {seq} of .* does not hold"))
    await expect(said).to_contain_text("What this row says was changed")
    await expect(said).to_contain_text(f"The {seq - 1} before it do.")


async def test_an_empty_log_says_what_will_stand_there(alice):
    page = (await alice.open("/audit")).page
    await expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    assert await serious_faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone_and_screen_readers_in_both_themes(scheme, alice):
    page = await log_of(alice)
    await page.emulate_media(color_scheme=scheme)
    line = page.get_by_test_id("audit-entry").filter(has_text="Calculated")
    await line.get_by_role("button").first.click()
    await expect(line.get_by_role("link", name="Open the conversation")).to_be_visible()
    assert await serious_faults(page) == []
    await page.set_viewport_size(PHONE)
    await fits(page)
