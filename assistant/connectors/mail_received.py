"""A letter as it came in: what a message says, however broken its bytes are."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeVar

from assistant.agent.backends.mail import Found, Received
from assistant.connectors.charset import decoded as in_letters
from assistant.connectors.mail_written import MESSAGE_ID
from assistant.connectors.marked_text import said
from assistant.connectors.plain_text import one_line, plain

MOST_PARTS = 500
MOST_NAMES = 50
LONGEST_HEADER = 10_000  # decoding takes time by the square
LONGEST_LINE = 300
LONGEST_TEXT = 200_000

Part = TypeVar("Part")

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# The library takes them apart in time by the square, while it reads and after.
_LONG = re.compile(
    rb"^(content-[a-z-]{1,30}:(?:[^\r\n]|\r?\n[ \t]){0,2000})(?:[^\r\n]|\r?\n[ \t])*", re.I | re.M
)
_BLANK_LINES = re.compile(r"\n\s*\n\s*")


def found(letter_id: str, raw: bytes, *, unread: bool) -> Found:
    """What a list tells of a letter, from its header."""
    message = _message(raw)
    sender, subject, sent = (header(message, name) for name in ("From", "Subject", "Date"))
    return Found(letter_id, sender, subject, when(sent), unread)


def received(letter_id: str, raw: bytes, *, whole: bool = True) -> Received:
    """The letter in these bytes. whole: whether they are all that there are."""
    message = _message(raw)
    parts = list(_parts(message))
    return Received(
        id=letter_id,
        sender=header(message, "From"),
        answer_to=addresses(_lines(message, "Reply-To")) or addresses(_lines(message, "From")),
        to=addresses(_lines(message, "To")),
        cc=addresses(_lines(message, "Cc")),
        subject=header(message, "Subject"),
        date=when(header(message, "Date")),
        text=_text(parts),
        attachments=tuple(filter(None, map(_file_name, parts)))[:MOST_NAMES],
        message_id=next(iter(message_ids(_lines(message, "Message-ID"))), ""),
        references=message_ids(_lines(message, "References")),
        whole=whole,
    )


def header(message: Message, name: str) -> str:
    """A line of the header in plain text, "" when there is none."""
    return decoded(str(message.get(name, "")))


def decoded(line: str) -> str:
    """A line of a header in plain text, bounded."""
    line = line[:LONGEST_HEADER]
    with suppress(MessageError, LookupError, ValueError):  # else it is told as it stands
        line = str(make_header(decode_header(line)))
    return one_line(line.encode(errors="replace").decode(), LONGEST_LINE)


def addresses(line: str) -> tuple[str, ...]:
    """The plain addresses in a line of a header."""
    try:
        found_here = [address for _, address in getaddresses([line[:LONGEST_HEADER]])]
    except RecursionError:  # comments in comments in comments
        return ()
    plain_ones = [each for each in found_here if "@" in each and not _SPACE.search(each)]
    return tuple(dict.fromkeys(plain_ones))[:MOST_NAMES]


def when(line: str) -> datetime | None:
    """The time in a Date line, None when it is none."""
    try:
        told = parsedate_to_datetime(line[:LONGEST_LINE])
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def message_ids(line: str) -> tuple[str, ...]:
    """The Message-IDs in a line of a header."""
    return tuple(MESSAGE_ID.findall(line[:LONGEST_HEADER]))


def _message(raw: bytes) -> Message:
    raw = _LONG.sub(rb"\1", raw)
    try:
        return message_from_bytes(raw)
    except RecursionError:  # parts in parts in parts: the header must do
        return message_from_bytes(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0])


def _lines(message: Message, name: str) -> str:
    """All lines of that name as one."""
    return ", ".join(str(line) for line in message.get_all(name, []))


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, in their order; what is nested without an end is left out."""
    open_parts = [message]
    for _ in range(MOST_PARTS):
        if not open_parts:
            return
        part = open_parts.pop()
        if part.is_multipart():  # first: of a text, the library would decode the letters
            inner = reversed(list(part.get_payload()))
            open_parts.extend(each for each in inner if isinstance(each, Message))
        else:
            yield part


def _file_name(part: Message) -> str:
    try:
        name = decoded(part.get_filename() or "")
    except (LookupError, ValueError, TypeError):
        name = ""
    if name or part.get_content_disposition() != "attachment":
        return name
    return f"unnamed ({part.get_content_type()})"


def _text(parts: list[Message]) -> str:
    bodies = [part for part in parts if not _file_name(part)]
    return text_of(bodies, Message.get_content_type, _body)


def text_of(
    bodies: Sequence[Part], kind: Callable[[Part], str], content: Callable[[Part], str]
) -> str:
    """The plain text of these parts, or what their HTML says where there is none."""
    for wanted, read in (("text/plain", str), ("text/html", said)):
        texts = [read(content(part)) for part in bodies if kind(part) == wanted]
        if any(map(str.strip, texts)):
            return _tidy("\n\n".join(texts))
    return ""


def _tidy(text: str) -> str:
    """The text as a reader sees it, bounded."""
    return _BLANK_LINES.sub("\n\n", plain(text)).strip()[:LONGEST_TEXT]


def _body(part: Message) -> str:
    data = part.get_payload(decode=True)
    try:
        charset = part.get_content_charset() or ""
    except (LookupError, ValueError):
        charset = ""
    return in_letters(data, f"charset={charset}") if isinstance(data, bytes) else ""
