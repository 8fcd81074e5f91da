"""The requests to models that one piece of work makes, and what each of them came to."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from uuid import UUID, uuid4

from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.prices import cost
from assistant.agent.types import (
    Asked,
    Event,
    MessageDone,
    ProviderFailed,
    Sent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
    VendorSearch,
)

# Before each request of a turn those that it has made are summed up.
_known_cost = lru_cache(maxsize=1_000)(cost)


@dataclass(eq=False, slots=True)
class Made:
    """One request. id: of its row, first in open_requests and then in usage_logs.

    read: what it reads, in tokens of our count. usage: None as long as it runs, and where it is
    over and never left us. is_noted: it stands in open_requests. is_booked: it is dealt with.
    """

    provider: str
    model: str
    read: int = 0
    sent: Sent = field(default_factory=Sent)
    id: UUID = field(default_factory=uuid4)
    usage: Usage | None = None
    is_over: bool = False
    is_noted: bool = False
    is_booked: bool = False


class RequestMeter:
    """Notes each request from before it is made. first: one that is noted already, if it comes."""

    def __init__(self, first: Made | None = None) -> None:
        self.made: list[Made] = [first] if first else []
        self._first = first
        self._running: Made | None = None
        self._written = 0
        self._searches: set[str] = set()

    def note(self, event: Event) -> None:
        """Take what one event says of requests."""
        match event:
            case Asked():
                self._begin(event)
            case TextDelta(text) | ThinkingDelta(text) | ToolCallDelta(arguments=text):
                self._written += len(text.encode(errors="replace"))
            case VendorSearch(call=call):
                self._searches.add(call.id)
            case MessageDone(usage=usage):
                self._end(usage)
            case ProviderFailed(usage=usage):
                self._end(usage)

    def _begin(self, asked: Asked) -> None:
        first, self._first = self._first, None
        if first and (first.provider, first.model) == (asked.provider, asked.model):
            first.sent, first.read = asked.sent, asked.read
            self._running = first
            return
        if first:
            first.is_over = True  # another is asked instead
        self._running = Made(asked.provider, asked.model, asked.read, asked.sent)
        self.made.append(self._running)

    def _end(self, usage: Usage | None) -> None:
        if self._running is not None:
            self._running.usage, self._running.is_over = usage, True
        self._running, self._written, self._searches = None, 0, set()

    def close(self) -> None:
        """The work has ended; what has not left by now never will."""
        if self._running is not None:
            self._end(self._estimate(self._running) if self._running.sent.left else None)
        if self._first is not None:
            self._first.is_over = True

    def _estimate(self, made: Made) -> Usage:
        """What a request has cost that we left: by its vendor's figures so far, else by ours."""
        if made.sent.so_far is not None:
            return replace(made.sent.so_far(), ended="left")
        return Usage(
            made.provider,
            made.model,
            input_tokens=made.read,
            output_tokens=-(-self._written // BYTES_PER_TOKEN),
            estimated=True,
            searches=len(self._searches),
            ended="left",
        )

    @property
    def usages(self) -> list[Usage]:
        """Of the requests that are over and have left us, in order."""
        return [made.usage for made in self.made if made.usage is not None]

    @property
    def cost(self) -> Decimal:
        """USD of all requests so far."""
        return sum(map(_known_cost, self.usages), Decimal(0))

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to write down: what is over is booked, what runs is noted."""
        return all(made.is_booked if made.is_over else made.is_noted for made in self.made)
