"""A mailbox of Gmail, over its REST API, with a token of the user's own grant."""

import asyncio
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import httpx2
from pydantic import JsonValue

from assistant.agent.backends.mail import Folder, Found, Letter, Received, Wanted
from assistant.connectors.gmail_messages import found, received
from assistant.connectors.google_grant import Token, authorised
from assistant.connectors.mail_written import written
from assistant.connectors.network import Reach, client, plainly
from assistant.errors import Gone, ToolError

BASE = "https://gmail.googleapis.com"
SECONDS = 10.0
MOST_BYTES = 8_000_000
WHO = "Gmail"
UNCHANGED = "Nothing was changed."
NO_UNDO = "The letter is no longer in the trash, so it could not be brought back."


@dataclass(frozen=True, slots=True)
class Ends:
    """What holds when an answer is lost, and what holds when Gmail says no."""

    lost: str
    refused: str = UNCHANGED


READING = Ends(UNCHANGED)
MOVING = Ends("The letter may have been moved; search for it before you try again.")
DRAFTING = Ends("The draft may have been kept; look before you write it again.")
SENDING = Ends(
    "The letter may have been sent: the answer was lost. Do not send it again before the user "
    "has looked into the sent letters.",
    "Nothing was sent.",
)

FAULTS = {
    400: "Gmail does not understand this request.",
    403: "Gmail does not allow this.",
    404: "There is no such letter any more; search again.",
    429: "Gmail has had too many requests. It can be tried again in a minute.",
}
PLACES: dict[Folder, str] = {
    "inbox": "in:inbox",
    "sent": "in:sent",
    "drafts": "in:drafts",
    "archive": "-in:inbox -in:sent -in:drafts",
    "trash": "in:trash",
}
Params = Mapping[str, str | Sequence[str]]
LISTED: Params = {"format": "metadata", "metadataHeaders": ["From", "Subject", "Date"]}

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_MARKS = re.compile(r'[\s"(){}]+')


@dataclass(frozen=True, slots=True)
class GmailMailbox:
    """Implements `Mailbox`. token: gives one that is still good. base: where the API stands."""

    token: Token
    reach: Reach
    base: str = BASE
    seconds: float = SECONDS

    async def address(self) -> str:
        """The address from which its letters come. Raises ToolError."""
        return str((await self._get("profile"))["emailAddress"])

    async def search(self, wanted: Wanted) -> tuple[Found, ...]:
        """The newest letters that fit. Raises ToolError."""
        asked = {"q": _query(wanted), "maxResults": str(wanted.most)}
        if wanted.folder == "trash":
            asked["includeSpamTrash"] = "true"
        listed = (await self._get("messages", asked)).get("messages", [])[: wanted.most]
        letters = await asyncio.gather(
            *(self._get(f"messages/{_known(each['id'])}", LISTED) for each in listed)
        )
        return tuple(map(found, letters))

    async def read(self, letter_id: str) -> Received:
        """One letter. Raises ToolError."""
        return received(await self._get(f"messages/{_known(letter_id)}", {"format": "full"}))

    async def draft(self, letter: Letter, key: str) -> str:
        """Keep a letter among the drafts; its id. Raises ToolError."""
        message = {"message": await self._message(letter, key)}
        kept = await self._post("drafts", message, DRAFTING)
        return str(kept["message"]["id"])

    async def send(self, letter: Letter, key: str) -> str:
        """Send a letter; Gmail keeps a copy itself. Raises ToolError."""
        message = await self._message(letter, key)
        await self._post("messages/send", message, SENDING)
        return ""

    async def trash(self, letter_id: str) -> JsonValue:
        """Move a letter to the trash; what `restore` needs. Raises ToolError."""
        path = f"messages/{_known(letter_id)}"
        labels = (await self._get(path, {"format": "minimal"})).get("labelIds", [])
        if "TRASH" in labels:
            raise Gone(f"The letter is in the trash already. {UNCHANGED}")
        await self._post(f"{path}/trash", {}, MOVING)
        return {"id": letter_id, "inbox": "INBOX" in labels}

    async def restore(self, saved: JsonValue) -> None:
        """Bring a letter back where it is not, into the inbox if it was there. Raises ToolError."""
        if not isinstance(saved, dict):
            raise ToolError(NO_UNDO)
        path = f"messages/{_known(str(saved.get('id')))}"
        labels = (await self._get(path, {"format": "minimal"})).get("labelIds", [])
        if "TRASH" in labels:
            await self._post(f"{path}/untrash", {}, MOVING)
        if saved.get("inbox") and "INBOX" not in labels:
            await self._post(f"{path}/modify", {"addLabelIds": ["INBOX"]}, MOVING)

    async def _message(self, letter: Letter, key: str) -> dict[str, str]:
        # Gmail takes the recipients from the header, and strips the line of bcc itself.
        raw = written(letter, await self.address(), key, with_bcc=True)
        message = {"raw": urlsafe_b64encode(raw).decode()}
        return {**message, "threadId": letter.thread} if letter.thread else message

    async def _get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        return await self._asked(path, READING, params)

    async def _post(self, path: str, body: object, ends: Ends) -> dict[str, Any]:
        return await self._asked(path, ends, None, body)

    async def _asked(
        self, path: str, ends: Ends, params: Params | None, body: object = None
    ) -> dict[str, Any]:
        """What Gmail answers; it is given the body where there is one. Raises ToolError."""
        method, url = "GET" if body is None else "POST", f"{self.base}/gmail/v1/users/me/{path}"

        async def send(token: str) -> httpx2.Response:
            headers = {"Authorization": f"Bearer {token}"}
            with plainly(WHO, ends.lost):
                async with client(self.reach, seconds=self.seconds, most_bytes=MOST_BYTES) as http:
                    try:
                        return await http.request(
                            method, url, headers=headers, params=params, json=body
                        )
                    except httpx2.ConnectError as error:
                        raise ToolError(f"{WHO} could not be reached. {ends.refused}") from error

        answer = await authorised(self.token, send)
        if answer.is_success:
            return _read(answer, ends.lost)
        if said := FAULTS.get(answer.status_code):
            raise (Gone if answer.status_code == 404 else ToolError)(f"{said} {ends.refused}")
        raise ToolError(f"{WHO} has a fault ({answer.status_code}). {ends.lost}")


def _read(answer: httpx2.Response, doubt: str) -> dict[str, Any]:
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ToolError(f"{WHO} answered what cannot be understood. {doubt}")
    return content


def _known(letter_id: str) -> str:
    if not _ID.fullmatch(letter_id):
        raise ToolError("This is not the id of a letter: take one that a search gave.")
    return letter_id


def _query(wanted: Wanted) -> str:
    """The search in Gmail's own language; each word stands in quotes, so that it is only a word."""
    words = [f'"{plain}"' for each in wanted.words if (plain := _MARKS.sub(" ", each).strip())]
    sender = _MARKS.sub(" ", wanted.sender).strip()
    return " ".join(
        [
            PLACES[wanted.folder],
            *words,
            *([f'from:"{sender}"'] if sender else []),
            *([f"after:{_midnight(wanted.since)}"] if wanted.since else []),
            *([f"before:{_midnight(wanted.before)}"] if wanted.before else []),
        ]
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
