"""What is left of the plan is always in sight; at its end nothing is lost, and a page tells all."""

import asyncpg
import pytest
from playwright.async_api import expect

from assistant.local.postgres import running
from tests.e2e.axe import serious_faults
from tests.e2e.touch import fits

LAST = """
    update allowances set messages = $1 where kind = 'month' and user_id = (
        select user_id from allowances order by created_at desc limit 1
    )
"""


async def used(app, messages):
    """Whoever has begun to talk last has sent so many messages this month."""
    with running(app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        await admin.execute(LAST, messages)
        await admin.close()


async def test_the_last_message_of_a_month_goes_and_the_next_one_is_kept(alice, app):
    chat = await alice.open()
    left = chat.page.get_by_test_id("usage-remaining")
    await expect(left).to_have_text("2,000 of 2,000 messages left")
    await chat.ask("Hello")
    await expect(left).to_have_text("1,999 of 2,000 messages left")
    await used(app, 1_999)
    await chat.ask("The last one")
    await expect(left).to_have_text("0 of 2,000 messages left")
    await chat.composer.fill("One too many")
    await chat.page.keyboard.press("Enter")
    told = chat.page.get_by_text("All 2,000 messages of this month in the Pro plan are sent.")
    await expect(told).to_be_visible()
    await expect(chat.composer).to_have_value("One too many")
    await left.click()
    await expect(chat.page).to_have_url(f"{alice.url}/usage")
    await expect(chat.page.get_by_text("2,000 of 2,000 messages")).to_be_visible()
    await chat.page.go_back()
    await expect(chat.composer).to_have_value("One too many")


async def test_each_request_leads_to_its_message_and_all_of_them_come_as_a_file(alice):
    chat = await alice.open()
    await chat.ask("What is it? [[tokens=40]]")
    page = (await alice.open("/usage")).page
    table = page.get_by_test_id("usage-requests")
    answer = table.get_by_role("row").filter(has_text="Answer")
    await expect(answer).to_contain_text("40")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download every request").click()
    await expect(page.locator(".chart svg").first).to_be_visible()
    await expect(page.locator(".chart [tabindex='0']")).to_have_count(0)
    assert "claude" in (await (await download.value).path()).read_text()
    await answer.get_by_role("link").click()
    await expect(page.get_by_text("w0039")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_month_fits_a_phone_and_screen_readers(person, app, scheme):
    size = {"width": 360, "height": 740}
    eve = await person(app.url, "Eve", viewport=size, color_scheme=scheme)
    chat = await eve.open()
    await chat.ask("What is it? [[tokens=40]]")
    page = (await eve.open("/usage")).page
    await expect(page.get_by_role("rowheader", name="Anthropic")).to_be_visible()
    for title in ("This month", "By model", "By vendor", "By purpose"):
        part = page.locator("section", has=page.get_by_role("heading", name=title, exact=True))
        await expect(part.locator(".recharts-bar")).to_be_attached()
    await fits(page)
    assert await serious_faults(page) == []
