"""The page follows the answer only while the reader is at its end."""

import asyncio

from playwright.async_api import Route, expect

from tests.e2e.pages import until

LONG = "A long one. [[tokens=600 gap=20 markdown=1]]"
AT_THE_EDGE = """
    (log) => [...log.querySelectorAll("[data-testid=message]")].find((message) =>
        message.getBoundingClientRect().top >= log.getBoundingClientRect().top)
"""  # the first message that is seen whole
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifted += value;
    }).observe({ type: "layout-shift", buffered: true });
"""
SEEN_AS_STILL = 0.05
BELOW = "log => log.scrollHeight - log.clientHeight - log.scrollTop"


async def _is_at_the_end(chat) -> None:
    """The page comes to the end, and is not left behind by what is written meanwhile."""
    await until(chat.page, f"log => ({BELOW})(log) < 100", await chat.log.element_handle())


async def test_the_page_follows_at_the_bottom_and_lets_go_at_one_turn_of_the_wheel(alice):
    chat = await alice.open()
    await chat.say(LONG)
    await chat.streams("w0120")
    await _is_at_the_end(chat)
    await chat.log.hover()
    await chat.page.mouse.wheel(0, -300)
    await until(chat.page, f"log => ({BELOW})(log) > 200", await chat.log.element_handle())
    held = await chat.log.evaluate("log => log.scrollTop")
    await chat.streams("w0220")
    assert await chat.log.evaluate("log => log.scrollTop") == held
    await chat.page.get_by_role("button", name="Jump to latest").click()
    await expect(chat.page.get_by_role("button", name="Jump to latest")).to_have_count(0)
    await chat.streams("w0300")
    await _is_at_the_end(chat)
    await chat.ends("done")
    await _is_at_the_end(chat)


async def test_a_long_conversation_opens_at_its_end_and_loads_what_is_above(alice, seed):
    (long,) = await seed(alice, {"title": "A long talk", "count": 120})
    chat = await alice.open(f"/chat/{long}")
    await expect(chat.answer).to_contain_text("Message 119 of")
    await expect(chat.answer).to_be_in_viewport()
    assert await chat.messages.count() < 120
    for number in range(110, 0, -10):
        reached = chat.page.get_by_text(f"Message {number:03d} of")
        await expect(reached).to_be_attached()
        await reached.scroll_into_view_if_needed()
        await expect(reached).to_be_in_viewport()
    await expect(chat.messages).to_have_count(120)
    await expect(chat.messages.first).to_contain_text("Message 000 of")
    await expect(chat.page.get_by_role("button", name="Load earlier messages")).to_have_count(0)


async def test_earlier_messages_are_asked_for_only_by_who_comes_near_them(alice, seed):
    (long,) = await seed(alice, {"title": "A long talk", "count": 120})
    asked: list[str] = []
    alice.context.on("request", lambda each: "/messages?" in each.url and asked.append(each.url))
    chat = await alice.open(f"/chat/{long}")
    await expect(chat.messages.first).to_contain_text("Message 090 of")
    assert len(asked) == 1
    await chat.page.set_viewport_size({"width": 800, "height": 2000})
    await chat.page.set_viewport_size({"width": 400, "height": 500})
    await expect(chat.answer).to_be_in_viewport()
    assert len(asked) == 1
    await chat.messages.first.scroll_into_view_if_needed()
    await expect(chat.messages).to_have_count(60)
    assert "before=" in asked[1]


async def test_a_conversation_opens_without_a_jump(alice, seed):
    (long,) = await seed(alice, {"title": "A long talk", "count": 40})
    await alice.context.add_init_script(SHIFTS)
    chat = await alice.open(f"/chat/{long}")
    await expect(chat.row("A long talk")).to_be_visible()
    await expect(chat.messages.first).to_contain_text("Message 010 of")
    assert await chat.page.evaluate("window.shifted") < SEEN_AS_STILL


async def test_earlier_messages_do_not_move_what_is_being_read(alice, seed):
    (long,) = await seed(alice, {"title": "A long talk", "count": 120})
    chat = await alice.open(f"/chat/{long}")
    await expect(chat.answer).to_contain_text("Message 119 of")
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await chat.page.route("**/messages?*before=*", asked.put)
    await chat.log.hover()
    while asked.empty():
        await chat.page.mouse.wheel(0, -400)
    known = await chat.messages.count()
    read = (await chat.log.evaluate_handle(AT_THE_EDGE)).as_element()
    held = await read.bounding_box()
    await (await asked.get()).continue_()
    await expect(chat.messages).not_to_have_count(known)
    assert abs((await read.bounding_box())["y"] - held["y"]) < 2
