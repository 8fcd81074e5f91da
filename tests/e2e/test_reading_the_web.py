"""What was read on the web stands below the line of the tool, and several are read at once."""

import asyncio
import re

from playwright.async_api import expect

from tests.servers.search import article

SECONDS = re.compile(r"· \d+\.\d s")


async def test_what_a_search_has_found_are_numbered_chips_with_the_real_host(ann, outside):
    site = outside.web
    site.pages |= {
        "/quince": article("Quinces at bank.example", "A quince is a fruit."),
        "/quinces": article("All about quinces", "Quinces are related to pears."),
    }
    chat = await ann.open()
    await chat.ask("Find some. [[tool=web_search query=quinces]]")
    await expect(chat.tools).to_contain_text("Searched the web · quinces")
    chips = chat.tools.get_by_role("list", name="Sources").get_by_role("link")
    host = site.url.removeprefix("http://")
    await expect(chips).to_have_text([f"1{host}", f"2{host}"])
    found = {await each.get_attribute("href") for each in await chips.all()}
    assert found == {f"{site.url}/quince", f"{site.url}/quinces"}
    await expect(chips.first).to_have_attribute("rel", "noopener noreferrer nofollow")
    await chat.page.reload()
    await expect(chips).to_have_count(2)


async def test_calls_that_run_at_once_have_each_a_line_a_state_and_a_duration(ann, outside):
    site = outside.web
    site.pages |= {
        "/quick": article("Quick", "This page comes at once."),
        "/slow": article("Slow", "This page takes its time."),
    }
    site.held["/slow"] = asyncio.Event()
    chat = await ann.open()
    calls = [f"[[tool=web_fetch url={site.url}{path}]]" for path in ("/slow", "/quick", "/none")]
    await chat.say(f"Read them. {' '.join(calls)}")
    slow, quick, none = (chat.tools.nth(at) for at in range(3))
    await expect(quick).to_have_attribute("data-status", "done")
    await expect(quick).to_contain_text(f"Read a page · {site.url}/quick")
    await expect(quick).to_contain_text(SECONDS)
    await expect(none).to_have_attribute("data-status", "failed")
    await expect(none).to_contain_text(f"Could not use web fetch · {site.url}/none")
    await expect(slow).to_have_attribute("data-status", "running")
    await expect(slow).to_contain_text(f"Using web fetch… · {site.url}/slow")
    site.held.pop("/slow").set()
    await expect(slow).to_have_attribute("data-status", "done")
    await expect(slow).to_contain_text(SECONDS)
    await chat.ends("done")
    await expect(chat.words.last).to_contain_text("takes its time")
