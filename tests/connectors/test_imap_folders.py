"""Which folder is which, and what the ids of letters say."""

from collections.abc import AsyncIterator

import pytest

from assistant.connectors.imap_folders import GONE, Place, folder_of, named, select
from assistant.connectors.imap_line import on_line
from assistant.errors import ToolError
from tests.servers.accounts import access
from tests.servers.imap import FOLDERS, ImapServer, imap_server
from tests.servers.relay import relay


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with imap_server() as server:
        yield server


@pytest.mark.parametrize("name", ["INBOX", "INBOX.Sent", "A/b c", "Entwürfe", "1.2.3", "a·b]"])
def test_an_id_tells_the_folder_and_the_number(name: str) -> None:
    place = Place(name, 4294967295)
    assert named(place.letter(7)) == (place, 7)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Sent Items", "sent"),
        ("Gesendet", "sent"),
        ("Entwürfe", "drafts"),
        ("INBOX/Deleted Messages", "trash"),
        ("[Gmail]/All Mail", "archive"),
    ],
)
async def test_a_folder_is_known_by_a_usual_name(imap: ImapServer, name: str, folder) -> None:
    await imap.drop(*FOLDERS)
    await imap.make(name)
    known = access(imap.tls_port)
    assert await on_line(known, lambda box: folder_of(box, folder)) == name
    place = await on_line(known, lambda box: select(box, name))
    assert place.folder == name
    assert place.validity > 0


async def test_a_mark_counts_more_than_a_name(imap: ImapServer) -> None:
    def mark(line: bytes) -> bytes:
        marked = line.startswith(b"* LIST") and b"Outgoing" in line
        return line.replace(b"(", b"(\\Sent ", 1) if marked else line

    await imap.make("Outgoing")
    async with relay(imap.port, say=mark) as before:
        known = access(before.port, by="plain")
        assert await on_line(known, lambda box: folder_of(box, "sent")) == "Outgoing"
        assert await on_line(known, lambda box: folder_of(box, "inbox")) == "INBOX"


async def test_a_folder_that_is_missing_is_said(imap: ImapServer) -> None:
    await imap.drop("Archive")
    with pytest.raises(ToolError, match="no folder for archive"):
        await on_line(access(imap.tls_port), lambda box: folder_of(box, "archive"))
    with pytest.raises(ToolError, match=GONE):
        await on_line(access(imap.tls_port), lambda box: select(box, "Archive"))
