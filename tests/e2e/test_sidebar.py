"""The list of conversations: named, put away, brought back, and walked through."""

from datetime import UTC, datetime

from playwright.async_api import expect


async def test_a_title_comes_by_itself_and_a_new_chat_has_no_row(alice):
    chat = await alice.open()
    await expect(chat.page.get_by_text("Your conversations will stand here")).to_be_visible()
    await expect(chat.rows).to_have_count(0)
    await chat.ask("Plan a trip to Lisbon in the spring, by train.")
    await expect(chat.page.get_by_text("Your conversations will stand here")).to_have_count(0)
    await expect(chat.rows).to_have_text(["Plan a trip to"])
    await chat.page.get_by_test_id("new-chat").click()
    await expect(chat.composer).to_be_focused()
    await expect(chat.rows).to_have_count(1)


async def test_renaming_is_kept_by_enter_and_dropped_by_escape(alice):
    chat = await alice.open()
    await chat.ask("Rename me")
    field = chat.page.get_by_label("Title of the conversation")
    await chat.choose("Rename me", "Rename")
    await expect(field).to_be_focused()
    await field.fill("My own name")
    await field.press("Enter")
    await expect(chat.rows).to_have_text(["My own name"])
    await chat.choose("My own name", "Rename")
    await field.fill("Another name")
    await field.press("Escape")
    await expect(chat.rows).to_have_text(["My own name"])
    await chat.page.reload()
    await expect(chat.rows).to_have_text(["My own name"])


async def test_a_conversation_goes_to_the_archive_and_comes_back(alice):
    chat = await alice.open()
    await chat.ask("Put me away")
    await chat.choose("Put me away", "Archive")
    await expect(chat.rows).to_have_count(0)
    await chat.page.get_by_role("button", name="Show archive").click()
    await expect(chat.rows).to_have_count(1)
    await chat.choose("Put me away", "Put back")
    await chat.page.get_by_role("button", name="Hide archive").click()
    await expect(chat.rows).to_have_count(1)


async def test_a_deletion_can_be_taken_back(alice):
    chat = await alice.open()
    await chat.ask("Delete me")
    address = chat.page.url
    await chat.choose("Delete me", "Delete")
    await expect(chat.rows).to_have_count(0)
    await expect(chat.messages).to_have_count(0)
    over, below = await chat.toast.bounding_box(), await chat.composer.bounding_box()
    assert abs(over["x"] + over["width"] / 2 - below["x"] - below["width"] / 2) < 8
    await chat.toast.get_by_role("button", name="Undo").click()
    await expect(chat.page).to_have_url(address)
    await expect(chat.said).to_have_text("Delete me")
    await expect(chat.rows).to_have_count(1)


async def test_what_is_deleted_and_taken_back_goes_and_comes_in_the_other_tab(alice):
    chat = await alice.open()
    await chat.ask("Precious words")
    other = await alice.open(f"/chat/{chat.id}")
    await expect(other.answers).to_have_count(1)
    await chat.page.bring_to_front()
    await chat.choose("Precious words", "Delete")
    await expect(other.page.locator(".vacant")).to_contain_text("does not exist")
    await chat.page.get_by_role("button", name="Undo").click()
    await expect(other.said).to_have_text("Precious words")
    await other.ask("Are you there again?")


async def test_a_deleted_conversation_is_gone(alice):
    alice.forgiven = ["404"]
    chat = await alice.open()
    await chat.ask("Delete me")
    address = chat.page.url
    await chat.choose("Delete me", "Delete")
    await expect(chat.rows).to_have_count(0)
    await chat.page.goto(address)
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()


async def test_conversations_are_grouped_by_age(person, app, seed):
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"  # where no day ends while this lasts
    alice = await person(app.url, timezone_id=noon)
    ages = {"now": 0, "a day": 1, "a week": 6, "a month": 20, "long": 90}
    await seed(alice, *({"title": title, "days": days} for title, days in ages.items()))
    chat = await alice.open()
    await expect(chat.page.locator(".sidebar .group-label")).to_have_text(
        ["Today", "Yesterday", "Previous 7 days", "Previous 30 days", "Older"]
    )
    await expect(chat.rows).to_have_text(["now", "a day", "a week", "a month", "long"])


async def test_back_and_forward_walk_between_conversations(alice):
    chat = await alice.open()
    await chat.ask("the first")
    first = chat.page.url
    await chat.page.keyboard.press("Control+Shift+O")
    await expect(chat.messages).to_have_count(0)
    await chat.ask("the second")
    second = chat.page.url
    await chat.row("the first").click()
    await expect(chat.said).to_have_text("the first")
    await chat.page.go_back()
    await expect(chat.page).to_have_url(second)
    await expect(chat.said).to_have_text("the second")
    await chat.page.go_forward()
    await expect(chat.page).to_have_url(first)
    await expect(chat.said).to_have_text("the first")
    await expect(chat.row("the first")).to_have_attribute("aria-current", "page")
