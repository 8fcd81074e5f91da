"""Somebody with a browser, who notices everything that goes wrong in it."""

import base64
import json
import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage

from tests.e2e.pages import Chat


@dataclass
class Person:
    """A signed-in user. forgiven: patterns of console errors that the story brings about."""

    name: str
    url: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.context.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    async def sign_in(self) -> None:
        """Sign in as the form does, without the page."""
        form = {"name": self.name}
        origin = {"Origin": self.url}
        answer = await self.context.request.post(
            f"{self.url}/auth/login/local", form=form, headers=origin
        )
        assert answer.ok

    async def cookie(self) -> str:
        """The session's token."""
        cookies = {c["name"]: c["value"] for c in await self.context.cookies()}
        return cookies["session"]

    async def id(self) -> str:
        """The user's id: the subject of the session's token."""
        claims = (await self.cookie()).split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]

    async def open(self, path: str = "/") -> Chat:
        """A new tab on a page of the app."""
        page = await self.context.new_page()
        await page.goto(self.url + path)
        return Chat(page)

    async def get(self, path: str):
        """Ask a route of the app with this person's cookie."""
        return await self.context.request.get(self.url + path)

    async def post(self, path: str, value: dict):
        """Send JSON to a route of the app, as a page of it does."""
        headers = {"Origin": self.url}
        return await self.context.request.post(self.url + path, data=value, headers=headers)

    async def stored(self, chat: Chat, limit: int = 30) -> list[dict]:
        """The newest messages of the conversation as the server keeps them."""
        answer = await self.get(f"/api/conversations/{chat.id}/messages?limit={limit}")
        return (await answer.json())["messages"]

    def unforgiven(self) -> list[str]:
        """What went wrong and should not have."""
        return [f for f in self.faults if not any(re.search(p, f) for p in self.forgiven)]


def text_of(message: dict) -> str:
    """The words of a stored message."""
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")
