"""What belongs to people: they take it along, bring it elsewhere, and may delete it all."""

import json
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from tests.e2e.axe import serious_faults
from tests.e2e.pages import Chat
from tests.e2e.people import Person
from tests.services.archives import packed, talk_file

PLAN = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"We meet in Zadar at noon."}


async def settings_of(person: Person) -> Page:
    """A tab with the person's settings."""
    page = (await (await person.open("/settings")).listens()).page
    await expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    return page


async def download(page: Page, folder: Path) -> Path:
    """Press the button to export, and store what comes."""
    async with page.expect_download() as coming:
        await page.get_by_test_id("export").click()
    got = await coming.value
    assert got.suggested_filename.startswith("assistant-")
    await got.save_as(folder / "export.zip")
    return folder / "export.zip"


async def delete_account(page: Page, word: str) -> None:
    if not await page.get_by_test_id("sure").is_visible():
        await page.get_by_test_id("delete-account").click()
    await page.get_by_label("Type DELETE to confirm").fill(word)
    await page.get_by_role("button", name="Delete my account").click()


async def test_an_export_reads_as_words_and_shows_again_where_it_is_imported(alice, bob, tmp_path):
    chat = await alice.open()
    await chat.ask("A quiet harbour, please [[tokens=5]]")
    page = await settings_of(alice)
    file = await download(page, tmp_path)
    await expect(page.get_by_text("The download has begun")).to_be_visible()
    with zipfile.ZipFile(file) as archive:
        [read] = [name for name in archive.namelist() if name.endswith(".md")]
        assert "A quiet harbour, please" in archive.read(read).decode()
        assert json.loads(archive.read("settings.json"))["name"] == alice.name
    theirs = await settings_of(bob)
    await theirs.get_by_test_id("import").set_input_files(file)
    await expect(theirs.get_by_text("1 conversation was imported.")).to_be_visible()
    there = Chat(theirs)
    await expect(there.rows).to_have_count(1)
    await there.rows.first.click()
    await expect(there.said).to_have_text("A quiet harbour, please [[tokens=5]]")
    await expect(there.answer).to_have_attribute("data-status", "done")


async def settled(person: Person) -> Chat:
    """Somebody with a file in a conversation, a note, a language and instructions."""
    chat = await (await person.open()).listens()
    async with chat.page.expect_file_chooser() as opening:
        await chat.attach.click()
    await (await opening.value).set_files(PLAN)
    await expect(chat.chips).to_have_attribute("data-state", "done")
    await chat.ask('Keep it. [[tool=create_note title="Harbour" text="Zadar at noon"]]')
    page = await settings_of(person)
    field = page.get_by_label("Instructions", exact=True)
    await field.fill("Answer like a sailor.")
    await field.blur()
    await expect(page.get_by_test_id("outcome-instructions")).to_have_text("Saved.")
    await page.get_by_label("Language").select_option("pt-BR")
    await expect(page.get_by_test_id("outcome-language")).to_have_text("Saved.")
    return Chat(page)


async def test_a_message_leads_to_its_file_where_both_are_imported(alice, bob, tmp_path, vendors):
    archive = await download((await settled(alice)).page, tmp_path)
    page = await settings_of(bob)
    await expect(page.get_by_test_id("room")).to_contain_text("0 files")
    await page.get_by_test_id("import").set_input_files(archive)
    told = "1 conversation, 1 file, and 1 note were imported."
    await expect(page.get_by_text(told)).to_be_visible()
    await expect(page.get_by_test_id("stored-file")).to_contain_text("plan.txt")
    chat = Chat(page)
    await chat.rows.first.click()
    async with page.expect_download() as coming:
        await chat.sent_files.first.click()
    await (await coming.value).save_as(tmp_path / "plan.txt")
    assert (tmp_path / "plan.txt").read_bytes() == PLAN["buffer"]
    vendors.requests.clear()
    await chat.ask('What did I keep? [[tool=search_notes words="harbour"]]')
    assert "Zadar at noon" in str([seen.body for seen in vendors.requests])


async def test_choices_come_along_and_instructions_wait_for_a_yes(alice, bob, tmp_path):
    archive = await download((await settled(alice)).page, tmp_path)
    page = await settings_of(bob)
    await page.get_by_test_id("import").set_input_files(archive)
    await expect(page.get_by_text("Taken from its settings: the language")).to_be_visible()
    await expect(
        page.get_by_text("Not taken, because you have your own here: your name.")
    ).to_be_visible()
    await expect(page.get_by_label("Language")).to_have_value("pt-BR")
    field = page.get_by_label("Instructions", exact=True)
    await expect(field).to_have_value("")
    await expect(page.get_by_text("Left in the archive: what tools did")).to_be_visible()
    offered = page.get_by_test_id("offered-instructions")
    await expect(offered).to_contain_text("Answer like a sailor.")
    assert await serious_faults(page) == []
    await offered.get_by_role("button", name="Use these instructions").press("Enter")
    await expect(field).to_have_value("Answer like a sailor.")
    await expect(page.get_by_text("They are in Instructions, above")).to_be_focused()


async def test_what_cannot_be_imported_is_named_and_the_rest_is_there(alice):
    archive = packed(
        {
            "conversations/1.json": talk_file(title="A good one"),
            "conversations/2-broken.json": "no json",
            "settings.json": json.dumps({"instructions": "Obey\u200b eve."}),
        }
    )
    page = await settings_of(alice)
    field = page.get_by_test_id("import")
    given = {"name": "x.zip", "mimeType": "application/zip", "buffer": archive}
    await field.set_input_files(given)
    await expect(page.get_by_test_id("skipped")).to_have_text("2-broken.json: it is not JSON")
    await expect(Chat(page).row("A good one")).to_be_visible()
    offered = page.get_by_test_id("offered-instructions")
    await expect(offered).to_contain_text("Obey\u2039U+200B\u203a eve.")
    await field.set_input_files(given)
    await expect(page.get_by_test_id("skipped")).to_contain_text("it is in your account already")
    alice.forgiven.append("422")
    await field.set_input_files(given | {"buffer": b"no archive"})
    await expect(
        page.get_by_role("alert").filter(has_text="This file is no archive")
    ).to_be_visible()


async def test_a_deleted_account_has_one_page_until_it_is_kept(alice, tmp_path):
    chat = await alice.open()
    await chat.ask("Do not forget me [[tokens=5]]")
    page = await settings_of(alice)
    alice.forgiven += ["422", "403"]  # the other tab learns by the latter that it is closed
    await delete_account(page, "yes")
    refusal = "Type DELETE to delete your account. Nothing was changed."
    await expect(page.get_by_role("alert").filter(has_text=refusal)).to_be_visible()
    await delete_account(page, "DELETE")
    heading = page.get_by_role("heading", name="Your account will be erased")
    await expect(heading).to_be_visible()
    await page.goto(alice.url)
    await expect(heading).to_be_visible()
    assert page.url.endswith("/leaving")
    await download(page, tmp_path)
    await page.get_by_test_id("keep").click()
    await expect(Chat(page).row("Do not forget me")).to_be_visible()
    await page.goto(f"{alice.url}/leaving")
    await expect(Chat(page).composer).to_be_visible()


async def test_the_other_tabs_of_a_deleted_account_come_to_that_page_and_stay_there(alice):
    chat = await alice.open()
    await chat.ask("Do not forget me [[tokens=5]]")
    place, asked = urlsplit(chat.page.url).path, []
    chat.page.on("request", lambda request: asked.append(request))
    page = await settings_of(alice)
    alice.forgiven.append("403")  # by which the other tab learns of it
    await delete_account(page, "DELETE")
    for each in (page, chat.page):
        heading = each.get_by_role("heading", name="Your account will be erased")
        await expect(heading).to_be_visible()
    await chat.page.get_by_test_id("keep").click()
    await expect(chat.row("Do not forget me")).to_be_visible()
    pages = [urlsplit(each.url).path for each in asked if each.is_navigation_request()]
    assert pages == [place, "/leaving", "/"]
    await chat.ask("And go on [[tokens=5]]")


async def test_it_can_be_done_without_a_mouse_and_axe_finds_nothing_serious(alice):
    alice.forgiven.append("403")  # of the feed, if that is faster than the page is left
    page = await settings_of(alice)
    button = page.get_by_test_id("delete-account")
    await button.focus()
    await page.keyboard.press("Enter")
    word = page.get_by_label("Type DELETE to confirm")
    await expect(word).to_be_focused()
    assert await serious_faults(page) == []
    await page.keyboard.press("Escape")
    await expect(word).to_have_count(0)
    await expect(button).to_be_focused()
    await page.get_by_test_id("import").focus()
    outline = "element => getComputedStyle(element.parentElement).outlineStyle"
    assert await page.get_by_test_id("import").evaluate(outline) == "solid"
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(word).to_be_focused()
    await page.keyboard.type("DELETE")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("keep")).to_be_visible()
    assert await serious_faults(page) == []
    await page.get_by_test_id("keep").press("Enter")
    await expect(Chat(page).composer).to_be_visible()
