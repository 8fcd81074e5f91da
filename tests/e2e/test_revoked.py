"""A permission that is revoked holds no longer, not even for the answer that is on its way."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.pages import Card, Chat
from tests.servers.search import article
from tests.vendors import Call, Script

ENGINE = "/searxng/search"


def searching(*words: str) -> Script:
    """The model searches for words that are its own."""
    calls = (Call("web_search", (f'{{"query": "{each}"}}',), id=each) for each in words)
    return Script(blocks=tuple(calls))


@pytest.fixture
async def chat(ann, outside, vendors) -> Chat:
    """A conversation that has read a page, and in which searches are allowed since."""
    outside.web.pages["/fruit"] = article("Fruit", "Apples, pears and plums grow on trees.")
    chat = await ann.open()
    await chat.ask(f"Read it. [[tool=web_fetch url={outside.web.url}/fruit]]")
    vendors.then("anthropic", searching("apples"))
    await chat.say("Look further.")
    await expect(chat.answers).to_have_count(2)
    await chat.ends("waiting")
    card = Card(chat.page)
    await card.scope.select_option("conversation")
    await card.allow.click()
    await expect(chat.answers).to_have_count(3)
    await chat.ends("done")
    return chat


async def test_the_next_call_of_a_running_answer_asks_again(ann, outside, vendors, chat):
    outside.web.held[ENGINE] = asyncio.Event()
    vendors.then("anthropic", searching("pears", "quinces"), searching("plums"))
    await chat.say("And more of them.")
    running = chat.page.locator("[data-testid=message][data-role=tool][data-status=running]")
    await expect(running).to_have_count(2)
    await expect(running.first).to_contain_text("pears")
    settings = (await ann.open("/settings")).page
    await expect(settings.locator("#permissions")).to_contain_text("last used")
    await settings.get_by_role("button", name="Revoke").click()
    await expect(settings.locator("#permissions")).to_contain_text("None. When a tool asks you")
    outside.web.held.pop(ENGINE).set()
    await expect(running).to_have_count(0)
    await chat.ends("waiting")
    card = Card(chat.page)
    await expect(card.frame).to_contain_text("Search the web for “plums”")
    asked = [each.query for each in outside.web.searches][-3:]
    assert sorted(asked) == ["apples", "pears", "quinces"]
    await card.deny.click()
    await card.is_gone()
    await expect(chat.answers).to_have_count(5)
    await chat.ends("done")
    assert "plums" not in [each.query for each in outside.web.searches]
