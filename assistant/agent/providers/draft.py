"""An answer as it grows, event by event, and what all vendors' answers have in common."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Generic, TypeVar

from pydantic import JsonValue

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.providers.faults import CUT, GARBAGE, MALFORMED, UNSENT, Fault, Unsent, raised
from assistant.agent.providers.surrogates import whole_event, whole_part
from assistant.agent.types import (
    Alive,
    Message,
    MessageDone,
    ModelEvent,
    Part,
    Replay,
    Request,
    StopReason,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
    VendorSearch,
)
from assistant.errors import ProviderError

VendorEvent = TypeVar("VendorEvent")


class Draft(ABC, Generic[VendorEvent]):
    """Reads one vendor's events. `stop` is None until the vendor has said why it ended."""

    def __init__(self, provider: str, model: str, request: Request) -> None:
        self.parts: list[Part] = []
        self.stop: StopReason | None = None
        self.usage = Usage(provider, model)
        self.searches = 0  # those that the vendor will charge for
        self.begun = False
        self._request = request
        self._written = 0

    @abstractmethod
    def take(self, event: VendorEvent) -> Iterator[ModelEvent]:
        """What one event of the vendor says. Raises VendorError, or MALFORMED on garbage."""

    def replay(self, payload: JsonValue) -> Replay:
        """A block of the vendor, kept for the same model."""
        return Replay(self.usage.model, payload)

    def count(self, event: ModelEvent) -> None:
        """Remember how much was written, for the estimate."""
        match event:
            case TextDelta(text) | ThinkingDelta(text) | ToolCallDelta(arguments=text):
                self._written += len(text)

    def done(self) -> MessageDone:
        """The whole answer. Raises ProviderError when the vendor broke off before its end."""
        if self.stop is None:
            raise self.failed(CUT)
        parts = self.parts if self.stop in ("end", "tools") else _unfinished(self.parts)
        said = Message("assistant", tuple(whole_part(p) for p in parts if not _is_open(p)))
        return MessageDone(said, replace(self.usage, searches=self.searches), self.stop)

    def failed(self, fault: Fault) -> ProviderError:
        """The error to raise, with what the attempt cost as far as that can be told."""
        usage = self._estimate() if self.begun else None
        return raised(fault, self.usage.provider, self.usage.model, usage)

    def _estimate(self) -> Usage:
        usage = self.usage
        reported = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        written = -(-self._written // BYTES_PER_TOKEN)
        return replace(
            usage,
            input_tokens=usage.input_tokens if reported else _size(self._request),
            output_tokens=max(usage.output_tokens, written),
            estimated=True,
            searches=self.searches,
        )


async def follow(
    events: AsyncGenerator[VendorEvent, None],
    draft: Draft[VendorEvent],
    explain: Callable[[Exception], Fault],
    causes: tuple[type[Exception], ...],
) -> AsyncGenerator[ModelEvent, None]:
    """What the vendor's events say, Alive for one that says nothing, then MessageDone.

    explain: what an exception among `causes` (all but MALFORMED that the vendor causes) means.
    Raises ProviderError. Closing it closes `events`, and with them the vendor's HTTP request.
    """
    try:
        async with aclosing(events):
            async for event in events:
                draft.begun = True
                silent = True
                for said in map(whole_event, draft.take(event)):
                    silent = False
                    draft.count(said)
                    yield said
                if silent:
                    yield Alive()
        yield draft.done()
    except Unsent as error:
        raise draft.failed(UNSENT) from error
    except causes as error:
        raise draft.failed(explain(error)) from error
    except MALFORMED as error:
        raise draft.failed(GARBAGE) from error


def _unfinished(parts: list[Part]) -> list[Part]:
    """The words of an answer that was stopped. A call without a result, or a vendor's block

    without what had to follow it, would make every later request not valid. What was searched for
    is kept, so that it is known.
    """
    kept: list[Part] = []
    for part in parts:
        if isinstance(part, Text | Thinking) and part.text:
            kept.append(replace(part, replay=None))
        elif isinstance(part, VendorSearch):
            kept.append(replace(part, call=replace(part.call, replay=None)))
    return kept


def _is_open(part: Part) -> bool:
    """A search of which nothing came; what belongs to it would be missing in later requests."""
    return isinstance(part, VendorSearch) and part.result is None


def _size(request: Request) -> int:
    """About how many tokens the model was given."""
    tools = sum(len(tool.description) + len(str(tool.schema)) for tool in request.tools)
    told = (len(request.system) + tools) // BYTES_PER_TOKEN
    return told + sum(map(estimated_tokens, request.messages))
