"""A letter as it travels: the bytes of a message, with no line in them that was not meant."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from assistant.agent.backends.mail import Letter
from assistant.agent.recipients import checked, in_ascii
from assistant.errors import ToolError

MOST_REFERENCES = 20
MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

# Longer lines than usual: the library would break a long Message-ID into encoded words.
_POLICY = SMTP.clone(max_line_length=500, cte_type="7bit")


def written(letter: Letter, sender: str, key: str, *, with_bcc: bool = False) -> bytes:
    """The message. with_bcc: name those who stand in bcc, for who keeps or strips that line.

    key: the same gives the same Message-ID. Raises ToolError for what would not stay in its line.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _one(sender)
    for name, addresses in (("To", letter.to), ("Cc", letter.cc)):
        if addresses:
            message[name] = ", ".join(map(_one, addresses))
    if with_bcc and letter.bcc:
        message["Bcc"] = ", ".join(map(_one, letter.bcc))
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id(sender, key)
    if known := MESSAGE_ID.fullmatch(letter.in_reply_to):
        message["In-Reply-To"] = known.group()
        earlier = [each for each in letter.references if MESSAGE_ID.fullmatch(each)]
        message["References"] = " ".join([*earlier[-MOST_REFERENCES:], known.group()])
    message.set_content(letter.text.encode(errors="replace").decode())
    return message.as_bytes()


def message_id(sender: str, key: str) -> str:
    """The letter's own name in the world, made of the call's key."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{in_ascii(sender).rpartition('@')[2]}>"


def _one(address: str) -> str:
    try:
        return in_ascii(checked(address))
    except ValueError as error:
        raise ToolError(f"Nothing was sent: {error}.") from error


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise ToolError(
            "Nothing was sent: the subject must be one line without control characters."
        )
    return text.encode(errors="replace").decode()
