"""Small providers and tools that do what a test tells them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from assistant.agent.acts import Act, Arguments, Effect, Intent, Output, Tool, ToolContext
from assistant.agent.gate import Gate, Permissions
from assistant.agent.provenance import Provenance
from assistant.agent.toolbox import Toolbox
from assistant.agent.types import (
    Message,
    MessageDone,
    ModelEvent,
    Request,
    StopReason,
    Text,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from assistant.errors import ProviderUnavailable

T = TypeVar("T")

HANG = None
NOTHING = Permissions()
Step = ModelEvent | Exception | None


class Scripts:
    """A provider that plays one script for each request, the last one again and again."""

    def __init__(self, *scripts: Sequence[Step], name: str = "one") -> None:
        self.name = name
        self.model = f"{name}-model"
        self.requests: list[Request] = []
        self.open = 0
        self.hangs = asyncio.Event()
        self._scripts = scripts

    async def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        self.requests.append(request)
        self.open += 1
        try:
            for step in self._scripts[min(len(self.requests), len(self._scripts)) - 1]:
                if step is HANG:
                    self.hangs.set()
                    await asyncio.Event().wait()
                await asyncio.sleep(0)
                if isinstance(step, Exception):
                    raise step
                assert step is not None
                yield step
        finally:
            self.open -= 1


def words(*texts: str) -> list[Step]:
    return [TextDelta(text) for text in texts]


def done(*parts: Text | ToolCall, stop: StopReason = "end", provider: str = "one") -> MessageDone:
    return MessageDone(Message("assistant", parts), Usage(provider, f"{provider}-model"), stop)


def says(*texts: str, provider: str = "one") -> list[Step]:
    return [*words(*texts), done(Text("".join(texts)), provider=provider)]


def asks(*calls: ToolCall, stop: StopReason = "tools") -> list[Step]:
    return [*(ToolCallDelta(c.id, c.name, "{}") for c in calls), done(*calls, stop=stop)]


def breaks_off(*texts: str) -> list[Step]:
    return [*words(*texts), ProviderUnavailable("It broke off.")]


def asked(text: str = "Hello", *tools: Tool) -> Request:
    return Request("Be good.", (Message("user", (Text(text),)),), tools)


def tool_that(run: object, name: str = "look", effect: Effect = Effect.READ) -> Tool:
    """A tool that returns `run`, or raises it, or awaits it when it is a function."""

    async def answer(arguments: Arguments, context: ToolContext) -> Output:
        if isinstance(run, BaseException):
            raise run
        said = await run() if callable(run) else str(run)
        return said if isinstance(said, Output) else Output(said)

    async def intended(arguments: Arguments, context: ToolContext) -> Intent:
        return Intent(effect, "Do what the test says")

    return Tool(name, "Does what the test says.", {}, effect, "Looked", answer, intended)


@dataclass
class Written:
    """A journal that remembers what was about to be done."""

    begun: list[tuple[ToolCall, Act]] = field(default_factory=list)

    async def admits(self, call: ToolCall) -> str:
        return ""

    async def begins(self, call: ToolCall, act: Act) -> str:
        self.begun.append((call, act))
        return ""


def box(
    *tools: Tool,
    permitted: Permissions = NOTHING,
    said: Provenance | None = None,
    journal: Written | None = None,
    seconds: float = 60,
) -> Toolbox:
    """A toolbox of one turn."""

    async def permissions() -> Permissions:
        return permitted

    said = said if said is not None else Provenance(())
    journal = journal if journal is not None else Written()
    return Toolbox(tools, Gate(permissions), ToolContext(key="turn"), said, journal, seconds)


def act(effect: Effect = Effect.READ, rule: str | None = None) -> Act:
    """What the gate makes of a call of `tool_that`."""
    own = {Effect.READ: "reads only", Effect.WRITE: "can be undone"}.get(effect, "")
    return Act(Intent(effect, "Do what the test says"), own if rule is None else rule)


async def all_of(events: AsyncGenerator[T, None]) -> list[T]:
    async with aclosing(events):
        return [event async for event in events]


async def until_error(events: AsyncGenerator[T, None]) -> tuple[list[T], Exception | None]:
    """The events, and the error that ended them."""
    seen: list[T] = []
    try:
        async with aclosing(events):
            async for event in events:
                seen.append(event)
    except Exception as error:  # noqa: BLE001  (the test looks at it)
        return seen, error
    return seen, None
