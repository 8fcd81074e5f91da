"""A slow network: what the page hears late neither doubles nor drops anything."""

import asyncio

from playwright.async_api import expect

from tests.e2e.pages import Chat
from tests.e2e.people import Person


async def _held_up(person: Person) -> asyncio.Event:
    """What the server says over the socket reaches this person's pages while the event is set."""
    gate = asyncio.Event()
    gate.set()

    async def late(message, there) -> None:
        await gate.wait()
        there.send(message)

    def between(here) -> None:
        there = here.connect_to_server()
        here.on_message(there.send)
        there.on_message(lambda message: asyncio.ensure_future(late(message, here)))

    await person.context.route_web_socket("**/_event/**", between)
    return gate


async def _taken_unheard(person, gate):
    """A page whose second message was taken and answered, of which it has not heard."""
    chat = await person.open()
    await chat.ask("The first [[tokens=5]]")
    gate.clear()
    await chat.say("The second [[tokens=5]]")
    again = await person.open(f"/chat/{chat.id}")
    await expect(again.answers).to_have_count(2)
    await again.ends("done")
    await chat.page.bring_to_front()
    return chat


async def test_an_answer_that_ends_before_its_send_is_acknowledged_is_shown_once(alice):
    gate = await _held_up(alice)
    chat = await _taken_unheard(alice, gate)
    await chat.page.wait_for_timeout(1_000)
    assert await chat.said.all_text_contents() == [
        "The first [[tokens=5]]",
        "The second [[tokens=5]]",
    ]
    await expect(chat.answers).to_have_count(2)
    gate.set()
    await chat.ends("done")
    await expect(chat.said).to_have_count(2)
    await chat.ask("The third [[tokens=5]]")
    await expect(chat.answers).to_have_count(3)


async def test_what_was_taken_when_the_page_is_loaded_anew_is_not_there_to_be_sent_again(alice):
    gate = await _held_up(alice)
    chat = await _taken_unheard(alice, gate)
    await chat.page.reload()
    await expect(chat.answers).to_have_count(2)
    await expect(chat.composer).to_have_value("")
    gate.set()
    await chat.ask("The third [[tokens=5]]")
    await expect(chat.said).to_have_count(3)
    await chat.page.reload()
    await expect(chat.said).to_have_count(3)
    await expect(chat.composer).to_have_value("")


async def test_what_changes_before_the_feed_is_open_is_shown_when_it_is(alice, seed):
    slow = asyncio.Event()

    async def late(route) -> None:
        await slow.wait()
        await route.continue_()

    page = await alice.context.new_page()
    await page.route("**/api/events", late)
    await page.goto(alice.url)
    chat = Chat(page)
    await expect(page.get_by_test_id("account")).to_contain_text(alice.name)
    await seed(alice, {"title": "Meanwhile"})
    slow.set()
    await expect(chat.row("Meanwhile")).to_be_visible()


async def test_what_is_pressed_again_because_nothing_is_heard_is_done_once(alice):
    alice.forgiven = [r"net::ERR_", "WebSocket", "Failed to (fetch|load)"]
    chat = await alice.open()
    await chat.say("Say a lot. [[tokens=600 gap=20]]")
    await chat.streams("w0010")
    await chat.stop.click()
    await chat.ends("stopped")
    await chat.arrives()
    await alice.context.set_offline(True)
    for _ in range(2):
        await chat.page.get_by_role("button", name="Continue").click()
    await alice.context.set_offline(False)
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await chat.ask("And now?")
    await expect(chat.toast).to_have_count(0)
    assert len(await alice.stored(chat)) == 5
