"""What was said long ago is found by a word of it, and the page goes there."""

# ruff: noqa: RUF001

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e.pages import Search

HERON = "The heron stood on the jetty until dusk."
STAYS = """
    document.activeElement === document.body || document.activeElement.closest("dialog") !== null
"""  # the focus: in the dialog, or with the browser's own buttons
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SCRIPTS = {
    "Arabic": ("رأيت مالكًا الحزين عند الرصيف", "مالكا الحزين"),
    "Chinese": ("苍鹭整天站在码头上", "码头"),
    "accents": ("Le héron rôdait près de l’École", "heron rodait ecole"),
    "Russian": ("Серая цапля стояла у причала", "ЦАПЛЯ"),
    "part of a word": (HERON, "jett"),
    "a phrase": (HERON, '"on the jetty"'),
}


async def test_ctrl_k_finds_a_word_of_an_old_message_and_jumps_to_it(alice, seed):
    talk = {"title": "A long talk", "count": 240, "days": 9, "said": {"20": HERON}}
    conversation, _ = await seed(alice, talk, {"title": "Another"})
    chat = await alice.open()
    search = await Search(chat.page).open()
    await search.field.fill("heron")
    await expect(search.group("Messages")).to_have_count(1)
    await expect(search.lines.locator("mark")).to_have_text(["heron"])
    await expect(search.lines).to_contain_text("A long talk")
    await chat.page.keyboard.press("Enter")
    await expect(search.dialog).to_have_count(0)
    await expect(chat.page).to_have_url(re.compile(rf"/chat/{conversation}\?m="))
    found = chat.messages.filter(has_text=HERON)
    await expect(found).to_be_in_viewport()
    await expect(found).to_be_focused()
    await expect(found).to_have_class(re.compile("lit"))
    await expect(found).not_to_have_class(re.compile("lit"))
    await expect(chat.messages.last).not_to_be_in_viewport()
    await chat.page.reload()
    await expect(found).to_be_in_viewport()


async def test_the_same_conversation_is_walked_through_without_loading_it_anew(alice, seed):
    said = {"4": "The first heron.", "30": "The second heron."}
    (conversation,) = await seed(alice, {"title": "A talk", "count": 60, "said": said})
    chat = await alice.open(f"/chat/{conversation}")
    await expect(chat.messages.last).to_be_in_viewport()
    await chat.page.evaluate("window.same = true")
    for word in ("first", "second", "first"):
        search = await Search(chat.page).open()
        await search.field.fill(f"{word} heron")
        await search.group("Messages").click()
        await expect(chat.messages.filter(has_text=f"The {word} heron.")).to_be_in_viewport()
    assert await chat.page.evaluate("window.same")


@pytest.mark.parametrize(("said", "asked"), SCRIPTS.values(), ids=SCRIPTS)
async def test_every_script_is_searched_as_people_write_it(alice, seed, said, asked):
    await seed(alice, {"title": "A talk", "count": 3, "said": {"0": said}}, {"title": "Another"})
    search = await Search((await alice.open()).page).open()
    await search.field.fill(asked)
    await expect(search.group("Messages")).to_have_count(1)
    marked = "".join(await search.lines.locator("mark").all_inner_texts())
    assert len(marked) >= len(asked.replace('"', "").replace(" ", "")) - 2


async def test_a_title_leads_to_its_conversation(alice, seed):
    await seed(alice, {"title": "Herons of Norfolk"}, {"title": "Something else"})
    chat = await alice.open()
    await chat.page.get_by_test_id("search").click()
    search = Search(chat.page)
    await search.field.fill("norfolk")
    await search.group("Conversations").click()
    await chat.arrives()
    await expect(chat.page.get_by_role("heading", name="Herons of Norfolk")).to_be_visible()


async def test_everything_works_by_the_keyboard_alone(alice, seed):
    talks = [{"title": f"Talk {number}", "count": 4} for number in range(3)]
    await seed(alice, *talks)
    chat = await alice.open()
    await expect(chat.rows).to_have_count(3)
    await expect(chat.composer).to_be_focused()
    search = await Search(chat.page).open()
    await expect(search.group("Recent")).to_have_count(3)
    await search.field.press_sequentially("talk")
    await expect(search.group("Conversations")).to_have_count(3)
    await expect(search.dialog.get_by_role("status")).to_contain_text("Found 3 conversations")
    keys = chat.page.keyboard
    for key, at in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("ArrowDown", 0)):
        await keys.press(key)
        line = search.lines.nth(at) if at >= 0 else search.lines.last
        await expect(line).to_have_attribute("aria-selected", "true")
        await expect(line).to_be_in_viewport()
        active = await search.field.get_attribute("aria-activedescendant")
        assert await line.get_attribute("id") == active
    for _ in range(3):
        await keys.press("Tab")
        assert await chat.page.evaluate(STAYS)
    await keys.press("Escape")
    await expect(search.dialog).to_have_count(0)
    await expect(chat.composer).to_be_focused()


async def test_a_search_says_what_it_is_for_and_when_nothing_is_there(alice):
    search = await Search((await alice.open()).page).open()
    await expect(search.dialog).to_contain_text("Finds words in all your conversations")
    await search.field.fill("zebra")
    await expect(search.dialog).to_contain_text("Nothing found.")
    await expect(search.lines).to_have_count(0)


async def test_a_search_that_fails_says_so_and_can_be_tried_again(alice, seed):
    alice.forgiven = ["500"]
    await seed(alice, {"title": "Herons"})
    chat = await alice.open()
    search = await Search(chat.page).open()
    await chat.page.route("**/api/search", lambda route: route.fulfill(status=500))
    await search.field.fill("heron")
    await expect(search.dialog.get_by_role("alert")).to_contain_text("did not answer")
    await chat.page.unroute("**/api/search")
    await search.dialog.get_by_role("button", name="Try again").click()
    await expect(search.lines).to_have_count(1)


def asks_heron(request):
    return request.url.endswith("/api/search") and request.post_data_json == {"q": "heron"}


async def test_only_the_last_words_count_however_late_an_answer_comes(alice, seed):
    await seed(alice, {"title": "Herons"}, {"title": "Kites"})
    chat = await alice.open()
    search = await Search(chat.page).open()
    held = []

    async def hold(route):
        if asks_heron(route.request):
            held.append(route)
        else:
            await route.continue_()

    await chat.page.route("**/api/search", hold)
    async with chat.page.expect_request(asks_heron) as first:
        await search.field.fill("heron")
    await search.field.fill("kite")
    await expect(search.lines).to_have_text([re.compile("Kites")])
    assert "ABORTED" in (await first.value).failure


@pytest.mark.parametrize("shown", [2, 2_200])
async def test_a_message_of_another_branch_brings_its_branch_with_it(shown, alice, seed):
    await seed(alice, {"title": "A talk", "count": shown, "said": {"aside": HERON}})
    chat = await alice.open()
    search = await Search(chat.page).open()
    await search.field.fill("heron")
    await search.group("Messages").click()
    await chat.page.wait_for_url("**/chat/*")
    await expect(chat.said).to_have_text([HERON])
    await expect(chat.messages.first).to_be_focused()
    await expect(chat.version(chat.messages.first)).to_have_text("1/2")


async def test_an_archived_conversation_is_found_too(alice):
    chat = await alice.open()
    await chat.ask("Herons, please")
    await chat.choose("Herons, please", "Archive")
    await expect(chat.rows).to_have_count(0)
    search = await Search(chat.page).open()
    await search.field.fill("herons")
    await expect(search.group("Conversations")).to_contain_text(["Archived"])


async def test_nobody_finds_the_words_of_another(alice, bob, seed):
    await seed(alice, {"title": "Herons", "said": {"0": HERON}})
    search = await Search((await bob.open()).page).open()
    await search.field.fill("heron")
    await expect(search.dialog).to_contain_text("Nothing found.")


async def test_on_a_phone_it_fills_the_page_and_the_drawer_makes_way(person, app, seed):
    alice = await person(app.url, **PHONE, reduced_motion="reduce")
    (conversation,) = await seed(alice, {"title": "A talk", "count": 60, "said": {"2": HERON}})
    chat = await alice.open(f"/chat/{conversation}")
    await chat.page.get_by_role("button", name="Conversations").tap()
    await chat.page.get_by_test_id("search").tap()
    search = Search(chat.page)
    await search.field.fill("heron")
    await expect(search.lines).to_have_count(1)
    box = await search.dialog.bounding_box()
    assert [round(box[side]) for side in ("x", "y", "width", "height")] == [0, 0, 360, 740]
    for line in (search.lines.first, search.dialog.get_by_role("button")):
        assert (await line.bounding_box())["height"] >= 44
    await search.lines.first.tap()
    await expect(chat.messages.filter(has_text=HERON)).to_be_in_viewport()
    await expect(chat.rows).not_to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_it(person, app, seed, scheme):
    alice = await person(app.url, color_scheme=scheme, reduced_motion="reduce")
    await seed(alice, {"title": "Herons", "said": {"0": HERON}})
    search = await Search((await alice.open()).page).open()
    for words, count in (("", 1), ("heron", 2), ("zebra", 0)):
        await search.field.fill(words)
        await expect(search.lines).to_have_count(count)
        results = await Axe().run(search.page, context="dialog")
        serious = [each for each in results.response["violations"] if each["impact"] != "minor"]
        assert serious == []
