"""An answer as it grows, event by event, and what all vendors' answers have in common."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Generic, TypeVar, cast

from pydantic import JsonValue

from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.providers.ahead import Ahead
from assistant.agent.providers.counts import impossible, is_figure, without
from assistant.agent.providers.faults import (
    CUT,
    GARBAGE,
    MALFORMED,
    UNSENT,
    Fault,
    Unsent,
    is_refusal,
    raised,
)
from assistant.agent.providers.joined import joined
from assistant.agent.providers.surrogates import whole_event, whole_part
from assistant.agent.request_size import request_size
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
        self._doubted: set[str] = set()
        request.sent.so_far = self.so_far

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
                self._written += len(text.encode(errors="replace"))

    def done(self) -> MessageDone:
        """The whole answer. Raises ProviderError when the vendor broke off before its end."""
        if self.stop is None:
            raise self.failed(CUT)
        parts = self.parts if self.stop in ("end", "tools") else _unfinished(self.parts)
        said = Message("assistant", tuple(whole_part(p) for p in parts if not _is_open(p)))
        return MessageDone(said, self._reported(), self.stop)

    def figure(self, name: str, value: object, known: int = 0) -> int:
        """A figure of the vendor's by our name; the known one where it is left out or cannot be."""
        if value is None:
            return known
        if not is_figure(value):
            self._doubted.add(name)
            return known
        return cast("int", value)

    def _reported(self) -> Usage:
        """The vendor's figures; ours in place of those that cannot be, or never came."""
        usage = self._possible()
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        untold = not read or (self._written and not usage.output_tokens)
        wrong = untold or set(usage.doubted) - {"thinking_tokens"}
        return self._filled(usage) if wrong else usage

    def _possible(self) -> Usage:
        """What the vendor has told so far, without what cannot be."""
        usage, asked = replace(self.usage, searches=self.searches), self._request
        sent, allowed = request_size(asked), asked.max_output_tokens
        doubted = impossible(usage, sent, allowed, searched=asked.search) | self._doubted
        return without(usage, doubted) if doubted else usage

    def failed(self, fault: Fault, *, refused: bool = False) -> ProviderError:
        """The error to raise, with what the attempt cost as far as that can be told.

        refused: the vendor has answered with nothing but an error, for which none charges.
        """
        return raised(fault, self.usage.provider, self.usage.model, self._spent(refused))

    def _spent(self, refused: bool) -> Usage | None:  # noqa: FBT001
        if refused and not self.begun:
            return replace(self.usage, ended="refused")
        return self.so_far() if self.begun or self._request.sent.left else None

    def so_far(self) -> Usage:
        """What the request has cost by now: the vendor's figures, and ours where it has none yet.

        In the middle of an answer Anthropic has told what it read and Gemini both sums so far,
        OpenAI nothing. No vendor tells later what became of a request that was cut off, except in
        sums of a day; so the rest of such an estimate stays one.
        """
        return self._filled(self._possible())

    def _filled(self, usage: Usage) -> Usage:
        reported = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        written = -(-self._written // BYTES_PER_TOKEN)
        return replace(
            usage,
            input_tokens=usage.input_tokens if reported else request_size(self._request),
            output_tokens=max(usage.output_tokens, written),
            estimated=True,
        )


async def follow(
    events: AsyncGenerator[VendorEvent, None],
    draft: Draft[VendorEvent],
    explain: Callable[[Exception], Fault],
    causes: tuple[type[Exception], ...],
) -> AsyncGenerator[ModelEvent, None]:
    """What the vendor's events say, Alive for one that says nothing, then MessageDone.

    Words that came together are one event. Nothing waits for what has not come yet.
    explain: what an exception among `causes` (all but MALFORMED that the vendor causes) means.
    Raises ProviderError. Closing it closes `events`, and with them the vendor's HTTP request.
    """
    try:
        async with aclosing(Ahead(events)) as ahead:
            while come := await ahead.some():
                draft.begun = True
                for said in map(whole_event, joined(_told(come, draft))):
                    draft.count(said)
                    yield said
        yield draft.done()
    except Unsent as error:
        raise draft.failed(UNSENT) from error
    except causes as error:
        raise draft.failed(explain(error), refused=is_refusal(error)) from error
    except MALFORMED as error:
        raise draft.failed(GARBAGE) from error


def _told(events: Iterable[VendorEvent], draft: Draft[VendorEvent]) -> Iterator[ModelEvent]:
    for event in events:
        silent = True
        for said in draft.take(event):
            silent = False
            yield said
        if silent:
            yield Alive()


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
