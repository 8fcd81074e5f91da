"""Everything can be done without a mouse, and axe finds nothing serious."""

import pytest
from playwright.async_api import expect

from tests.e2e.axe import serious_faults
from tests.e2e.pages import Chat

ANSWER = "Show it all. [[tokens=60 markdown=1]] [[tool=calculator expression=2+2]]"
FOCUS = """
    () => {
        const element = document.activeElement;
        if (element === document.body) return ["", true];
        const ring = (e) => getComputedStyle(e).outlineStyle !== "none" ||
            getComputedStyle(e).boxShadow !== "none";
        const lit = [element, element.parentElement, element.closest("form")].filter(Boolean);
        const name = element.getAttribute("aria-label") || element.innerText || element.tagName;
        return [name.trim().split("\\\\n")[0], lit.some(ring)];
    }
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(person, app, scheme):
    alice = await person(app.url, signed_in=False, color_scheme=scheme, reduced_motion="reduce")
    chat = await alice.open()
    await expect(chat.page.get_by_test_id("sign-in-local")).to_be_visible()
    assert await serious_faults(chat.page) == []
    await alice.sign_in()
    await chat.page.goto(app.url)
    await expect(chat.page.locator(".starter")).to_have_count(4)
    assert await serious_faults(chat.page) == []
    await chat.ask(ANSWER)
    await chat.ask("Dress it. [[tokens=60 markdown=1]]")
    await chat.tools.get_by_role("button").click()
    assert await serious_faults(chat.page) == []


async def test_a_page_that_waits_for_the_server_is_accessible_too(alice):
    page = await alice.context.new_page()
    await page.route_web_socket("**/_event/**", lambda _: None)  # it is never answered
    await page.goto(alice.url)
    await Chat(page).listens()
    assert await serious_faults(page) == []


async def test_a_failed_and_a_stopped_answer_are_accessible_too(alice, vendors):
    chat = await alice.open()
    await chat.say("Say a lot. [[tokens=600 gap=20]]")
    await chat.streams("w0005")
    await chat.stop.click()
    await chat.ends("stopped")
    assert await serious_faults(chat.page) == []
    await chat.say("Fail. [[http=400]]")
    await expect(chat.answers).to_have_count(2)
    await chat.ends("failed")
    assert await serious_faults(chat.page) == []


async def test_tab_reaches_everything_and_shows_where_it_is(alice):
    chat = await alice.open()
    await chat.ask("Reach me")
    await expect(chat.rows).to_have_text(["Reach me"])
    await chat.page.reload()
    await chat.ends("done")
    await expect(chat.rows).to_have_count(1)
    names: list[str] = []
    for _ in range(30):
        await chat.page.keyboard.press("Tab")
        name, is_lit = await chat.page.evaluate(FOCUS)
        assert is_lit, name
        names.append(name)
    wanted = ["New chat", "Reach me", "More for Reach me", "Show archive", "Your account",
              "Model", "Conversation", "Edit", "Copy", "Try again", "Message", "Send"]  # fmt: skip
    assert [w for w in wanted if not any(name.startswith(w) for name in names)] == []


async def test_menus_are_walked_by_arrows_and_closed_by_escape(alice):
    chat = await alice.open()
    picker = chat.page.get_by_test_id("model-picker")
    await expect(picker).to_contain_text("Claude")
    await picker.focus()
    await chat.page.keyboard.press("Enter")
    lines = chat.page.get_by_role("menuitemradio")
    await expect(lines.first).to_be_focused()
    await chat.page.keyboard.press("ArrowDown")
    await expect(lines.nth(1)).to_be_focused()
    await chat.page.keyboard.press("ArrowUp")
    await chat.page.keyboard.press("ArrowUp")
    await expect(lines.last).to_be_focused()
    await chat.page.keyboard.press("Escape")
    await expect(lines).to_have_count(0)
    await expect(picker).to_be_focused()


async def test_a_model_is_picked_by_keys_and_stays_picked(alice):
    chat = await alice.open()
    picker = chat.page.get_by_test_id("model-picker")
    await expect(picker).to_contain_text("Claude")
    await picker.focus()
    await chat.page.keyboard.press("Enter")
    other = chat.page.locator("[role=menuitemradio][aria-checked=false]").first
    chosen = (await other.inner_text()).strip()
    await other.focus()
    await chat.page.keyboard.press("Enter")
    await expect(picker).to_contain_text(chosen)
    await chat.page.reload()
    await expect(picker).to_contain_text(chosen)


async def test_shift_escape_brings_the_focus_to_the_composer(alice):
    chat = await (await alice.open()).listens()
    await chat.page.get_by_test_id("new-chat").focus()
    await chat.page.keyboard.press("Shift+Escape")
    await expect(chat.composer).to_be_focused()
