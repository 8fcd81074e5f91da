"""An answer belongs to the server: reload the page, or open it twice, and it is all there."""

import asyncio
from dataclasses import dataclass, field

from playwright.async_api import expect

from tests.e2e.answers import answer_to, words_to
from tests.e2e.pages import Chat
from tests.e2e.people import text_of

PROMPT = "Go on for a while. [[tokens=400 gap=20]]"


async def test_a_reload_in_mid_answer_comes_back_live_and_ends_the_same(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0020")
    await chat.arrives()
    await chat.page.reload()
    await chat.streams("w0050")
    await chat.ends("done")
    await chat.reads(words_to(PROMPT))
    assert text_of((await alice.stored(chat))[1]) == answer_to(PROMPT)


async def test_a_tab_that_is_open_already_follows_live(alice):
    first = await alice.open()
    await first.ask("Hello.")
    second = await alice.open(f"/chat/{first.id}")
    await expect(second.answers).to_have_count(1)
    await first.say(PROMPT)
    await expect(second.said.last).to_have_text(PROMPT)
    await second.streams("w0050")
    for tab in (first, second):
        await tab.ends("done")
        await tab.reads(words_to(PROMPT))


async def test_a_tab_that_is_opened_in_mid_answer_follows_live(alice):
    first = await alice.open()
    await first.say(PROMPT)
    await first.streams("w0020")
    await first.arrives()
    second = await alice.open(f"/chat/{first.id}")
    await second.streams("w0050")
    for tab in (first, second):
        await tab.ends("done")
        await tab.reads(words_to(PROMPT))


async def test_leaving_in_mid_answer_and_coming_back_finds_it_going_on(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0020")
    await chat.arrives()
    address = chat.page.url
    await chat.page.get_by_test_id("new-chat").click()
    await expect(chat.messages).to_have_count(0)
    await chat.row("Go on for a while").click()
    await expect(chat.page).to_have_url(address)
    await chat.streams("w0050")
    await chat.ends("done")
    await chat.reads(words_to(PROMPT))


async def test_what_is_written_before_a_page_knows_that_an_answer_has_ended_is_sent(alice):
    chat = await alice.open()
    await chat.say(PROMPT)
    await chat.streams("w0020")
    await chat.arrives()
    address, again = chat.page.url, await alice.open(f"/chat/{chat.id}")
    await chat.page.goto("about:blank")
    await again.ends("done")
    hold = await _held_up(chat)
    await chat.page.goto(address)
    await hold.old.wait()
    await chat.say("Are you there?")
    hold.over.set()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await expect(chat.composer).to_have_value("")


@dataclass
class Hold:
    """old: the page was told of the state in which it was left; over: it may be told the rest."""

    old: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def _held_up(chat: Chat) -> Hold:
    """Hold up what tells the page that no answer is being written."""
    hold = Hold()

    async def late_read(route) -> None:
        await hold.over.wait()
        await route.continue_()

    def between(here) -> None:
        there = here.connect_to_server()
        here.on_message(there.send)

        async def tell(message) -> None:
            if '"turn_id_rx_state_":""' in message:
                await hold.over.wait()
            here.send(message)
            if '"turn_id_rx_state_":"' in message:
                hold.old.set()

        there.on_message(lambda message: asyncio.ensure_future(tell(message)))

    await chat.page.route("**/messages?**", late_read)
    await chat.page.route_web_socket("**/_event/**", between)
    return hold
