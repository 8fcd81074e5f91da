"""The mail tools: what they ask of a mailbox, and what they say of it."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.mail import Mailbox, Received, Wanted
from assistant.agent.tools.mail import (
    MAIL_TOOLS,
    delete_email,
    read_email,
    search_email,
)
from assistant.errors import ToolError
from tests.agent.tools.mailbox import BOB, InMemory, context, mailbox

__all__ = ["context", "mailbox"]


def test_each_tool_says_what_it_does_to_the_world() -> None:
    assert [(tool.name, tool.effect) for tool in MAIL_TOOLS] == [
        ("search_email", Effect.READ),
        ("read_email", Effect.READ),
        ("draft_email", Effect.WRITE),
        ("send_email", Effect.SEND),
        ("reply_email", Effect.SEND),
        ("delete_email", Effect.DESTROY),
    ]
    assert {tool.name for tool in MAIL_TOOLS if tool.untrusted} == {"search_email", "read_email"}
    assert {tool.name for tool in MAIL_TOOLS if tool.delay} == {"send_email", "reply_email"}
    assert {tool.name for tool in MAIL_TOOLS if tool.undo} == {"draft_email", "delete_email"}
    assert {tool.name for tool in MAIL_TOOLS if tool.repeatable} == {"search_email", "read_email"}
    assert all(tool.needs is Mailbox for tool in MAIL_TOOLS)


async def test_without_a_mailbox_the_user_is_told_where_to_connect_one() -> None:
    with pytest.raises(ToolError, match=r"No mailbox is connected\..*Settings, Connections"):
        await search_email.run({}, ToolContext())


async def test_a_search_lists_what_others_need(mailbox: InMemory, context: ToolContext) -> None:
    asked = {"words": " lunch  friday ", "since": "2026-11-01", "before": "2026-12-01", "most": 5}
    said = await search_email.run(asked, context)
    assert said.content == "[7] Mon 23 Nov 2026, 11:00 · Bob <bob@example.com> · Lunch (unread)"
    days = {"since": date(2026, 11, 1), "before": date(2026, 12, 1)}
    assert mailbox.wanted == [Wanted(("lunch", "friday"), most=5, **days)]
    mailbox.letters.clear()
    assert (await search_email.run({}, context)).content == "No letter fits."


@pytest.mark.parametrize(
    "asked",
    [
        {"words": "a\r\nA1 LOGOUT"},
        {"sender": "x\x00"},
        {"words": "x" * 301},
        {"since": "yesterday"},
        {"folder": "INBOX.Secret"},
        {"most": 0},
        {"most": 26},
    ],
)
async def test_a_search_that_does_not_fit_is_refused(asked, context: ToolContext) -> None:
    with pytest.raises(ToolError, match="do not fit"):
        await search_email.run(asked, context)


async def test_a_letter_is_read_with_what_an_answer_needs(context: ToolContext) -> None:
    said = await read_email.run({"email_id": "7"}, context)
    assert said.content == (
        "Subject: Lunch\n"
        "From: Bob <bob@example.com>\n"
        "To: Alice@example.com, carol@example.com\n"
        "Cc: dan@example.com, office@example.com\n"
        "Date: Mon 23 Nov 2026, 11:00\n"
        "Attached: menu.pdf\n"
        'To answer: to=["office@example.com"] subject="Re: Lunch"\n'
        'To answer all: also cc=["carol@example.com", "dan@example.com"]\n'
        "\n"
        "On Friday?"
    )


@pytest.mark.parametrize(
    "letter",
    [replace(BOB, text="x" * 20_000), replace(BOB, whole=False)],
)
async def test_of_a_long_letter_it_is_said_that_it_goes_on(
    mailbox: InMemory, context: ToolContext, letter: Received
) -> None:
    mailbox.letters["7"] = replace(letter, date=None, subject="RE: x")
    said = await read_email.run({"email_id": "7"}, context)
    assert said.content.endswith("… (the letter goes on)")
    assert len(said.content) < 16_000
    assert "Date: no date" in said.content
    assert 'subject="RE: x"' in said.content


async def test_a_deleted_letter_comes_back(mailbox: InMemory, context: ToolContext) -> None:
    which = {"email_id": "7", "subject": "Lunch"}
    assert (
        await delete_email.intent(which, ToolContext())
    ).sentence == "Move the letter “Lunch” to the trash"
    said = await delete_email.run(which, context)
    assert mailbox.letters == {}
    assert delete_email.undo is not None
    assert await delete_email.undo(said.undo, context) == "The letter is back where it was."
    assert mailbox.letters == {"7": BOB}


async def test_only_the_letter_that_the_card_names_is_deleted(
    mailbox: InMemory, context: ToolContext
) -> None:
    with pytest.raises(ToolError, match="another subject"):
        await delete_email.run({"email_id": "7", "subject": "Spam"}, context)
    assert mailbox.letters == {"7": BOB}
