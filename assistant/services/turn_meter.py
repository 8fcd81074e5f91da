"""What a turn's requests and tools amount to, for the books; estimates what no vendor reports."""

from assistant.agent.history import BYTES_PER_TOKEN, estimated_tokens
from assistant.agent.types import (
    Answering,
    Continued,
    Event,
    Message,
    MessageDone,
    ProviderFailed,
    TextDelta,
    ThinkingDelta,
    ToolFinished,
    Usage,
)


class Meter:
    """Notes the usages and calls of one turn.

    provider, model: who is asked first; asked: who was asked last.
    """

    def __init__(self, provider: str, model: str, messages: tuple[Message, ...]) -> None:
        self.usages: list[Usage] = []
        self.calls: list[ToolFinished] = []
        self.asked = (provider, model)
        self._messages = messages
        self._written = 0
        self._open = True

    def note(self, event: Event) -> None:
        """Take what one event says of cost."""
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                self._written += len(text.encode(errors="replace"))
            case MessageDone(usage=usage):
                self._settle(usage)
            case ProviderFailed(usage=usage):
                self._settle(usage)
            case Continued(provider, model) | Answering(provider, model):
                self.asked, self._open = (provider, model), True
            case ToolFinished():
                self.calls.append(event)
                self._open = True

    def _settle(self, usage: Usage | None) -> None:
        if usage is not None:
            self.usages.append(usage)
        self._written, self._open = 0, False

    def close(self) -> None:
        """The turn ended: a request that was cut off is booked by our own count."""
        if self._open and self._written:
            self.usages.append(
                Usage(
                    *self.asked,
                    input_tokens=sum(map(estimated_tokens, self._messages)),
                    output_tokens=-(-self._written // BYTES_PER_TOKEN),
                    estimated=True,
                )
            )
