"""A mailbox of Gmail, against a small Gmail on loopback."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes

import pytest

from assistant.agent.backends.mail import Letter, Wanted
from assistant.connectors.gmail import GmailMailbox
from assistant.connectors.network import Reach
from assistant.errors import AccessRefused, ToolError
from tests.servers.accounts import REACH
from tests.servers.gmail import TOKEN, GmailServer, gmail_server
from tests.servers.relay import silent

BOB = b"From: Bob <bob@example.com>\r\nSubject: Lunch\r\nMessage-ID: <1@x>\r\n\r\nOn Friday?\r\n"
LETTER = Letter(("bob@example.com",), ("carol@example.com",), ("dan@example.com",), "Hi", "Hello")


@pytest.fixture
async def gmail() -> AsyncIterator[GmailServer]:
    async with gmail_server() as server:
        yield server


async def token(refused: str = "") -> str:
    return TOKEN


@pytest.fixture
def mailbox(gmail: GmailServer) -> GmailMailbox:
    return GmailMailbox(token, REACH, gmail.url, 30.0)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(("friday", "LUNCH")), 1),
        (Wanted(("friday", "dinner")), 0),
        (Wanted(("-friday",)), 0),
        (Wanted(('friday"', "in:trash")), 0),
        (Wanted(('"', "(friday)")), 1),
        (Wanted(sender='bob@" in:sent "'), 0),
        (Wanted(sender="bob@"), 1),
        (Wanted(since=date(2026, 11, 23)), 1),
        (Wanted(since=date(2026, 11, 24)), 0),
        (Wanted(before=date(2026, 11, 24)), 1),
        (Wanted(before=date(2026, 11, 23)), 0),
        (Wanted(folder="archive"), 0),
        (Wanted(folder="trash"), 0),
    ],
)
async def test_a_search_speaks_gmails_language_and_lets_nobody_else_speak_it(
    gmail: GmailServer, mailbox: GmailMailbox, wanted: Wanted, fits: int
) -> None:
    gmail.put(BOB)
    assert len(await mailbox.search(wanted)) == fits


async def test_an_archived_letter_is_found_there(gmail: GmailServer, mailbox: GmailMailbox) -> None:
    gmail.put(BOB, "IMPORTANT")
    assert len(await mailbox.search(Wanted(folder="archive"))) == 1
    assert await mailbox.search(Wanted()) == ()


async def test_no_more_letters_are_asked_for_than_wanted(
    gmail: GmailServer, mailbox: GmailMailbox
) -> None:
    for _ in range(5):
        gmail.put(BOB)
    assert [each.id for each in await mailbox.search(Wanted(most=2))] == ["m005", "m004"]
    assert len(gmail.asked) == 3


async def test_a_sent_letter_names_bcc_to_gmail_alone(
    gmail: GmailServer, mailbox: GmailMailbox
) -> None:
    assert await mailbox.send(replace(LETTER, thread="t7"), "key") == ""
    [(recipients, raw)] = gmail.taken
    assert recipients == ("bob@example.com", "carol@example.com", "dan@example.com")
    assert b"dan@" not in raw
    assert message_from_bytes(raw)["From"] == "alice@example.com"
    assert gmail.letters["m001"].thread == "t7"


async def test_a_deleted_letter_comes_back_where_it_was(
    gmail: GmailServer, mailbox: GmailMailbox
) -> None:
    for labels in ({"INBOX", "STARRED"}, {"STARRED"}):
        letter = gmail.put(BOB, *labels)
        saved = await mailbox.trash(letter)
        assert gmail.letters[letter].labels == {"STARRED", "TRASH"}
        with pytest.raises(ToolError, match="in the trash already"):
            await mailbox.trash(letter)
        for _ in range(2):
            await mailbox.restore(saved)
            assert gmail.letters[letter].labels == labels


async def test_one_that_was_cut_off_on_its_way_back_reaches_the_inbox(
    gmail: GmailServer, mailbox: GmailMailbox
) -> None:
    letter = gmail.put(BOB, "INBOX")
    saved = await mailbox.trash(letter)
    gmail.letters[letter].labels = set()
    await mailbox.restore(saved)
    assert gmail.letters[letter].labels == {"INBOX"}


@pytest.mark.parametrize("letter_id", ["", "../profile", "a/b", "a?b", "m1\r\n", "x" * 65])
async def test_what_is_no_id_reaches_no_server(
    gmail: GmailServer, mailbox: GmailMailbox, letter_id: str
) -> None:
    for act in (mailbox.read, mailbox.trash):
        with pytest.raises(ToolError, match="not the id of a letter"):
            await act(letter_id)
    with pytest.raises(ToolError):
        await mailbox.restore({"id": letter_id})
    assert gmail.asked == []


@pytest.mark.parametrize("saved", [None, [], "m001"])
async def test_nothing_is_brought_back_by_what_says_nothing(
    mailbox: GmailMailbox, saved: object
) -> None:
    with pytest.raises(ToolError, match="no longer in the trash"):
        await mailbox.restore(saved)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "does not understand this request. Nothing was sent"),
        (401, "has taken this access back"),
        (403, "does not allow this.*Nothing was sent"),
        (429, "too many requests.*Nothing was sent"),
        (500, r"has a fault \(500\).*may have been sent"),
        (503, r"has a fault \(503\).*may have been sent"),
        (302, r"has a fault \(302\).*may have been sent"),
    ],
)
async def test_each_refusal_is_a_sentence(
    gmail: GmailServer, mailbox: GmailMailbox, status: int, said: str
) -> None:
    async def sent(refused: str = "") -> str:
        # Only the letter itself is refused: the address was asked for before.
        if gmail.asked:
            gmail.says = status
        return TOKEN

    with pytest.raises(ToolError, match=said) as caught:
        await GmailMailbox(sent, REACH, gmail.url, 30.0).send(LETTER, "key")
    assert TOKEN not in str(caught.value)
    assert gmail.taken == []


async def test_a_token_that_ran_out_is_said(gmail: GmailServer) -> None:
    async def old(refused: str = "") -> str:
        return "old-token"

    with pytest.raises(AccessRefused, match="has taken this access back"):
        await GmailMailbox(old, REACH, gmail.url).search(Wanted())


async def test_when_the_answer_to_a_letter_is_lost_it_may_have_been_sent(
    gmail: GmailServer, mailbox: GmailMailbox
) -> None:
    gmail.lost = True
    with pytest.raises(ToolError, match="may have been sent"):
        await mailbox.send(LETTER, "key")
    assert len(gmail.taken) == 1
    with pytest.raises(ToolError, match="draft may have been kept"):
        await mailbox.draft(LETTER, "key")
    with pytest.raises(ToolError, match="may have been moved"):
        await mailbox.trash(gmail.put(BOB))


async def test_a_letter_that_is_gone_is_said(mailbox: GmailMailbox) -> None:
    with pytest.raises(ToolError, match="no such letter any more"):
        await mailbox.read("m999")


async def test_where_nobody_is_it_says_so_and_nothing_was_sent() -> None:
    with pytest.raises(ToolError, match="Gmail could not be reached"):
        await GmailMailbox(token, REACH, "http://127.0.0.1:1").send(LETTER, "key")


async def test_a_server_that_says_nothing_is_left_in_time() -> None:
    async with silent() as port:
        mailbox = GmailMailbox(token, REACH, f"http://127.0.0.1:{port}", 0.3)
        with pytest.raises(ToolError, match=r"did not answer within 0\.3 seconds"):
            await mailbox.search(Wanted())


async def test_what_stands_inside_is_not_asked(gmail: GmailServer) -> None:
    with pytest.raises(ToolError, match=r"private network|none that may be used"):
        await GmailMailbox(token, Reach(), gmail.url).search(Wanted())
    assert gmail.asked == []
