"""A mailbox: what the mail tools need of it, and the letters that go in and out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import JsonValue

Folder = Literal["inbox", "sent", "drafts", "archive", "trash"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be written. to, cc, bcc: plain addresses.

    in_reply_to, references: Message-IDs of what it answers. thread: as in `Received`.
    """

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody whom it reaches, each once."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to search for. words: all of which a letter must hold. sender: a part of From.

    since: the first day. before: the day after the last. most: so many, the newest first.
    """

    words: tuple[str, ...] = ()
    sender: str = ""
    since: date | None = None
    before: date | None = None
    folder: Folder = "inbox"
    most: int = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A letter in a list. id: by which it is read or deleted."""

    id: str
    sender: str
    subject: str
    date: datetime | None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A letter with its text. sender: as it calls itself. answer_to: plain addresses.

    to, cc: plain addresses. attachments: their names. whole: False when it was too large to be
    taken whole. thread: by which the mailbox keeps letters together, where it does.
    """

    id: str
    sender: str
    answer_to: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str
    attachments: tuple[str, ...] = ()
    message_id: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    whole: bool = True


class Mailbox(Protocol):
    """One person's mailbox. All of it raises ToolError, with a sentence that says what was kept.

    key: the same for each try of one call; the letter's Message-ID is made of it.
    """

    async def address(self) -> str:
        """The address from which its letters come."""

    async def search(self, wanted: Wanted) -> tuple[Found, ...]:
        """The newest letters that fit."""

    async def read(self, letter_id: str) -> Received:
        """One letter; it stays unread where it was."""

    async def draft(self, letter: Letter, key: str) -> str:
        """Keep a letter among the drafts. Gives back its id."""

    async def send(self, letter: Letter, key: str) -> str:
        """Send a letter. Gives back what is still to be said of it, "" when all is well."""

    async def trash(self, letter_id: str) -> JsonValue:
        """Move a letter to the trash. Gives back what `restore` needs."""

    async def restore(self, saved: JsonValue) -> None:
        """Bring a letter back from the trash."""
