"""The mail tools: what they ask of a mailbox, and what they say of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from pydantic import JsonValue

from assistant.agent.acts import Effect, Target, ToolContext
from assistant.agent.backends.mail import Found, Letter, Mailbox, Received, Wanted
from assistant.agent.recipients import MOST_RECIPIENTS
from assistant.agent.tools.mail import (
    MAIL_TOOLS,
    delete_email,
    draft_email,
    read_email,
    reply_email,
    search_email,
    send_email,
)
from assistant.errors import ToolError
from tests.services.naughty import ALL

WHEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
BOB = Received(
    id="7",
    sender="Bob <bob@example.com>",
    answer_to=("office@example.com",),
    to=("Alice@example.com", "carol@example.com"),
    cc=("dan@example.com", "office@example.com"),
    subject="Lunch",
    date=WHEN,
    text="On Friday?",
    attachments=("menu.pdf",),
    message_id="<2@example.com>",
    references=("<1@example.com>",),
    thread="t7",
)


@dataclass(slots=True)
class InMemory:
    """A mailbox without servers. It keeps to the protocol."""

    letters: dict[str, Received] = field(default_factory=lambda: {"7": BOB})
    trashed: dict[str, Received] = field(default_factory=dict)
    drafts: list[tuple[Letter, str]] = field(default_factory=list)
    sent: list[tuple[Letter, str]] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    more: str = ""

    async def address(self) -> str:
        return "alice@example.com"

    async def search(self, wanted: Wanted) -> tuple[Found, ...]:
        self.wanted.append(wanted)
        found = list(self.letters.values())[: wanted.most]
        return tuple(
            Found(each.id, each.sender, each.subject, each.date, unread=True) for each in found
        )

    async def read(self, letter_id: str) -> Received:
        if letter_id not in self.letters:
            raise ToolError("There is no such letter.")
        return self.letters[letter_id]

    async def draft(self, letter: Letter, key: str) -> str:
        self.drafts.append((letter, key))
        self.letters["d1"] = replace(BOB, id="d1", subject=letter.subject)
        return "d1"

    async def send(self, letter: Letter, key: str) -> str:
        self.sent.append((letter, key))
        return self.more

    async def trash(self, letter_id: str) -> JsonValue:
        self.trashed[letter_id] = self.letters.pop(letter_id)
        return {"id": letter_id}

    async def restore(self, saved: JsonValue) -> None:
        assert isinstance(saved, dict)
        letter_id = str(saved["id"])
        self.letters[letter_id] = self.trashed.pop(letter_id)


@pytest.fixture
def mailbox() -> InMemory:
    return InMemory()


@pytest.fixture
def context(mailbox: InMemory) -> ToolContext:
    return ToolContext("alice", "Europe/Berlin", "turn/1", backends={Mailbox: mailbox})


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
