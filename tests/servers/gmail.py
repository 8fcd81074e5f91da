"""A small Gmail on loopback: the part of its REST API that a mailbox needs, with a memory."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiohttp import web

USER, TOKEN = "alice@example.com", "good-token"
ME = "/gmail/v1/users/me"
ANY_ID = r"{id:\w+}"
PLACES = {
    "in:inbox": lambda labels: "INBOX" in labels,
    "in:sent": lambda labels: "SENT" in labels,
    "in:drafts": lambda labels: "DRAFT" in labels,
    "in:trash": lambda labels: "TRASH" in labels,
}
TERM = re.compile(r'-?\w+:"[^"]*"|"[^"]*"|\S+')


@dataclass(slots=True)
class Kept:
    """A letter with its labels."""

    raw: bytes
    labels: set[str]
    thread: str
    at: datetime


@dataclass(slots=True)
class GmailServer:
    """says: a status with which everything is refused from now on. taken: (recipients, message).

    lost: the connection breaks off after each POST, which has its effect. lets_in: whether the
    header Authorization of a request does.
    """

    url: str = ""
    says: int | None = None
    lost: bool = False
    letters: dict[str, Kept] = field(default_factory=dict)
    taken: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lets_in: Callable[[str | None], bool] = f"Bearer {TOKEN}".__eq__

    def put(self, raw: bytes, *labels: str, when: datetime | None = None) -> str:
        """A letter comes in; its id."""
        letter_id = f"m{len(self.letters) + 1:03}"
        kept = Kept(raw, set(labels) or {"INBOX", "UNREAD"}, f"t{letter_id}", when or NOW)
        self.letters[letter_id] = kept
        return letter_id

    @web.middleware
    async def guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Refuse who has no good token, and whatever `says` says."""
        self.asked.append(request.path_qs)
        if not self.lets_in(request.headers.get("Authorization")):
            return _error(401)
        if self.says:
            return _error(self.says)
        answer = await handler(request)
        if self.lost and request.method == "POST" and request.transport:
            request.transport.abort()
        return answer

    async def profile(self, _: web.Request) -> web.Response:
        """users.getProfile"""
        return web.json_response({"emailAddress": USER})

    async def list(self, request: web.Request) -> web.Response:
        """users.messages.list, the newest first."""
        terms = TERM.findall(request.query.get("q", ""))
        fits = [each for each, kept in self.letters.items() if _fits(kept, terms)]
        most = int(request.query.get("maxResults", "100"))
        newest = [{"id": each} for each in reversed(fits)][:most]
        return web.json_response({"messages": newest} if newest else {"resultSizeEstimate": 0})

    async def get(self, request: web.Request) -> web.Response:
        """users.messages.get: minimal, metadata, full, raw."""
        kept = self.letters.get(request.match_info["id"])
        if kept is None:
            return _error(404)
        said = self._said(request.match_info["id"])
        shape = request.query.get("format", "full")
        if shape == "raw":
            said["raw"] = urlsafe_b64encode(kept.raw).decode()
        elif shape != "minimal":
            wanted = request.query.getall("metadataHeaders", [])
            said["payload"] = _part(message_from_bytes(kept.raw), wanted, whole=shape == "full")
        return web.json_response(said)

    async def send(self, request: web.Request) -> web.Response:
        """users.messages.send: to those whom the header names; the line of bcc goes."""
        body = await request.json()
        raw = urlsafe_b64decode(body["raw"])
        message = message_from_bytes(raw)
        lines = ", ".join(str(message.get(name, "")) for name in ("To", "Cc", "Bcc"))
        recipients = tuple(filter(None, (each.strip() for each in lines.split(","))))
        del message["Bcc"]
        self.taken.append((recipients, message.as_bytes()))
        sent = self.put(raw, "SENT")
        self.letters[sent].thread = body.get("threadId", f"t{sent}")
        return web.json_response(self._said(sent))

    async def draft(self, request: web.Request) -> web.Response:
        """users.drafts.create"""
        raw = urlsafe_b64decode((await request.json())["message"]["raw"])
        draft = self.put(raw, "DRAFT")
        return web.json_response({"id": f"r{draft}", "message": self._said(draft)})

    async def trash(self, request: web.Request) -> web.Response:
        """users.messages.trash: out of the inbox, too."""
        return self._changed(request, {"TRASH"}, {"INBOX"})

    async def untrash(self, request: web.Request) -> web.Response:
        """users.messages.untrash: not into the inbox."""
        return self._changed(request, set(), {"TRASH"})

    async def modify(self, request: web.Request) -> web.Response:
        """users.messages.modify"""
        body = await request.json()
        plus, minus = body.get("addLabelIds", ()), body.get("removeLabelIds", ())
        return self._changed(request, set(plus), set(minus))

    def _changed(self, request: web.Request, plus: set[str], minus: set[str]) -> web.Response:
        letter_id = request.match_info["id"]
        if letter_id not in self.letters:
            return _error(404)
        kept = self.letters[letter_id]
        kept.labels = (kept.labels | plus) - minus
        return web.json_response(self._said(letter_id))

    def _said(self, letter_id: str) -> dict[str, Any]:
        kept = self.letters[letter_id]
        return {"id": letter_id, "threadId": kept.thread, "labelIds": sorted(kept.labels)}


NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def _error(status: int) -> web.Response:
    return web.json_response({"error": {"code": status, "message": "no"}}, status=status)


def _fits(kept: Kept, terms: list[str]) -> bool:
    asks_for_trash = "in:trash" in terms
    return ("TRASH" in kept.labels) == asks_for_trash and all(
        _term_fits(kept, each) for each in terms
    )


def _term_fits(kept: Kept, term: str) -> bool:
    message = message_from_bytes(kept.raw)
    if term.startswith("-"):
        return not _term_fits(kept, term[1:])
    if term in PLACES:
        return PLACES[term](kept.labels)
    kind, _, value = term.partition(":")
    if kind == "after":
        return kept.at.timestamp() >= int(value)
    if kind == "before":
        return kept.at.timestamp() < int(value)
    if kind == "from":
        return value.strip('"').lower() in str(message["From"]).lower()
    return term.strip('"').lower() in kept.raw.decode(errors="replace").lower()


def _part(message: Message, wanted: list[str], *, whole: bool) -> dict[str, Any]:
    """A part in Gmail's shape; what is attached stays away."""
    names = {each.lower() for each in wanted}
    headers = [
        {"name": name, "value": str(value)}
        for name, value in message.items()
        if not names or name.lower() in names
    ]
    part: dict[str, Any] = {"mimeType": message.get_content_type(), "headers": headers}
    if not whole:
        return part
    part["filename"] = message.get_filename() or ""
    inner = message.get_payload()
    if isinstance(inner, list):
        part["parts"] = [_part(each, [], whole=True) for each in inner]
    elif part["filename"]:
        part["body"] = {"attachmentId": "a1", "size": 1}
    else:
        data = message.get_payload(decode=True) or b""
        part["body"] = {"data": urlsafe_b64encode(bytes(data)).decode().rstrip("=")}
    return part


@asynccontextmanager
async def gmail_server() -> AsyncIterator[GmailServer]:
    """A mailbox of Gmail with no letter, whose token is `TOKEN`."""
    server = GmailServer()
    app = web.Application(middlewares=[server.guard])
    app.add_routes(
        [
            web.get(f"{ME}/profile", server.profile),
            web.get(f"{ME}/messages", server.list),
            web.get(f"{ME}/messages/{ANY_ID}", server.get),
            web.post(f"{ME}/messages/send", server.send),
            web.post(f"{ME}/messages/{ANY_ID}/trash", server.trash),
            web.post(f"{ME}/messages/{ANY_ID}/untrash", server.untrash),
            web.post(f"{ME}/messages/{ANY_ID}/modify", server.modify),
            web.post(f"{ME}/drafts", server.draft),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
