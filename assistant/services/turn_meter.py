"""What a turn's requests and tools amount to, for the books; estimates what no vendor reports."""

from decimal import Decimal

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.prices import cost
from assistant.agent.types import (
    Answering,
    Continued,
    Event,
    Message,
    MessageDone,
    ProviderFailed,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    Usage,
    VendorSearch,
)
from assistant.agent.vendor_search import broken_off


class Meter:
    """Notes the usages and calls of one turn.

    provider, model: who is asked first; author: the model whose words are the last.
    """

    def __init__(self, provider: str, model: str, messages: tuple[Message, ...]) -> None:
        self.usages: list[Usage] = []
        self.calls: list[ToolFinished] = []
        self.author = model
        self._asked = (provider, model)
        self._read = sum(map(estimated_tokens, messages))
        self._written = 0
        self._open = False
        self._searches: dict[str, ToolCall] = {}  # of the vendor, in the request that is open
        self._searching: dict[str, ToolCall] = {}

    def note(self, event: Event) -> None:
        """Take what one event says of cost."""
        match event:
            case ThinkingDelta(text):
                self._write(text)
            case TextDelta(text) | ToolCallDelta(arguments=text):
                self._write(text)
                self.author = self._asked[1]
            case Answering(provider, model) | Continued(provider, model):
                self._asked, self._open = (provider, model), True
            case MessageDone(message=message, usage=usage):
                self._settle(usage)
                self._read += estimated_tokens(message)
                self.author = self._asked[1]
            case ProviderFailed(usage=usage):
                self._settle(usage)
            case VendorSearch(call=call):
                self._searches[call.id] = self._searching[call.id] = call
                self._open = True
            case ToolFinished(call=call, result=result):
                self._searching.pop(call.id, None)
                self.calls.append(event)
                self._read += estimated_tokens(Message("tool", (result,)))

    def _write(self, text: str) -> None:
        self._written += len(text.encode(errors="replace"))
        self._open = True

    def _settle(self, usage: Usage | None) -> None:
        if usage is not None:
            self.usages.append(usage)
        self._written, self._open = 0, False
        self._searches = {}

    @property
    def cost(self) -> Decimal:
        """USD of all requests so far."""
        return sum(map(cost, self.usages), Decimal(0))

    def close(self) -> None:
        """The turn ended: a request that was cut off is booked by our own count.

        So is a search of the vendor's: its query has left.
        """
        if self._open:
            self._settle(self._estimate())
        self.calls += map(broken_off, self._searching.values())
        self._searching = {}

    def _estimate(self) -> Usage:
        return Usage(
            *self._asked,
            input_tokens=self._read,
            output_tokens=-(-self._written // BYTES_PER_TOKEN),
            estimated=True,
            searches=len(self._searches),
        )
