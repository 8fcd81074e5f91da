"""The three vendors on loopback, and a provider for the one that a test is about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from assistant.agent.providers import connect
from assistant.agent.providers.clients import close_clients
from assistant.agent.types import (
    Message,
    MessageDone,
    ModelEvent,
    Provider,
    Request,
    Text,
    TextDelta,
)
from tests.vendors import Say, Script, VendorServer


@dataclass
class Vendor:
    """One vendor under test: its server, its current model, and one that it does not share."""

    name: str
    model: str
    server: VendorServer

    def provider(self, *, model: str = "", key: str = "key", url: str = "") -> Provider:
        """A provider that talks to the loopback server."""
        base = (url or self.server.url) + ("/v1" if self.name == "openai" else "")
        return connect(self.name, model or self.model, key, base, 5.0)

    async def told(self, script: Script, request: Request | None = None) -> list[ModelEvent]:
        """All events of one answer."""
        self.server.then(self.name, script)
        return [event async for event in self.provider().stream(request or said("Hi."))]


WORDS = Say(("One ", "two ", "three."))
MODELS = {"anthropic": "claude-sonnet-5-5", "openai": "gpt-6.2-sol", "google": "gemini-4-argon"}


@pytest.fixture
async def server() -> AsyncIterator[VendorServer]:
    async with VendorServer() as server:
        yield server
        await close_clients()


@pytest.fixture(params=sorted(MODELS))
def vendor(request: pytest.FixtureRequest, server: VendorServer) -> Vendor:
    return Vendor(request.param, MODELS[request.param], server)


@pytest.fixture
def anthropic(server: VendorServer) -> Vendor:
    return Vendor("anthropic", MODELS["anthropic"], server)


@pytest.fixture
def openai(server: VendorServer) -> Vendor:
    return Vendor("openai", MODELS["openai"], server)


@pytest.fixture
def google(server: VendorServer) -> Vendor:
    return Vendor("google", MODELS["google"], server)


def said(text: str) -> Request:
    """A request of one user message."""
    return Request("Be brief.", (Message("user", (Text(text),)),))


def done(events: list[ModelEvent]) -> MessageDone:
    """The last event, which ends a good answer."""
    last = events[-1]
    assert isinstance(last, MessageDone)
    return last


def text_of(events: list[ModelEvent]) -> str:
    """The words that were streamed."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
