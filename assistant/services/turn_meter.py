"""What a turn's requests and tools amount to, for the books."""

from decimal import Decimal

from assistant.agent.types import (
    Asked,
    Continued,
    Event,
    MessageDone,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    VendorSearch,
)
from assistant.agent.vendor_search import broken_off
from assistant.services.request_meter import Made, RequestMeter


class Meter:
    """Notes the requests and calls of one turn.

    model: who is asked first; author: the model whose words are the last. first: see RequestMeter.
    """

    def __init__(self, model: str, first: Made | None = None) -> None:
        self.requests = RequestMeter(first)
        self.calls: list[ToolFinished] = []
        self.author = self._asked = model
        self._searching: dict[str, ToolCall] = {}

    def note(self, event: Event) -> None:
        """Take what one event says of cost."""
        self.requests.note(event)
        match event:
            case TextDelta() | ToolCallDelta() | MessageDone():
                self.author = self._asked
            case Asked(model=model) | Continued(model=model):
                self._asked = model
            case VendorSearch(call=call):
                self._searching[call.id] = call
            case ToolFinished(call=call):
                self._searching.pop(call.id, None)
                self.calls.append(event)

    @property
    def cost(self) -> Decimal:
        """USD of all requests so far."""
        return self.requests.cost

    def close(self) -> None:
        """The turn ended: a search that was cut off is booked as well, its query has left."""
        self.requests.close()
        self.calls += map(broken_off, self._searching.values())
        self._searching = {}
