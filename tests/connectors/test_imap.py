"""A mailbox on real servers of IMAP and SMTP."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from email import message_from_bytes

import pytest

from assistant.agent.backends.mail import Letter, Wanted
from assistant.connectors.imap import ImapMailbox
from assistant.errors import ToolError
from tests.servers.accounts import access
from tests.servers.imap import ImapServer, imap_server
from tests.servers.relay import relay
from tests.servers.smtp import SmtpServer, smtp_server

BOB = (
    b"From: Bob <bob@example.com>\r\nTo: alice@example.com\r\nSubject: Lunch\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nOn Friday?\r\n"
)
LETTER = Letter(("bob@example.com",), ("carol@example.com",), ("dan@example.com",), "Hi", "Hello")


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with imap_server() as server:
        yield server


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with smtp_server() as server:
        yield server


@pytest.fixture
def mailbox(imap: ImapServer, smtp: SmtpServer) -> ImapMailbox:
    return ImapMailbox(access(imap.tls_port, smtp.tls_port))


async def test_a_search_gives_the_newest_that_fit(imap: ImapServer, mailbox: ImapMailbox) -> None:
    for number in range(5):
        await imap.put(BOB.replace(b"Lunch", b"Lunch %d" % number))
    found = await mailbox.search(Wanted(("lunch",), most=3))
    assert [each.subject for each in found] == ["Lunch 4", "Lunch 3", "Lunch 2"]
    assert found[0].sender == "Bob <bob@example.com>"
    assert found[0].date == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert found[0].unread


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(("friday", "LUNCH")), 1),
        (Wanted(("friday", "dinner")), 0),
        (Wanted(sender="bob@"), 1),
        (Wanted(sender="carol"), 0),
        (Wanted(since=date(2026, 11, 23)), 1),
        (Wanted(since=date(2026, 11, 24)), 0),
        (Wanted(before=date(2026, 11, 24)), 1),
        (Wanted(before=date(2026, 11, 23)), 0),
        (Wanted(("grüße",)), 0),
        (Wanted(('"quoted" \\',)), 0),
        (Wanted(folder="sent"), 0),
    ],
)
async def test_a_search_asks_for_words_sender_days_and_folder(
    imap: ImapServer, mailbox: ImapMailbox, wanted: Wanted, fits: int
) -> None:
    await imap.put(BOB, when=datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert len(await mailbox.search(wanted)) == fits


async def test_a_letter_that_is_read_stays_unread(imap: ImapServer, mailbox: ImapMailbox) -> None:
    await imap.put(BOB)
    [found] = await mailbox.search(Wanted())
    letter = await mailbox.read(found.id)
    assert (letter.subject, letter.text) == ("Lunch", "On Friday?")
    assert letter.answer_to == ("bob@example.com",)
    assert letter.message_id == "<1@example.com>"
    [(flags, _)] = await imap.letters("INBOX")
    assert "\\Seen" not in flags


async def test_of_a_large_letter_the_beginning_is_taken(
    imap: ImapServer, mailbox: ImapMailbox
) -> None:
    await imap.put(BOB + b"x" * 70 * 30_000)
    [found] = await mailbox.search(Wanted())
    letter = await mailbox.read(found.id)
    assert letter.text.startswith("On Friday?")
    assert not letter.whole


@pytest.mark.parametrize(
    "letter_id", ["", "1", "1.2", "x.y.INBOX", "1.2.IN\r\nBOX", "1.2." + "x" * 400]
)
async def test_what_is_no_id_reaches_no_server(mailbox: ImapMailbox, letter_id: str) -> None:
    with pytest.raises(ToolError, match="not the id of a letter"):
        await mailbox.read(letter_id)


@pytest.mark.parametrize("letter_id", ["1.101.INBOX", "1.101.Elsewhere"])
async def test_an_id_of_another_time_is_gone(mailbox: ImapMailbox, letter_id: str) -> None:
    with pytest.raises(ToolError, match="any more; search again"):
        await mailbox.read(letter_id)


async def test_a_draft_is_kept_with_all_recipients(imap: ImapServer, mailbox: ImapMailbox) -> None:
    draft = await mailbox.draft(LETTER, "key")
    [(flags, raw)] = await imap.letters("Drafts")
    assert "\\Draft" in flags
    assert message_from_bytes(raw)["Bcc"] == "dan@example.com"
    assert (await mailbox.read(draft)).text == "Hello"


async def test_a_sent_letter_reaches_all_and_a_copy_stays(
    imap: ImapServer, smtp: SmtpServer, mailbox: ImapMailbox
) -> None:
    assert await mailbox.send(LETTER, "key") == ""
    [taken] = smtp.taken
    assert taken.recipients == ("bob@example.com", "carol@example.com", "dan@example.com")
    assert taken.sender == "alice@example.com"
    [(flags, copy)] = await imap.letters("Sent")
    assert "\\Seen" in flags
    assert b"dan@" not in taken.raw + copy
    assert message_from_bytes(copy)["Message-ID"] == message_from_bytes(taken.raw)["Message-ID"]


async def test_without_a_folder_for_it_the_letter_is_sent_all_the_same(
    imap: ImapServer, smtp: SmtpServer, mailbox: ImapMailbox
) -> None:
    await imap.drop("Sent")
    assert "It was sent, but no copy was kept" in await mailbox.send(LETTER, "key")
    assert len(smtp.taken) == 1


async def test_a_refused_letter_leaves_no_copy(
    imap: ImapServer, smtp: SmtpServer, mailbox: ImapMailbox
) -> None:
    smtp.says = "554 Not this"
    with pytest.raises(ToolError, match="Nothing was sent"):
        await mailbox.send(LETTER, "key")
    assert await imap.letters("Sent") == []


async def test_a_deleted_letter_comes_back_as_it_was(
    imap: ImapServer, mailbox: ImapMailbox
) -> None:
    await imap.put(BOB, "INBOX", "\\Flagged")
    [found] = await mailbox.search(Wanted())
    saved = await mailbox.trash(found.id)
    assert await imap.letters("INBOX") == []
    assert len(await imap.letters("Trash")) == 1
    for _ in range(2):
        await mailbox.restore(saved)
        [(flags, _)] = await imap.letters("INBOX")
        assert "\\Flagged" in flags
        assert await imap.letters("Trash") == []


async def test_a_letter_that_is_in_neither_place_does_not_come_back(
    imap: ImapServer, mailbox: ImapMailbox
) -> None:
    await imap.put(BOB, "INBOX")
    [found] = await mailbox.search(Wanted())
    saved = await mailbox.trash(found.id)
    await imap.drop("Trash")
    await imap.make("Trash")
    with pytest.raises(ToolError):
        await mailbox.restore(saved)
    assert await imap.letters("INBOX") == []


async def test_what_is_in_the_trash_is_not_deleted_again(
    imap: ImapServer, mailbox: ImapMailbox
) -> None:
    await imap.put(BOB, "Trash")
    [found] = await mailbox.search(Wanted(folder="trash"))
    with pytest.raises(ToolError, match="in the trash already"):
        await mailbox.trash(found.id)
    assert len(await imap.letters("Trash")) == 1


@pytest.mark.parametrize(
    "saved", [None, {}, {"id": "x"}, {"folder": "INBOX", "id": "", "message_id": ""}]
)
async def test_nothing_is_brought_back_by_what_says_nothing(
    mailbox: ImapMailbox, saved: object
) -> None:
    with pytest.raises(ToolError):
        await mailbox.restore(saved)


def without(*words: bytes):
    def say(line: bytes) -> bytes:
        for word in words:
            line = line.replace(b" " + word, b"")
        return line

    return say


@pytest.mark.parametrize(
    "less", [(b"MOVE",), (b"MOVE", b"UIDPLUS"), (b"MOVE", b"UIDPLUS", b"[COPYUID")]
)
async def test_a_server_that_can_less_moves_the_letter_and_no_other(
    imap: ImapServer, less: tuple[bytes, ...]
) -> None:
    await imap.put(BOB.replace(b"Lunch", b"Marked by another"), "INBOX", "\\Deleted")
    await imap.put(BOB)
    async with relay(imap.port, say=without(*less)) as before:
        mailbox = ImapMailbox(access(before.port, by="plain"))
        [found] = await mailbox.search(Wanted())
        saved = await mailbox.trash(found.id)
        assert await mailbox.search(Wanted()) == ()
        assert b"Marked by another" in (await imap.letters("INBOX"))[0][1]
        await mailbox.restore(saved)
        [found] = await mailbox.search(Wanted())
        assert found.subject == "Lunch"
    assert not any(b"EXPUNGE" in line and b"UID" not in line for line in before.asked)


async def test_the_trash_is_known_by_its_mark_before_its_name(imap: ImapServer) -> None:
    def mark(line: bytes) -> bytes:
        marked = line.startswith(b"* LIST") and b"Rubbish" in line
        return line.replace(b"(", b"(\\Trash ", 1) if marked else line

    await imap.make("Rubbish")
    await imap.put(BOB)
    async with relay(imap.port, say=mark) as before:
        mailbox = ImapMailbox(access(before.port, by="plain"))
        [found] = await mailbox.search(Wanted())
        await mailbox.trash(found.id)
    assert len(await imap.letters("Rubbish")) == 1


async def test_when_the_answer_to_a_move_is_lost_it_is_said(imap: ImapServer) -> None:
    await imap.put(BOB)
    async with relay(imap.port, cut=b"UID MOVE") as before:
        mailbox = ImapMailbox(access(before.port, by="plain"))
        [found] = await mailbox.search(Wanted())
        with pytest.raises(ToolError, match="may have been moved"):
            await mailbox.trash(found.id)
    assert len(await imap.letters("Trash")) == 1
