"""What is done with the letters of an open folder."""

from collections.abc import AsyncIterator

import pytest

from assistant.connectors.imap_folders import named, select
from assistant.connectors.imap_letters import appended, fetched, moved, with_message_id
from assistant.connectors.imap_line import Box, on_line
from tests.servers.accounts import access
from tests.servers.imap import ImapServer, imap_server
from tests.servers.relay import relay

RAW = b"Subject: Hi\r\nMessage-ID: <1@example.com>\r\n\r\nHello {5}\r\n"


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with imap_server() as server:
        yield server


async def test_letters_are_fetched_with_what_is_said_of_them(imap: ImapServer) -> None:
    await imap.put(RAW, "INBOX", "\\Seen")
    await imap.put(RAW.replace(b"Hi", b"Ho"))

    def look(box: Box) -> list[tuple[int, str, bytes]]:
        select(box, "INBOX")
        uids = sorted(map(int, box.uids()))
        return fetched(box, [*uids, 999], "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")

    (first, about_first, raw_first), (second, about_second, raw_second) = await on_line(
        access(imap.tls_port), look
    )
    assert first < second
    assert ("\\Seen" in about_first, "\\Seen" in about_second) == (True, False)
    assert (raw_first.strip(), raw_second.strip()) == (b"Subject: Hi", b"Subject: Ho")


async def test_no_letters_are_not_asked_for(imap: ImapServer) -> None:
    assert await on_line(access(imap.tls_port), lambda box: fetched(box, [], "(UID)")) == []


async def test_a_moved_letter_says_where_it_is(imap: ImapServer) -> None:
    await imap.put(RAW)

    def move(box: Box) -> str:
        select(box, "INBOX", to_write=True)
        return moved(box, int(box.uids()[0]), "Trash")

    place, uid = named(await on_line(access(imap.tls_port), move))
    assert place == await on_line(access(imap.tls_port), lambda box: select(box, place.folder))
    assert len(await imap.letters("Trash")) == 1
    assert uid


@pytest.mark.parametrize("less", [b"nothing", b"[APPENDUID"])
async def test_an_appended_letter_has_an_id_whether_or_not_the_server_says_it(
    imap: ImapServer, less: bytes
) -> None:
    await imap.put(RAW, "Drafts")

    def put(box: Box) -> str:
        return appended(box, "drafts", RAW, "<1@example.com>", r"\Draft")

    async with relay(imap.port, say=lambda line: line.replace(less, b"")) as before:
        place, uid = named(await on_line(access(before.port, by="plain"), put))
    assert place.folder == "Drafts"
    assert uid == 102


@pytest.mark.parametrize("name", ["", "<none@example.com>", '<"@x>', "<a@b> ALL", "<1@example.com"])
async def test_a_message_id_finds_only_itself(imap: ImapServer, name: str) -> None:
    await imap.put(RAW)

    def look(box: Box) -> tuple[list[int], list[int]]:
        select(box, "INBOX")
        return with_message_id(box, name), with_message_id(box, "<1@example.com>")

    nothing, one = await on_line(access(imap.tls_port), look)
    assert nothing == []
    assert len(one) == 1
