"""The language of the agent: what a model reads, what it says, and what happens meanwhile.

All are values: equal content means equal values. Rows, ids of rows and storage live elsewhere.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from pydantic import JsonValue

from assistant.agent.acts import Act, Arguments, Source, Tool
from assistant.agent.attached import Document, Image, Summary, marked
from assistant.agent.usage import Sent as Sent  # they belong to the language, too
from assistant.agent.usage import Usage as Usage

Role = Literal["user", "assistant", "tool"]
StopReason = Literal["end", "tools", "length", "refusal"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A vendor's own block, to be sent back unchanged to the model that made it, and to no other.

    It carries what we do not interpret: thinking signatures, encrypted reasoning, item ids.
    """

    model: str
    payload: JsonValue


@dataclass(frozen=True, slots=True)
class Text:
    """Words that the user sees.

    imported: they came in an archive, which anybody may have written, the user's part of it, too.
    """

    text: str
    replay: Replay | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Thinking:
    """A model's thinking. The text may be empty where the vendor hides it."""

    text: str
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model asks for a tool. Arguments are parsed JSON and not yet checked."""

    id: str
    name: str
    arguments: Arguments
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool said, in words for the model.

    untrusted: others may have written what stands in it. sources: where it stands.
    """

    call_id: str
    name: str
    content: str
    is_error: bool = False
    untrusted: bool = False
    sources: tuple[Source, ...] = ()

    @property
    def told(self) -> str:
        """The content as the model reads it: what others may have written stands between marks."""
        return marked(self.name, self.content) if self.untrusted else self.content


@dataclass(frozen=True, slots=True)
class VendorSearch:
    """The vendor searches the web for its model, in the middle of an answer and as a part of it.

    call: as if a tool of ours were called. result: None as long as the vendor is at it.
    """

    call: ToolCall
    result: ToolResult | None = None
    seconds: float = 0.0

    @property
    def replay(self) -> Replay | None:
        """The vendor's own block."""
        return self.call.replay


Part = Text | Thinking | ToolCall | ToolResult | Document | Image | Summary | VendorSearch


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the history. A "tool" message holds only results, one for each call."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The words of the message, without thinking and tools."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools that the message asks for, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More words of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More thinking; the text may be empty and then only says that the model is at work."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A call is being written: its id and name, and more characters of its JSON arguments."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The vendor sent something that says nothing new. `Fallback` keeps it to itself."""


@dataclass(frozen=True, slots=True)
class MessageDone:
    """The model has said all; this ends its stream."""

    message: Message
    usage: Usage
    stop_reason: StopReason


@dataclass(frozen=True, slots=True)
class ProviderFailed:
    """One provider gave up. usage is what the attempt cost, as far as is known."""

    provider: str
    model: str
    reason: str
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to this model is about to be made; it is made once the next event is wanted."""

    provider: str
    model: str
    read: int = field(default=0, compare=False)  # tokens, by our own count
    sent: Sent = field(default_factory=Sent, compare=False, repr=False)
    may_write: int = field(default=0, compare=False)  # tokens


@dataclass(frozen=True, slots=True)
class Continued:
    """From here on another model writes the rest of the answer."""

    provider: str
    model: str


ModelEvent = (
    TextDelta
    | ThinkingDelta
    | ToolCallDelta
    | VendorSearch
    | Alive
    | MessageDone
    | ProviderFailed
    | Asked
    | Continued
)


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The gate has let a call pass, and it runs."""

    call: ToolCall
    act: Act


@dataclass(frozen=True, slots=True)
class ToolAsked:
    """A call waits outside the turn, which ends with it.

    It waits for the user's yes, or, where act.rule allows it, for its time.
    delay: seconds in which an allowed call can be taken back.
    """

    call: ToolCall
    act: Act
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A call has its result: an answer, an error or the gate's refusal. seconds: it ran so long.

    act: None where the call could not be understood. undo: see `Output`.
    """

    call: ToolCall
    result: ToolResult
    seconds: float
    act: Act | None = None
    undo: JsonValue = None


Event = ModelEvent | ToolStarted | ToolAsked | ToolFinished


@dataclass(frozen=True, slots=True)
class Request:
    """All that a model is given. max_output_tokens bounds what it may write.

    search: whether its vendor may search the web for it, once. sent: where it is told how it goes.
    shared: so many characters of the system are the same for all users.
    cache_key: the same for requests that begin alike. funds: USD that the answer may still cost.
    """

    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = field(default=())
    max_output_tokens: int = 8192
    search: bool = False
    sent: Sent = field(default_factory=Sent, compare=False, repr=False)
    shared: int = 0
    cache_key: str = ""
    funds: Callable[[], Decimal] | None = field(default=None, compare=False, repr=False)


class Provider(Protocol):
    """One model of one vendor, or several behind one face (`Fallback`)."""

    @property
    def name(self) -> str:
        """The vendor's name in the catalogue: anthropic, openai, google, scripted."""
        ...

    @property
    def model(self) -> str:
        """The model's id, as the vendor spells it."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """Answer the request. A stream that ends well ends with `MessageDone`.

        Raises ProviderUnavailable or ProviderRejected, and nothing else that a vendor causes.
        Closing the generator ends the vendor's HTTP request.
        """
        ...
