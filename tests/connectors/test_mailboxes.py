"""Across both kinds of mailbox: what a tool may rely on, whichever the user has connected."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from assistant.agent.backends.mail import Letter, Mailbox, Wanted
from assistant.connectors.gmail import GmailMailbox
from assistant.connectors.imap import ImapMailbox
from assistant.errors import ToolError
from tests.servers.accounts import REACH, access
from tests.servers.gmail import TOKEN, gmail_server
from tests.servers.imap import imap_server
from tests.servers.smtp import smtp_server
from tests.services.naughty import BIG_LIST


@dataclass(frozen=True, slots=True)
class Side:
    """A mailbox, and what its servers tell. sent: (recipients, message) of each letter."""

    mailbox: Mailbox
    put: Callable[[bytes], Awaitable[None]]
    sent: Callable[[], list[tuple[tuple[str, ...], bytes]]]


@asynccontextmanager
async def by_imap() -> AsyncIterator[Side]:
    async with imap_server() as imap, smtp_server() as smtp:
        mailbox = ImapMailbox(access(imap.tls_port, smtp.tls_port))
        yield Side(mailbox, imap.put, lambda: [(each.recipients, each.raw) for each in smtp.taken])


@asynccontextmanager
async def by_gmail() -> AsyncIterator[Side]:
    async def token() -> str:
        return TOKEN

    async with gmail_server() as gmail:

        async def put(raw: bytes) -> None:
            gmail.put(raw)

        yield Side(GmailMailbox(token, REACH, gmail.url, 30.0), put, lambda: gmail.taken)


@pytest.fixture(params=[by_imap, by_gmail])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    async with request.param() as made:
        yield made


def invoice() -> bytes:
    message = EmailMessage()
    message["From"] = "Zoë <zoe@example.com>"
    message["Reply-To"] = "office@example.com"
    message["To"] = "alice@example.com, bob@example.com"
    message["Cc"] = "carol@example.com"
    message["Subject"] = "Rechnung für März"
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    message["Message-ID"] = "<2@example.com>"
    message["References"] = "<0@example.com> <1@example.com>"
    message.set_content("Bitte zahlen: 5 €")
    message.add_alternative("<p>Bitte zahlen</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="März.pdf")
    return message.as_bytes()


async def test_its_address_is_known(side: Side) -> None:
    assert await side.mailbox.address() == "alice@example.com"


async def test_an_empty_mailbox_has_nothing(side: Side) -> None:
    for folder in ("inbox", "sent", "drafts", "archive", "trash"):
        assert await side.mailbox.search(Wanted(("x",), folder=folder)) == ()


async def test_a_letter_is_found_and_read(side: Side) -> None:
    await side.put(invoice())
    [found] = await side.mailbox.search(Wanted(("rechnung",), sender="zoe@"))
    assert (found.sender, found.subject) == ("Zoë <zoe@example.com>", "Rechnung für März")
    assert found.unread
    letter = await side.mailbox.read(found.id)
    assert letter.text == "Bitte zahlen: 5 €"
    assert letter.attachments == ("März.pdf",)
    assert letter.answer_to == ("office@example.com",)
    assert (letter.to, letter.cc) == (
        ("alice@example.com", "bob@example.com"),
        ("carol@example.com",),
    )
    assert letter.message_id == "<2@example.com>"
    assert letter.references == ("<0@example.com>", "<1@example.com>")
    assert letter.date == found.date
    assert letter.whole
    [still] = await side.mailbox.search(Wanted())
    assert still.unread


async def test_a_letter_reaches_all_and_shows_bcc_to_none(side: Side) -> None:
    letter = Letter(
        ("bob@example.com", "bob@bücher.example"),
        ("carol@example.com",),
        ("dan@example.com",),
        "Grüße",
        "Hallo\n.\nWörter",
        "<2@example.com>",
        ("<1@example.com>",),
    )
    assert await side.mailbox.send(letter, "key") == ""
    [(recipients, raw)] = side.sent()
    assert recipients == (
        "bob@example.com",
        "bob@xn--bcher-kva.example",
        "carol@example.com",
        "dan@example.com",
    )
    assert b"dan@" not in raw
    message = message_from_bytes(raw, policy=default)
    assert message["Subject"] == "Grüße"
    assert message.get_content().split() == ["Hallo", ".", "Wörter"]
    assert message["In-Reply-To"] == "<2@example.com>"
    assert message["References"] == "<1@example.com> <2@example.com>"
    [copy] = await side.mailbox.search(Wanted(folder="sent"))
    assert copy.subject == "Grüße"


@pytest.mark.parametrize(
    "letter",
    [
        Letter(("bob@example.com",), subject="Hi\r\nBcc: eve@evil.example"),
        Letter(("bob@example.com\r\nBcc: eve@evil.example",)),
        Letter(("bob@example.com, eve@evil.example",)),
        Letter(("Bob <bob@example.com>",)),
        Letter((), ("bob@example.com",), ("eve@evil.example>",)),
    ],
)
async def test_a_letter_that_hides_another_line_goes_nowhere(side: Side, letter: Letter) -> None:
    for act in (side.mailbox.send, side.mailbox.draft):
        with pytest.raises(ToolError):
            await act(letter, "key")
    assert side.sent() == []
    assert await side.mailbox.search(Wanted(folder="drafts")) == ()


async def test_a_draft_reaches_nobody_and_can_be_thrown_away(side: Side) -> None:
    draft = await side.mailbox.draft(Letter((), subject="Later", text="Words"), "key")
    [found] = await side.mailbox.search(Wanted(folder="drafts"))
    assert (found.id, found.subject) == (draft, "Later")
    await side.mailbox.trash(draft)
    assert side.sent() == []
    assert len(await side.mailbox.search(Wanted(folder="trash"))) == 1


async def test_a_deleted_letter_is_in_the_trash_and_comes_back(side: Side) -> None:
    await side.put(invoice())
    await side.put(invoice().replace(b"2@example.com", b"3@example.com"))
    newest, _ = await side.mailbox.search(Wanted())
    saved = await side.mailbox.trash(newest.id)
    assert len(await side.mailbox.search(Wanted())) == 1
    assert len(await side.mailbox.search(Wanted(folder="trash"))) == 1
    for _ in range(2):
        await side.mailbox.restore(saved)
        assert len(await side.mailbox.search(Wanted())) == 2
        assert await side.mailbox.search(Wanted(folder="trash")) == ()


@pytest.mark.parametrize("letter_id", ["", "x" * 500, "../../x", "1.1.INBOX\r\nA1 LOGOUT", "0"])
async def test_an_id_that_is_none_is_an_answer(side: Side, letter_id: str) -> None:
    for act in (side.mailbox.read, side.mailbox.trash):
        with pytest.raises(ToolError):
            await act(letter_id)


async def test_naughty_words_to_search_for_break_nothing(side: Side) -> None:
    await side.put(invoice())
    for word in BIG_LIST[::40]:
        plain = "".join(each for each in word if each.isprintable())[:300]
        for wanted in (Wanted(tuple(plain.split()[:10])), Wanted(sender=plain)):
            try:
                assert len(await side.mailbox.search(wanted)) <= 1
            except ToolError as error:
                pytest.fail(f"{plain!r}: {error}")
