"""A long conversation: the model reads a summary of its beginning, and the page says where."""

import re

from playwright.async_api import expect

from tests.e2e.axe import serious_faults
from tests.e2e.touch import fits

LONG = "x" * 3_000
TALK = {str(number): f"word{number:03d} {LONG}" for number in range(30)}
PLAN = {"title": "A long plan", "count": 30, "said": TALK}


async def test_the_page_says_where_the_model_reads_a_summary_and_keeps_what_was_said(
    alice, seed, vendors
):
    (place,) = await seed(alice, PLAN)
    chat = await alice.open(f"/chat/{place}")
    await expect(chat.answers.last).to_contain_text("word029")
    await expect(chat.answers).to_have_count(15)
    await chat.ask("And now?")
    marker = chat.page.get_by_test_id("summarised")
    await expect(marker).to_have_count(1)
    line = marker.locator("summary")
    await expect(line).to_have_text(
        re.compile(r"^\d+ earlier messages are summarised for the model$")
    )
    count = int((await line.inner_text()).split()[0])
    await expect(chat.log.locator("article + details + article .bubble")).to_contain_text(
        f"word{count:03d}"
    )
    await line.focus()
    await chat.page.keyboard.press("Enter")
    await expect(marker.locator(".summarised-words")).to_contain_text("word000")
    await expect(chat.said.first).to_contain_text("word000")
    assert await serious_faults(chat.page) == []
    await chat.ask("And then?")
    asked = [seen for seen in vendors.requests if "And then?" in str(seen.body)][-1]
    assert "summary_of_earlier_messages" in str(asked.body)
    assert f"word{count:03d}" in str(asked.body)
    assert f"word{count - 1:03d}" not in str(asked.body)


async def test_the_marker_fits_on_a_phone_and_is_there_after_a_reload(person, app, seed):
    ann = await person(app.url, "Ann", viewport={"width": 360, "height": 740})
    (place,) = await seed(ann, PLAN)
    chat = await ann.open(f"/chat/{place}")
    await expect(chat.answers.last).to_contain_text("word029")
    await expect(chat.answers).to_have_count(15)
    await chat.ask("And now?")
    marker = chat.page.get_by_test_id("summarised")
    await expect(marker).to_have_count(1)
    await chat.page.reload()
    await expect(marker).to_have_count(1)
    await marker.locator("summary").click()
    await expect(marker.locator(".summarised-words")).to_be_visible()
    await fits(chat.page)
