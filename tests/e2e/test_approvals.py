"""A call that destroys something waits for its user: on a card, in each tab, for days."""

import pytest
from playwright.async_api import expect

from tests.e2e.axe import serious_faults
from tests.e2e.pages import Card, Chat
from tests.e2e.touch import fits

TITLE = "Shopping"
LINE = f"Delete the note “{TITLE}”"
PHONES = [{"width": 360, "height": 740}, {"width": 390, "height": 844}]


async def keeps(chat: Chat, title: str = TITLE) -> str:
    """The assistant writes a note of this title; its id."""
    before = await chat.answers.count()
    await chat.composer.fill(f'Keep this. [[tool=create_note title="{title}" text="Milk"]]')
    await chat.send.click()
    await expect(chat.answers).to_have_count(before + 1)
    await chat.ends("done")
    await chat.arrives()
    said = await chat.words.last.inner_text()
    return said.partition("Kept as note ")[2].removesuffix(".")


async def wants_to_delete(chat: Chat, *ids: str) -> Card:
    """The assistant asks to delete these notes."""
    calls = " ".join(f"[[tool=delete_note note_id={each}]]" for each in ids)
    await chat.composer.fill(f"Delete them. {calls}")
    await chat.send.click()
    await chat.ends("waiting")
    await chat.arrives()
    return Card(chat.page)


async def goes_on(chat: Chat, answers: int = 3) -> None:
    """The answer that waited is over, and what follows it."""
    await expect(chat.answers).to_have_count(answers)
    await chat.ends("done")


async def notes(chat: Chat) -> str:
    """What the assistant finds when it looks for all notes."""
    await chat.ask("What is there? [[tool=search_notes]]")
    return await chat.words.last.inner_text()


@pytest.fixture
async def chat(alice) -> Chat:
    """A conversation of Alice's."""
    return await alice.open()


async def test_what_is_allowed_is_done_and_the_answer_goes_on(chat):
    card = await wants_to_delete(chat, await keeps(chat))
    await expect(card.frame).to_have_attribute("data-tool", "delete_note")
    await expect(card.frame).to_contain_text(f"{LINE}Waits for you. Nothing has been deleted.")
    await expect(card.targets).to_contain_text(f"Note{TITLE}")
    await card.allow.click()
    await card.is_gone()
    await goes_on(chat)
    await expect(chat.words.last).to_have_text(f"The tool says: The note “{TITLE}” is deleted.")
    await expect(chat.tools.last).to_contain_text(f"{LINE} · Allowed by you · done")
    await expect(chat.tools.last).not_to_contain_text("0.0 s")
    await chat.tools.last.get_by_role("button").click()
    await expect(chat.tools.last.locator("dd").last).to_have_text(f"The note “{TITLE}” is deleted.")
    assert "There are no notes yet." in await notes(chat)


async def test_what_was_done_is_undone_from_its_line(chat):
    card = await wants_to_delete(chat, await keeps(chat))
    await card.allow.click()
    await goes_on(chat)
    undo = chat.page.get_by_test_id("undo-call")
    await expect(undo).to_have_count(2)
    await undo.last.click()
    await expect(undo).to_have_count(1)
    await expect(chat.tools.last).to_contain_text("Allowed by you · done, then undone")
    await expect(chat.tools.last.get_by_role("button")).to_be_focused()
    assert TITLE in await notes(chat)


async def test_what_was_done_without_asking_is_undone_from_its_line_too(chat):
    await keeps(chat)
    undo = chat.page.get_by_test_id("undo-call")
    await undo.focus()
    await undo.press("Enter")
    await expect(undo).to_have_count(0)
    await expect(chat.tools.last).to_contain_text("Wrote a note")
    await expect(chat.tools.last).to_contain_text("· undone")
    await expect(chat.tools.last.get_by_role("button")).to_be_focused()
    await chat.page.reload()
    await expect(chat.tools.last).to_contain_text("· undone")
    assert "There are no notes yet." in await notes(chat)


async def test_what_is_refused_stays_and_the_model_reads_why(chat):
    card = await wants_to_delete(chat, await keeps(chat))
    await card.reason.fill("I still need it")
    await card.deny.click()
    await card.is_gone()
    await goes_on(chat)
    await expect(chat.words.last).to_contain_text("The reason that they gave: I still need it")
    await expect(chat.tools.last).to_contain_text(f"{LINE} · Refused by you: I still need it")
    assert TITLE in await notes(chat)


async def test_a_card_and_what_was_typed_outlive_a_reload_and_the_answer_goes_on(chat):
    card = await wants_to_delete(chat, await keeps(chat))
    await card.reason.fill("Not yet")
    await card.edit.click()
    await card.field("note_id").fill("half")
    await chat.page.reload()
    await expect(card.reason).to_have_value("Not yet")
    await expect(card.field("note_id")).to_have_value("half")
    await card.edit.click()
    await card.allow.click()
    await expect(chat.words.last).to_contain_text("is deleted.")
    await chat.page.reload()
    await expect(chat.tools.last).to_contain_text("Allowed by you · done")
    await expect(card.frame).to_have_count(0)


async def test_a_decision_in_one_tab_changes_the_other(alice, chat):
    card = await wants_to_delete(chat, await keeps(chat))
    other = await alice.open(f"/chat/{chat.id}")
    await expect(Card(other.page).frame).to_be_visible()
    await card.deny.click()
    await Card(other.page).is_gone()
    await expect(other.tools.last).to_contain_text("Refused by you")
    await other.ends("done")


async def test_a_decision_that_comes_too_late_is_told(alice, chat):
    alice.forgiven = ["422", "ERR_FAILED"]
    card = await wants_to_delete(chat, await keeps(chat))
    (told,) = (await (await alice.get("/api/approvals")).json())["waiting"]
    await chat.page.route("**/messages?*", lambda route: route.abort())  # it hears of nothing
    assert (await alice.post(f"/api/approvals/{told['id']}", {"verdict": "deny"})).ok
    await card.allow.click()
    await expect(card.problem).to_have_text("This has been refused already.")
    await chat.page.unroute_all()
    await chat.page.reload()
    await expect(chat.tools.last).to_contain_text("Refused by you")


async def test_what_was_edited_is_what_is_done(chat):
    kept, other = await keeps(chat), await keeps(chat, "Old")
    card = await wants_to_delete(chat, kept)
    await card.edit.click()
    await expect(card.field("note_id")).to_be_focused()
    await card.field("note_id").fill(other)
    await card.allow.click()
    await card.is_gone()
    await goes_on(chat, 4)
    await expect(chat.words.last).to_contain_text("The note “Old” is deleted.")
    await expect(chat.tools.last).to_contain_text("Delete the note “Old” · Allowed by you")
    assert TITLE in await notes(chat)


async def test_a_change_that_cannot_be_done_is_said_on_the_card_and_kept(alice, chat):
    alice.forgiven = ["422"]
    card = await wants_to_delete(chat, await keeps(chat))
    await card.edit.click()
    await card.field("note_id").fill("none")
    await card.allow.click()
    await expect(card.problem).to_contain_text("Nothing was done; mend it and allow it again.")
    await expect(card.field("note_id")).to_have_value("none")
    await expect(card.allow).to_have_text("Allow once")


async def test_without_a_network_nothing_typed_is_lost(alice, chat):
    alice.forgiven = ["ERR_INTERNET_DISCONNECTED", "WebSocket"]
    card = await wants_to_delete(chat, await keeps(chat))
    await card.reason.fill("Not now")
    await alice.context.set_offline(True)
    await card.deny.click()
    await expect(card.problem).to_contain_text("What you wrote is kept; try again")
    await expect(card.reason).to_have_value("Not now")
    await alice.context.set_offline(False)
    await card.deny.click()
    await expect(chat.tools.last).to_contain_text("Refused by you: Not now")


async def test_enter_never_allows_and_space_does(chat):
    card = await wants_to_delete(chat, await keeps(chat))
    await expect(chat.page.locator("[data-testid=approve]:focus")).to_have_count(0)
    await card.reason.press("Enter")
    await card.edit.click()
    await card.field("note_id").press("Enter")
    await card.edit.click()
    await card.allow.press("Enter")
    await expect(card.frame).to_contain_text("Enter never allows anything.")
    await chat.composer.fill("No more of that.")
    await expect(card.frame).to_have_attribute("data-status", "pending")
    await card.allow.press("Space")
    await card.is_gone()
    await expect(chat.tools.last.get_by_role("button")).to_be_focused()


async def test_a_conversation_whose_user_has_said_so_asks_no_more(chat):
    first, second = await keeps(chat), await keeps(chat, "Old")
    card = await wants_to_delete(chat, first)
    await card.scope.select_option("conversation")
    await expect(card.allow).to_have_text("Allow in this conversation")
    await card.allow.click()
    await goes_on(chat, 4)
    await chat.say(f"And that. [[tool=delete_note note_id={second}]]")
    await expect(chat.tools.last).to_contain_text("Allowed by a permission of yours · done")


async def test_several_that_wait_are_listed_and_found_each_in_its_conversation(alice, chat):
    await wants_to_delete(chat, await keeps(chat), await keeps(chat, "Old"))
    other = await alice.open()
    await wants_to_delete(other, await keeps(other, "Third"))
    count = other.page.get_by_test_id("waiting")
    await expect(count).to_contain_text("3")
    await count.click()
    lines = other.page.get_by_test_id("waiting-line")
    await expect(lines).to_have_count(3)
    await lines.first.click()
    await expect(other.page).to_have_url(f"{alice.url}/chat/{chat.id}?m={await _last(alice, chat)}")
    cards = other.page.get_by_test_id("approval")
    await expect(cards).to_have_count(2)
    await cards.first.get_by_test_id("deny").click()
    await expect(count).to_contain_text("2")
    await expect(cards).to_have_count(1)
    await other.ends("waiting")
    await cards.get_by_test_id("deny").click()
    await other.ends("done")
    await expect(lines).to_have_count(1)


async def _last(alice, chat):
    return (await alice.stored(chat))[-1]["id"]


async def test_signs_that_hide_are_shown(chat):
    note = await keeps(chat, "Shop\u200bping\u202e")
    card = await wants_to_delete(chat, note)
    shown = "Shop\u2039U+200B\u203aping\u2039U+202E\u203a"
    await expect(card.frame).to_contain_text(f"Delete the note “{shown}”")
    await expect(card.targets).to_contain_text(shown)


@pytest.mark.parametrize("size", PHONES, ids=lambda size: str(size["width"]))
async def test_a_card_fits_a_phone(person, app, size):
    alice = await person(app.url, viewport=size, has_touch=True, is_mobile=True)
    chat = await alice.open()
    card = await wants_to_delete(chat, await keeps(chat))
    await fits(chat.page)
    await card.edit.tap()
    await fits(chat.page)
    await card.allow.tap()
    await card.is_gone()
    await expect(chat.words.last).to_contain_text("is deleted.")
    await fits(chat.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_a_card(person, app, scheme):
    alice = await person(app.url, color_scheme=scheme, reduced_motion="reduce")
    chat = await alice.open()
    card = await wants_to_delete(chat, await keeps(chat))
    await chat.page.get_by_test_id("waiting").click()
    assert await serious_faults(chat.page) == []
    await card.edit.click()
    await card.scope.select_option("always")
    assert await serious_faults(chat.page) == []
    await card.deny.click()
    await card.is_gone()
    assert await serious_faults(chat.page) == []
