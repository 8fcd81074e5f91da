"""Files: attached in the chat, read by the model, taken along, deleted and brought back."""

import base64
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from assistant.services.attachments import AT_MOST
from assistant.services.file_kinds import UNKNOWN
from assistant.services.file_uploads import FILE_BYTES, TOO_LARGE
from tests.e2e.axe import serious_faults
from tests.e2e.pages import Chat
from tests.e2e.touch import fits
from tests.papers import pdf, png

GIVE = """
    ({ kind, name, type, bytes }) => {
        const data = new DataTransfer();
        const content = Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0));
        data.items.add(new File([content], name, { type }));
        const given = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
        const target = document.querySelector("[data-testid=composer]");
        const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
        const event = new Kind(kind, given);
        target.dispatchEvent(event);
        return event.defaultPrevented;
    }
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLAN = b"We meet in Zadar at noon."


def file(name: str, content: bytes = PLAN, media: str = "text/plain") -> dict:
    """A file as a person chooses it."""
    return {"name": name, "mimeType": media, "buffer": content}


async def give(page: Page, kind: str, name: str, content: bytes, media: str = "text/plain") -> bool:
    """Drag, drop or paste a file onto the composer. Whether the page takes it."""
    told = base64.b64encode(content).decode()
    return await page.evaluate(GIVE, {"kind": kind, "name": name, "type": media, "bytes": told})


async def choose(chat: Chat, *files: dict) -> None:
    """Choose files in the window that the paperclip opens."""
    async with chat.page.expect_file_chooser() as opening:
        await chat.attach.click()
    await (await opening.value).set_files(list(files))


async def attach(chat: Chat, *files: dict) -> None:
    """Choose files, and wait until they are there."""
    await choose(chat, *files)
    await expect(chat.chips.and_(chat.page.locator("[data-state=done]"))).to_have_count(len(files))


async def settings_of(person) -> Page:
    """A tab with the person's files in the settings."""
    page = (await (await person.open("/settings")).listens()).page
    await expect(page.get_by_test_id("room")).to_be_visible()
    return page


def asked(vendors) -> str:
    """All that the vendors were asked, as one text."""
    return str([seen.body for seen in vendors.requests])


async def test_a_chosen_file_is_sent_with_the_words_and_the_model_reads_it(alice, vendors):
    chat = await alice.open()
    await attach(chat, file("plan.txt"), file("terms.pdf", pdf("Zagreb"), "application/pdf"))
    await expect(chat.chips).to_contain_text(["plan.txt", "terms.pdf"])
    vendors.requests.clear()
    await chat.ask("Where do we meet?")
    await expect(chat.chips).to_have_count(0)
    await expect(chat.sent_files).to_contain_text(["plan.txt", "terms.pdf"])
    await expect(chat.said).to_have_text("Where do we meet?")
    assert PLAN.decode() in asked(vendors)
    assert "Zagreb" in asked(vendors)
    await chat.page.reload()
    await expect(chat.sent_files).to_contain_text(["plan.txt", "terms.pdf"])


async def test_what_is_dropped_or_pasted_is_attached(alice, vendors):
    chat = await (await alice.open()).listens()
    area = chat.page.get_by_test_id("drop-area")
    assert await give(chat.page, "dragover", "a.txt", PLAN)
    await expect(area).to_be_visible()
    assert await give(chat.page, "drop", "dropped.txt", PLAN)
    await expect(area).to_have_count(0)
    assert await give(chat.page, "paste", "image.png", png(), "image/png")
    await expect(chat.chips).to_contain_text(["dropped.txt", "image.png"])
    await expect(chat.chips.last.locator("img")).to_have_js_property("complete", value=True)
    vendors.requests.clear()
    await chat.send.click()
    await chat.ends("done")
    await expect(chat.said).to_have_count(0)
    await expect(chat.sent_files).to_contain_text(["dropped.txt", "image.png"])
    await expect(chat.row("dropped.txt, image.png")).to_be_visible()
    assert PLAN.decode() in asked(vendors)


async def test_files_wait_with_the_draft_through_a_reload_and_go_with_the_next_words(
    alice, vendors
):
    chat = await alice.open()
    await attach(chat, file("plan.txt"), file("other.txt", b"other"))
    await chat.composer.fill("Where")
    await chat.page.get_by_role("button", name="Remove other.txt").click()
    await expect(chat.composer).to_be_focused()
    await chat.page.reload()
    await expect(chat.chips).to_contain_text(["plan.txt"])
    await expect(chat.composer).to_have_value("Where")
    vendors.requests.clear()
    await chat.ask("Where do we meet?")
    assert PLAN.decode() in asked(vendors)
    await chat.page.reload()
    await expect(chat.sent_files).to_have_count(1)
    await expect(chat.chips).to_have_count(0)


async def test_what_is_too_large_or_of_a_wrong_kind_says_so_and_keeps_the_message(alice):
    alice.forgiven.append("422")
    chat = await (await alice.open()).listens()
    await choose(
        chat,
        file("large.txt", b"x" * (FILE_BYTES + 1)),
        file("a.exe", b"MZ\x90\0"),
        file("plan.txt"),
    )
    large, program, plan = [chat.chips.filter(has_text=n) for n in ("large", "a.exe", "plan")]
    await expect(large).to_contain_text(TOO_LARGE)
    await expect(program).to_contain_text(UNKNOWN)
    await expect(plan).to_have_attribute("data-state", "done")
    await expect(large.get_by_role("button", name="Try again")).to_have_count(0)
    await chat.say("Read it")
    await expect(chat.page.get_by_text("2 files were not uploaded.")).to_be_visible()
    await expect(chat.messages).to_have_count(0)
    for name in ("large.txt", "a.exe"):
        await chat.page.get_by_role("button", name=f"Remove {name}").click()
    await expect(chat.page.get_by_text("2 files were not uploaded.")).to_have_count(0)
    await chat.send.click()
    await chat.ends("done")
    await expect(chat.sent_files).to_contain_text(["plan.txt"])


async def test_more_files_than_a_message_takes_are_left_out(alice):
    chat = await (await alice.open()).listens()
    await choose(chat, *[file(f"{at}.txt") for at in range(AT_MOST + 2)])
    await expect(chat.chips).to_have_count(AT_MOST)
    told = f"A message takes {AT_MOST} files: 2 were left out."
    await expect(chat.page.get_by_text(told)).to_be_visible()
    await expect(chat.chips.last).to_have_attribute("data-state", "done")


async def test_while_a_file_is_on_its_way_send_waits_and_a_lost_network_can_be_tried_again(alice):
    alice.forgiven.append("ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load")
    chat = await (await alice.open()).listens()
    held = []
    pattern = "**/api/files"
    await chat.page.route(pattern, lambda route: held.append(route))
    await choose(chat, file("plan.txt"))
    await expect(chat.chips).to_have_attribute("data-state", "sending")
    await expect(chat.send).to_have_attribute("aria-label", re.compile("Waiting for a file"))
    await chat.say("Read it")
    await expect(chat.page.get_by_text("Waiting for a file to be uploaded.")).to_be_visible()
    await expect(chat.composer).to_have_value("Read it")
    await held.pop().abort("internetdisconnected")
    await expect(chat.chips).to_contain_text("The server does not answer")
    await chat.page.unroute(pattern)
    await chat.chips.get_by_role("button", name="Try again").click()
    await expect(chat.chips).to_have_attribute("data-state", "done")
    await chat.send.click()
    await chat.ends("done")
    await expect(chat.sent_files).to_contain_text(["plan.txt"])


async def test_a_refused_message_gives_its_files_back(alice):
    chat = await alice.open()
    await attach(chat, file("plan.txt"), file("gone.txt"))
    page = await settings_of(alice)
    await page.get_by_role("button", name="Delete gone.txt").click()
    await expect(page.get_by_text("gone.txt is deleted.")).to_be_visible()
    await chat.say("Read them")
    await expect(chat.page.get_by_text("A file beside your words is not there any")).to_be_visible()
    await expect(chat.composer).to_have_value("Read them")
    await expect(chat.chips).to_contain_text(["plan.txt", "gone.txt"])
    alice.forgiven.append("404")
    await chat.page.get_by_role("button", name="Remove gone.txt").click()
    await chat.send.click()
    await chat.ends("done")
    await expect(chat.sent_files).to_contain_text(["plan.txt"])


async def test_a_file_of_a_message_is_downloaded_as_it_came_and_says_when_it_is_deleted(
    alice, tmp_path: Path
):
    content = pdf("Zadar")
    chat = await alice.open()
    await attach(chat, file("terms & <plan>.pdf", content, "application/pdf"))
    await chat.ask("Keep it")
    async with chat.page.expect_download() as coming:
        await chat.sent_files.click()
    got = await coming.value
    await got.save_as(tmp_path / "got.pdf")
    assert (tmp_path / "got.pdf").read_bytes() == content
    page = await settings_of(alice)
    await page.get_by_role("button", name="Delete terms").click()
    await expect(page.get_by_text("There are no files yet.")).to_be_visible()
    alice.forgiven.append("404")
    await chat.sent_files.click()
    await expect(chat.sent_files).to_contain_text("Deleted, so it cannot be downloaded")
    assert chat.page.url.endswith(f"/chat/{chat.id}")


async def test_a_deleted_file_is_brought_back_in_the_settings(alice):
    chat = await alice.open()
    await attach(chat, file("plan.txt"), file("b.txt", b"b"))
    page = await settings_of(alice)
    files = page.get_by_test_id("stored-files").get_by_test_id("stored-file")
    await expect(files).to_contain_text(["b.txt", "plan.txt"])
    await expect(page.get_by_test_id("room")).to_contain_text("26 bytes of 5 GB used in 2 files")
    await page.get_by_role("button", name="Delete plan.txt").click()
    await expect(page.get_by_test_id("room")).to_contain_text("1 byte of 5 GB used in 1 file")
    await page.get_by_text("Deleted (1)").click()
    assert await serious_faults(page) == []
    await page.get_by_role("button", name="Bring back plan.txt").click()
    await expect(page.get_by_text("plan.txt is back.")).to_be_visible()
    await expect(files).to_contain_text(["b.txt", "plan.txt"])


async def test_the_last_message_is_recalled_with_its_files_and_answered_anew_with_them(
    alice, vendors
):
    chat = await alice.open()
    await attach(chat, file("plan.txt"))
    await chat.ask("Where?")
    await chat.composer.press("ArrowUp")
    await expect(chat.composer).to_have_value("Where?")
    await expect(chat.chips).to_contain_text(["plan.txt"])
    vendors.requests.clear()
    await chat.ask("Where, again?")
    await expect(chat.sent_files).to_have_count(2)
    assert asked(vendors).count(PLAN.decode()) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_files_are_accessible(person, app, scheme):
    alice = await person(app.url, color_scheme=scheme, reduced_motion="reduce")
    alice.forgiven.append("422")
    chat = await alice.open()
    await attach(chat, file("plan.txt"), file("a.png", png(), "image/png"))
    await chat.ask("Keep them")
    await choose(chat, file("a.exe", b"MZ\x90\0"), file("more.txt"))
    await expect(chat.chips.last).to_have_attribute("data-state", "done")
    assert await serious_faults(chat.page) == []


@pytest.mark.parametrize("width", [360, 390])
async def test_files_fit_a_phone(person, app, width):
    alice = await person(app.url, **PHONE | {"viewport": {"width": width, "height": 780}})
    alice.forgiven.append("422")
    chat = await (await alice.open()).listens()
    long = f"{'a long name for a file ' * 5}.txt"
    await choose(chat, file(long), file("a.exe", b"MZ\x90\0"))
    await expect(chat.chips.last).to_have_attribute("data-state", "failed")
    await expect(chat.chips.first).to_have_attribute("data-state", "done")
    await fits(chat.page)
    await chat.page.get_by_role("button", name="Remove a.exe").tap()
    await chat.send.tap()
    await chat.ends("done")
    await fits(chat.page)
    page = await settings_of(alice)
    await expect(page.get_by_test_id("stored-file")).to_have_count(1)
    await fits(page)
