"""A mail that was allowed waits ten seconds, in which it can be taken back."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.pages import Card, Chat, Connections
from tests.servers.imap import PASSWORD, USER


async def wants_to_send(chat: Chat, subject: str) -> Card:
    """The assistant asks to send a mail of this subject to Bob."""
    call = f"""[[tool=send_email 'to:=["bob@example.com"]' subject={subject} text="See you."]]"""
    before = await chat.answers.count()
    await chat.say(f"Write to Bob. {call}")
    await expect(chat.answers).to_have_count(before + 1)
    await chat.ends("waiting")
    return Card(chat.page)


async def is_allowed(card: Card) -> Locator:
    """It counts down; the button, under the user's hand, that takes it back."""
    await card.allow.press("Space")
    await expect(card.frame.get_by_role("timer")).to_have_text(re.compile(r"^It is done in \d+ s$"))
    undo = card.frame.get_by_test_id("undo")
    await expect(undo).to_be_focused()
    return undo


@pytest.fixture
async def chat(ann, outside) -> Chat:
    """A conversation of somebody who has connected a mailbox in the settings."""
    settings = (await ann.open("/settings")).page
    ports = outside.imap.tls_port, outside.smtp.tls_port
    await Connections(settings).connect_mailbox(USER, PASSWORD, *ports)
    await expect(settings.get_by_test_id("connection")).to_contain_text("Works")
    return await ann.open()


async def test_what_is_taken_back_is_never_sent_and_what_is_not_is_sent_once(outside, chat):
    card = await wants_to_send(chat, "Early")
    await expect(card.frame).to_contain_text("Send “Early” to bob@example.com")
    undo = await is_allowed(card)
    await undo.press("Enter")
    await card.is_gone()
    await expect(chat.tools.last.get_by_role("button")).to_be_focused()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    await expect(chat.tools.last).to_contain_text("Send “Early” to bob@example.com · Taken back")
    await expect(chat.words.last).to_contain_text("The user took this back before it was run.")

    card = await wants_to_send(chat, "Late")
    await is_allowed(card)
    await card.is_gone()
    await expect(chat.tools.last).to_contain_text("Send “Late” to bob@example.com · Allowed by you")
    await expect(chat.answers).to_have_count(4)
    await chat.ends("done")
    await expect(chat.words.last).to_contain_text("Sent to bob@example.com.")
    # The time of the first one came before that of the second.
    (taken,) = outside.smtp.taken
    assert taken.recipients == ("bob@example.com",)
    assert b"Subject: Late" in taken.raw
    ((_, kept),) = await outside.imap.letters("Sent")
    assert b"Subject: Late" in kept
    await _log_tells_both(chat)


async def _log_tells_both(chat: Chat) -> None:
    tab = await chat.page.context.new_page()
    await tab.goto(chat.page.url.partition("/chat/")[0] + "/audit")
    rows = tab.get_by_test_id("audit-entry")
    early, late = (rows.filter(has_text=each).first for each in ("Early", "Late"))
    await expect(early).to_have_attribute("data-status", "denied")
    await expect(early).to_contain_text("Send email")
    await expect(late).to_have_attribute("data-status", "done")
    await expect(late).to_contain_text("Sent mail")
