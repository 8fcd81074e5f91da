"""The mail tools that write: a letter, an answer, a draft, and what is never sent."""

import pytest

from assistant.agent.acts import Effect, Target, ToolContext
from assistant.agent.recipients import MOST_RECIPIENTS
from assistant.agent.tools.mail import (
    draft_email,
    reply_email,
    send_email,
)
from assistant.errors import ToolError
from tests.agent.tools.mailbox import InMemory, context, mailbox
from tests.services.naughty import ALL

__all__ = ["context", "mailbox"]


async def test_a_letter_is_sent_to_all_that_the_card_names(
    mailbox: InMemory, context: ToolContext
) -> None:
    letter = {
        "to": ["bob@example.com", "zoe@bücher.example"],
        "cc": ["carol@example.com"],
        "bcc": ["dan@example.com"],
        "subject": "Lunch?",
        "text": "On Friday\nat noon",
    }
    intent = await send_email.intent(letter, ToolContext())
    assert intent.effect is Effect.SEND
    assert intent.sentence == (
        "Send “Lunch?” to bob@example.com, zoe@bücher.example (zoe@xn--bcher-kva.example); "
        "cc carol@example.com; bcc dan@example.com"
    )
    everybody = ("bob@example.com", "zoe@bücher.example", "carol@example.com", "dan@example.com")
    assert intent.targets == tuple(Target("recipient", each) for each in everybody)
    assert mailbox.sent == []
    said = await send_email.run(letter, context)
    [(sent, key)] = mailbox.sent
    assert (sent.recipients, sent.subject, sent.text) == (everybody, "Lunch?", "On Friday\nat noon")
    assert key == "turn/1"
    assert said.content == f"Sent to {', '.join(everybody)}."


async def test_what_is_to_be_said_of_a_sent_letter_is_said(
    mailbox: InMemory, context: ToolContext
) -> None:
    mailbox.more = "No copy was kept."
    said = await send_email.run({"to": ["a@b.co"], "subject": "x", "text": "y"}, context)
    assert said.content == "Sent to a@b.co. No copy was kept."


GOOD = {"to": ["bob@example.com"], "subject": "Hi", "text": "Hello"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "bob@example.com"},
        {"to": ["bob@example.com, eve@evil.example"]},
        {"to": ["Bob <bob@example.com>"]},
        {"cc": ["bob@example.com\r\nBcc: eve@evil.example"]},
        {"bcc": ["eve@\u202eelpmaxe.com"]},
        {"to": ["bob@pаypal.com"]},  # noqa: RUF001  (that is the point)
        {"to": ["bob@example.com"] * (MOST_RECIPIENTS + 1)},
        {"subject": "Hi\r\nBcc: eve@evil.example"},
        {"subject": "Hi\u2028there"},
        {"subject": "\u202egnitteem"},
        {"subject": "x" * 301},
        {"text": "x" * 50_001},
        {"text": "a\x00b"},
        {"text": "a\u202eb"},
        {"attachment": "/etc/passwd"},
    ],
)
@pytest.mark.parametrize("tool", [send_email, reply_email, draft_email])
async def test_a_letter_that_hides_something_comes_to_no_card_and_no_server(
    mailbox: InMemory, context: ToolContext, tool, wrong
) -> None:
    extra = {"email_id": "7"} if tool is reply_email else {}
    letter = {**GOOD, **extra, **wrong}
    with pytest.raises(ToolError):
        await tool.intent(letter, ToolContext())
    with pytest.raises(ToolError):
        await tool.run(letter, context)
    assert mailbox.sent == mailbox.drafts == []


@pytest.mark.parametrize("tool", [send_email, reply_email, draft_email])
async def test_recipients_are_counted_over_all_lines(context: ToolContext, tool) -> None:
    people = [f"person{number}@example.com" for number in range(MOST_RECIPIENTS)]
    extra = {"email_id": "7"} if tool is reply_email else {}
    await tool.run({**GOOD, **extra, "to": people}, context)
    for more in ("cc", "bcc"):
        with pytest.raises(ToolError, match="at most 50"):
            await tool.run({**GOOD, **extra, "to": people, more: ["one@more.example"]}, context)


async def test_an_answer_stands_in_its_thread(mailbox: InMemory, context: ToolContext) -> None:
    answer = {
        "email_id": "7",
        "to": ["office@example.com"],
        "subject": "Re: Lunch",
        "text": "Yes",
        "bcc": ["eve@example.com"],
    }
    intent = await reply_email.intent(answer, ToolContext())
    assert intent.sentence == ("Answer with “Re: Lunch” to office@example.com; bcc eve@example.com")
    assert [each.value for each in intent.targets] == ["office@example.com", "eve@example.com"]
    await reply_email.run(answer, context)
    [(sent, _)] = mailbox.sent
    assert (sent.in_reply_to, sent.references) == ("<2@example.com>", ("<1@example.com>",))
    assert sent.thread == "t7"


async def test_an_answer_to_nobody_tells_where_the_right_ones_stand(
    mailbox: InMemory, context: ToolContext
) -> None:
    answer = {"email_id": "7", "subject": "Re: Lunch", "text": "Yes", "cc": ["x@example.com"]}
    with pytest.raises(ToolError, match="To answer"):
        await reply_email.intent(answer, ToolContext())
    with pytest.raises(ToolError, match="Nothing was sent"):
        await reply_email.run(answer, context)
    assert mailbox.sent == []


@pytest.mark.parametrize("nobody", [{"to": []}, {"to": [], "cc": ["bob@example.com"]}])
async def test_a_letter_to_nobody_is_not_sent(
    mailbox: InMemory, context: ToolContext, nobody
) -> None:
    with pytest.raises(ToolError, match="to: "):
        await send_email.intent({**GOOD, **nobody}, ToolContext())
    with pytest.raises(ToolError, match="to: "):
        await send_email.run({**GOOD, **nobody}, context)
    assert mailbox.sent == []


async def test_a_draft_reaches_nobody_and_can_be_taken_back(
    mailbox: InMemory, context: ToolContext
) -> None:
    letter = {"subject": "Later", "text": "Words", "bcc": ["dan@example.com"]}
    assert (await draft_email.intent(letter, ToolContext())).effect is Effect.WRITE
    assert (await draft_email.intent(letter, ToolContext())).targets == ()
    said = await draft_email.run(letter, context)
    assert mailbox.drafts[0][0].bcc == ("dan@example.com",)
    assert "d1" in said.content
    assert draft_email.undo is not None
    await draft_email.undo(said.undo, context)
    assert "d1" in mailbox.trashed
    assert mailbox.sent == []


async def test_naughty_texts_are_sent_as_they_are_or_refused(
    mailbox: InMemory, context: ToolContext
) -> None:
    for text in ALL:
        for letter in ({**GOOD, "text": text}, {**GOOD, "subject": text}):
            mailbox.sent.clear()
            try:
                await send_email.run(letter, context)
            except ToolError:
                assert mailbox.sent == []
                continue
            [(sent, _)] = mailbox.sent
            assert (sent.subject, sent.text) == (letter["subject"], letter["text"])
            assert sent.recipients == ("bob@example.com",)
