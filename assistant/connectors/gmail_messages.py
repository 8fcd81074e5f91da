"""Letters as Gmail's API gives them: parts in JSON, already taken apart."""

from base64 import urlsafe_b64decode
from binascii import Error as BrokenBase64
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.agent.backends.mail import Found, Received
from assistant.connectors.charset import decoded as in_letters
from assistant.connectors.mail_received import (
    MOST_NAMES,
    MOST_PARTS,
    addresses,
    decoded,
    message_ids,
    text_of,
    when,
)

Part = Mapping[str, Any]


def found(message: Part) -> Found:
    """What a list tells of a letter."""
    head = message.get("payload", {})
    return Found(
        str(message["id"]),
        decoded(_header(head, "From")),
        decoded(_header(head, "Subject")),
        when(_header(head, "Date")),
        "UNREAD" in message.get("labelIds", []),
    )


def received(message: Part) -> Received:
    """The letter with its text."""
    head = message.get("payload", {})
    parts = list(_parts(head))
    names = (decoded(str(part.get("filename", ""))) for part in parts)
    return Received(
        id=str(message["id"]),
        sender=decoded(_header(head, "From")),
        answer_to=addresses(_header(head, "Reply-To")) or addresses(_header(head, "From")),
        to=addresses(_header(head, "To")),
        cc=addresses(_header(head, "Cc")),
        subject=decoded(_header(head, "Subject")),
        date=when(_header(head, "Date")),
        text=_text(parts),
        attachments=tuple(filter(None, names))[:MOST_NAMES],
        message_id=next(iter(message_ids(_header(head, "Message-ID"))), ""),
        references=message_ids(_header(head, "References")),
        thread=str(message.get("threadId", "")),
    )


def _header(part: Part, name: str) -> str:
    """All lines of that name as one."""
    lines = part.get("headers", [])
    return ", ".join(str(each["value"]) for each in lines if each["name"].lower() == name.lower())


def _parts(head: Part) -> Iterator[Part]:
    """The leaves, in their order."""
    open_parts = [head]
    for _ in range(MOST_PARTS):
        if not open_parts:
            return
        part = open_parts.pop()
        if inner := part.get("parts"):
            open_parts.extend(reversed(inner))
        else:
            yield part


def _text(parts: list[Part]) -> str:
    bodies = [part for part in parts if not part.get("filename")]
    return text_of(bodies, lambda part: str(part.get("mimeType")), _body)


def _body(part: Part) -> str:
    written = str(part.get("body", {}).get("data", ""))
    try:
        data = urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except (BrokenBase64, ValueError):
        return ""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return in_letters(data, _header(part, "Content-Type"))
