"""What is done with the letters of an open folder: fetch, move, append."""

import re
from collections.abc import Iterator, Sequence

from imap_tools.errors import MailboxFetchError, MailboxMoveError
from imap_tools.utils import check_command_status, encode_folder

from assistant.agent.backends.mail import Folder
from assistant.connectors.imap_folders import Place, folder_of, select
from assistant.connectors.imap_line import Box
from assistant.connectors.mail_written import MESSAGE_ID

_UID = re.compile(r"\bUID (\d+)", re.ASCII)
_BEGINS = re.compile(rb"\d+ \(")
_NEW_PLACE = re.compile(rb"(\d+) (?:[\d,:]+ )?(\d+)")


def fetched(box: Box, uids: Sequence[int], parts: str) -> list[tuple[int, str, bytes]]:
    """Of each letter its number, what the server says about it, and the bytes asked for."""
    if not uids:
        return []
    result = box.client.uid("FETCH", ",".join(map(str, uids)), parts)
    check_command_status(result, MailboxFetchError)
    numbered = ((_UID.search(about), about, raw) for about, raw in _answers(result[1]))
    return [(int(uid[1]), about, raw) for uid, about, raw in numbered if uid]


def _answers(items: Sequence[object]) -> Iterator[tuple[str, bytes]]:
    """The library gives a literal as a pair, and whatever follows it as a piece of its own."""
    about, raw = b"", b""
    for item in items:
        head, literal = item if isinstance(item, tuple) else (item, None)
        if not isinstance(head, bytes):
            continue
        if _BEGINS.match(head) and about:
            yield about.decode("ascii", "replace"), raw
            about, raw = b"", b""
        about += head
        raw = raw if literal is None else literal
    if about:
        yield about.decode("ascii", "replace"), raw


def moved(box: Box, uid: int, folder: str) -> str:
    """Move a letter of the open folder; its id where it is now, "" when the server does not say."""
    command = "MOVE" if "MOVE" in box.can else "COPY"
    result = box.client.uid(command, str(uid), encode_folder(folder).decode("ascii"))
    check_command_status(result, MailboxMoveError)
    new_id = _new_id(box, "COPYUID", folder)
    if command == "COPY":
        _removed(box, uid)
    return new_id


def _removed(box: Box, uid: int) -> None:
    """Remove this letter and no other: a plain EXPUNGE would take all that are marked."""
    result = box.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
    check_command_status(result, MailboxMoveError)
    if "UIDPLUS" in box.can:
        check_command_status(box.client.uid("EXPUNGE", str(uid)), MailboxMoveError)


def appended(box: Box, folder: Folder, raw: bytes, name: str, flag: str) -> str:
    """Put a letter into a folder; its id there. name: its Message-ID. flag: besides \\Seen."""
    place = folder_of(box, folder)
    box.append(raw, place, flag_set=[flag, r"\Seen"])
    if new_id := _new_id(box, "APPENDUID", place):
        return new_id
    there = select(box, place)
    return there.letter((with_message_id(box, name) or [0])[-1])


def with_message_id(box: Box, name: str) -> list[int]:
    """The numbers of the letters of the open folder with this Message-ID."""
    if not MESSAGE_ID.fullmatch(name) or '"' in name or "\\" in name:
        return []
    return sorted(map(int, box.uids(f'HEADER MESSAGE-ID "{name}"', None)))


def _new_id(box: Box, code: str, folder: str) -> str:
    """What the server says of a letter's new place (RFC 4315), "" when it says nothing."""
    told = box.client.response(code)[1][0]
    place = _NEW_PLACE.fullmatch(told) if isinstance(told, bytes) else None
    return Place(folder, int(place[1])).letter(int(place[2])) if place else ""
