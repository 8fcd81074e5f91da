"""A new chat becomes a conversation in place, and carries nobody back who has gone elsewhere."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.e2e.pages import CHAT

ASKED_ANEW = ("on_load_internal", "arrive", "load")
SHOWN = "page"


class Line:
    """The page's socket: what it said, by name, and whether it hears what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.hears = asyncio.Event()
        self.hears.set()

    def between(self, here) -> None:
        """Stand between the page and the server."""
        there = here.connect_to_server()

        def up(message) -> None:
            _, event, rest = message.partition('["event",')
            self.said += [json.loads(event + rest)[1]["name"].rpartition(".")[2]] if event else []
            there.send(message)

        async def down(message) -> None:
            await self.hears.wait()
            here.send(message)

        here.on_message(up)
        there.on_message(lambda message: asyncio.ensure_future(down(message)))


@pytest.fixture
async def line(alice):
    line = Line()
    await alice.context.route_web_socket("**/_event/**", line.between)
    return line


async def in_another(alice, seed):
    """A page that shows the conversation "Before", and its address."""
    await seed(alice, {"title": "Before"})
    chat = await (await alice.open()).listens()
    await chat.row("Before").click()
    await chat.arrives()
    await expect(chat.row("Before")).to_have_attribute("aria-current", SHOWN)
    return chat, chat.page.url


async def test_its_page_stays_and_asks_nothing_for_the_address(line, alice):
    chat = await (await alice.open()).listens()
    await expect(chat.page.get_by_test_id("account")).to_contain_text(alice.name)
    field = await chat.composer.element_handle()
    line.hears.clear()
    await chat.say("Begin [[tokens=40 gap=20]]")
    menu = await chat.account()
    before = len(line.said)
    line.hears.set()
    await chat.arrives()
    await chat.ends("done")
    await expect(menu).to_be_visible()
    assert await field.evaluate("field => field.isConnected")
    assert "refresh" in line.said[before:]  # it was listened to
    assert not set(ASKED_ANEW) & set(line.said[before:])
    await expect(chat.row("Begin")).to_have_attribute("aria-current", SHOWN)


async def test_who_opens_another_conversation_meanwhile_stays_there(line, alice, seed):
    await seed(alice, {"title": "Elsewhere"})
    chat = await alice.open()
    await chat.row("Elsewhere").wait_for()
    line.hears.clear()
    await chat.say("Begin [[tokens=5]]")
    await chat.row("Elsewhere").click()
    await chat.arrives()
    there = chat.page.url
    line.hears.set()
    await expect(chat.row("Begin")).to_have_count(1)
    await expect(chat.row("Elsewhere")).to_have_attribute("aria-current", SHOWN)
    await expect(chat.page).to_have_url(there)
    await chat.row("Begin").click()
    await chat.ends("done")
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]"])


async def test_who_opens_another_page_meanwhile_stays_there(line, alice):
    chat = await (await alice.open()).listens()
    line.hears.clear()
    await chat.say("Begin [[tokens=5]]")
    await (await chat.account()).get_by_role("menuitem", name="Usage").click()
    await expect(chat.page).to_have_url(f"{alice.url}/usage")
    line.hears.set()
    await chat.row("Begin").wait_for()
    await expect(chat.page).to_have_url(f"{alice.url}/usage")
    await chat.row("Begin").click()
    await chat.ends("done")
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]"])


async def test_who_deletes_a_conversation_and_opens_another_stays_there(line, alice, seed):
    await seed(alice, {"title": "Elsewhere"})
    chat = await alice.open()
    await chat.ask("Begin [[tokens=5]]")
    await chat.row("Begin").wait_for()
    line.hears.clear()
    await chat.choose("Begin", "Delete")
    await chat.row("Elsewhere").click()
    await expect(chat.said).not_to_have_text(["Begin [[tokens=5]]"])
    there = chat.page.url
    line.hears.set()
    await expect(chat.toast).to_contain_text("Deleted")
    await expect(chat.row("Begin")).to_have_count(0)
    await expect(chat.row("Elsewhere")).to_have_attribute("aria-current", SHOWN)
    await expect(chat.page).to_have_url(there)


async def test_who_is_on_the_way_to_another_page_comes_there(line, alice):
    there = asyncio.Event()

    async def slowly(route) -> None:
        await there.wait()
        await route.continue_()

    await alice.context.route("**/assets/_usage_*.js", slowly)
    chat = await (await alice.open()).listens()
    line.hears.clear()
    await chat.say("Begin [[tokens=5]]")
    await (await chat.account()).get_by_role("menuitem", name="Usage").click()
    line.hears.set()
    await chat.ends("done")
    there.set()
    await expect(chat.page).to_have_url(f"{alice.url}/usage")


async def test_who_asks_for_a_new_chat_meanwhile_is_where_the_server_knows(line, alice):
    chat = await (await alice.open()).listens()
    line.hears.clear()
    await chat.say("Begin [[tokens=5]]")
    await chat.page.get_by_test_id("new-chat").click()
    line.hears.set()
    await chat.arrives()
    await chat.ends("done")
    await expect(chat.row("Begin")).to_have_attribute("aria-current", SHOWN)
    await chat.ask("More [[tokens=5]]")
    await expect(chat.said).to_have_count(2)


async def test_who_writes_at_once_in_a_new_chat_does_not_write_into_the_one_before(
    line, alice, seed
):
    chat, before = await in_another(alice, seed)
    line.hears.clear()
    await chat.page.get_by_test_id("new-chat").click()
    await chat.page.locator(".starter").first.wait_for()
    await chat.say("Begin [[tokens=5]]")
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]"])
    line.hears.set()
    await chat.arrives()
    await chat.ends("done")
    assert chat.page.url != before
    await expect(chat.row("Begin")).to_have_attribute("aria-current", SHOWN)
    await chat.ask("More [[tokens=5]]")
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]", "More [[tokens=5]]"])


async def test_its_place_in_the_history_is_that_of_the_conversation(alice, seed):
    chat, before = await in_another(alice, seed)
    await chat.page.keyboard.press("Control+Shift+O")
    await chat.page.locator(".starter").first.wait_for()
    await chat.ask("Begin [[tokens=5]]")
    begun = chat.page.url
    await chat.page.go_back()
    await expect(chat.page).to_have_url(before)
    await expect(chat.row("Before")).to_have_attribute("aria-current", SHOWN)
    await chat.page.go_forward()
    await expect(chat.page).to_have_url(begun)
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]"])
    await expect(chat.row("Begin")).to_have_attribute("aria-current", SHOWN)
    await chat.page.reload()
    await expect(chat.said).to_have_text(["Begin [[tokens=5]]"])
    await expect(chat.row("Begin")).to_have_attribute("aria-current", SHOWN)
    await expect(chat.page).to_have_url(CHAT)
