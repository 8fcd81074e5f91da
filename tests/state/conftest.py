"""Reflex's own event processor, driven in this process, and sockets that speak to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from assistant.app import app
from assistant.services.sessions import User, vouched
from assistant.state.base import USER_HEADER
from tests.services.paying import sells, stripe  # noqa: F401

ROOT = "reflex___state____state"


def full_name(state: type[rx.State], event: str) -> str:
    """What a page calls an event of a state."""
    return f"{state.get_full_name()}.{event}"


class Line:
    """Where Reflex writes what is not a change of state: the events that pages are to run."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        self.events.setdefault(token, []).extend(update.events)


@dataclass
class Page:
    """One open page: what it sends is run by Reflex, and its state can be read.

    address: where it is, if at no conversation. ip: where its browser is.
    """

    processor: Any
    states: Any
    line: Line
    user: User | None
    token: str = field(default_factory=lambda: str(uuid4()))
    chat_id: str = ""
    address: str = ""
    ip: str = "127.0.0.1"

    async def send(self, state: type[rx.State], event: str, **payload: Any) -> list[Any]:
        """Run the event to its end; returns the changes that the page gets."""
        header = vouched(self.user) if self.user else ""
        path = self.address or (f"/chat/{self.chat_id}" if self.chat_id else "/")
        router = {
            "pathname": path,
            "path": path,
            "asPath": path,
            "query": {"chat_id": self.chat_id} if self.chat_id else {},
            "headers": {USER_HEADER: header},
            "token": self.token,
            "sid": "s",
            "ip": self.ip,
        }
        sent = Event(name=full_name(state, event), payload=payload, router_data=router)
        return [each async for each in self.processor.enqueue_stream_delta(self.token, sent)]

    async def opened(self) -> Self:
        """The page, after Reflex has sent it all and has run what it loads by."""
        await self.send(rx.State, "hydrate_and_load")
        return self

    @property
    def redirects(self) -> list[str]:
        """Where Reflex has sent this page."""
        told = self.line.events.get(self.token, [])
        return [event.payload["path"] for event in told if event.name == "_redirect"]

    async def state(self, state: type[rx.State]) -> Any:
        """The state of this page now."""
        root = await self.states.get_state(BaseStateToken(ident=self.token, cls=state))
        return await root.get_state(state)


@pytest.fixture
async def processor(db: str) -> AsyncIterator[tuple[Any, Any, Line]]:
    states, line = StateManagerMemory(), Line()
    with app.set_contexts():
        made = BaseStateEventProcessor(middleware=app, backend_exception_handler=None)
        async with made.configure(state_manager=states, event_namespace=line) as running:
            yield running, states, line


@pytest.fixture
async def hers(processor: tuple[Any, Any, Line], alice: User) -> Page:
    return await Page(*processor, user=alice).opened()


@pytest.fixture
def anonymous(processor: tuple[Any, Any, Line]) -> Page:
    return Page(*processor, user=None)
