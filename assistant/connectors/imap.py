"""A mailbox on servers of IMAP and SMTP: the one finds and keeps letters, the other sends them."""

from dataclasses import dataclass, replace

from imap_tools import AND
from pydantic import JsonValue

from assistant.agent.backends.mail import Found, Letter, Received, Wanted
from assistant.connectors.imap_folders import Place, folder_of, named, select
from assistant.connectors.imap_letters import appended, fetched, moved, with_message_id
from assistant.connectors.imap_line import Box, on_line
from assistant.connectors.mail_account import Access
from assistant.connectors.mail_received import found, received
from assistant.connectors.mail_written import message_id, written
from assistant.connectors.smtp import deliver
from assistant.errors import Gone, ToolError

HEADERS = "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]<0.8000>"
MOST_OF_A_LETTER = 1_000_000
SECONDS_TO_KEEP = 5.0  # of a letter that is sent already
GONE = "There is no such letter any more; search again. Nothing was changed."
NO_UNDO = "The letter is no longer in the trash, so it could not be brought back."


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """Implements `Mailbox`."""

    access: Access

    async def address(self) -> str:
        """The address from which its letters come."""
        return self.access.account.address

    async def search(self, wanted: Wanted) -> tuple[Found, ...]:
        """The newest letters that fit. Raises ToolError."""

        def look(box: Box) -> tuple[Found, ...]:
            place = select(box, folder_of(box, wanted.folder))
            criteria = _criteria(wanted)
            charset = None if criteria.isascii() else "UTF-8"
            newest = sorted(map(int, box.uids(criteria, charset)), reverse=True)[: wanted.most]
            letters = fetched(box, newest, f"(UID FLAGS {HEADERS})")
            return tuple(
                found(place.letter(uid), raw, unread="\\Seen" not in about)
                for uid, about, raw in sorted(letters, reverse=True)
            )

        return await on_line(self.access, look)

    async def read(self, letter_id: str) -> Received:
        """One letter, of a large one its beginning. Raises ToolError."""
        place, uid = named(letter_id)

        def take(box: Box) -> Received:
            _go(box, place)
            parts = f"(UID RFC822.SIZE BODY.PEEK[]<0.{MOST_OF_A_LETTER}>)"
            for _, _, raw in fetched(box, [uid], parts):
                return received(letter_id, raw, whole=len(raw) < MOST_OF_A_LETTER)
            raise Gone(GONE)

        return await on_line(self.access, take)

    async def draft(self, letter: Letter, key: str) -> str:
        """Keep a letter among the drafts; its id. Raises ToolError."""
        raw = written(letter, self.access.account.address, key, with_bcc=True)

        def keep(box: Box) -> str:
            name = message_id(self.access.account.address, key)
            return appended(box, "drafts", raw, name, r"\Draft")

        doubt = "The draft may have been kept; look before you write it again."
        return await on_line(self.access, keep, doubt)

    async def send(self, letter: Letter, key: str) -> str:
        """Send a letter, and keep a copy; says so when there is none. Raises ToolError."""
        raw = written(letter, self.access.account.address, key)
        await deliver(self.access, raw, letter.recipients)

        def keep(box: Box) -> str:
            name = message_id(self.access.account.address, key)
            return appended(box, "sent", raw, name, r"\Seen")

        try:
            await on_line(replace(self.access, seconds=SECONDS_TO_KEEP), keep, "")
        except ToolError as error:
            return f"It was sent, but no copy was kept among the sent letters: {error}"
        return ""

    async def trash(self, letter_id: str) -> JsonValue:
        """Move a letter to the trash; what `restore` needs. Raises ToolError."""
        place, uid = named(letter_id)

        def move(box: Box) -> JsonValue:
            trash = folder_of(box, "trash")
            if place.folder == trash:
                raise Gone("The letter is in the trash already. Nothing was changed.")
            _go(box, place, to_write=True)
            letters = fetched(box, [uid], "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.2000>)")
            if not letters:
                raise Gone(GONE)
            name = received("", letters[0][2]).message_id
            return {"folder": place.folder, "id": moved(box, uid, trash), "message_id": name}

        return await on_line(self.access, move, _MOVED)

    async def restore(self, saved: JsonValue) -> None:
        """Bring a letter back to the folder where it was, unless it is. Raises ToolError."""
        if not isinstance(saved, dict):
            raise ToolError(NO_UNDO)
        folder, kept_id, name = (str(saved.get(key)) for key in ("folder", "id", "message_id"))

        def move(box: Box) -> None:
            if kept_id:
                place, uid = named(kept_id)
                _go(box, place, to_write=True)
                uids = [uid] if fetched(box, [uid], "(UID)") else []
            else:
                select(box, folder_of(box, "trash"), to_write=True)
                uids = with_message_id(box, name)
            if uids:
                moved(box, uids[-1], folder)
                return
            select(box, folder)
            if not with_message_id(box, name):  # nor did a try that was cut off bring it back
                raise ToolError(NO_UNDO)

        await on_line(self.access, move, _MOVED)


_MOVED = "The letter may have been moved; search for it before you try again."


def _go(box: Box, place: Place, *, to_write: bool = False) -> None:
    if select(box, place.folder, to_write=to_write) != place:
        raise Gone(GONE)


def _criteria(wanted: Wanted) -> str:
    return str(
        AND(
            deleted=False,
            text=list(wanted.words) or None,
            from_=wanted.sender or None,
            date_gte=wanted.since,
            date_lt=wanted.before,
        )
    )
