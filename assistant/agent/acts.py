"""What a tool can do, what one call of it would do, and what it gives back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import JsonValue

from assistant.errors import ToolError

Arguments = Mapping[str, JsonValue]
Backend = TypeVar("Backend")
TargetKind = Literal[
    "recipient", "url", "query", "calendar", "event", "file", "mail", "note", "server"
]
Origin = Literal["user", "offered", "untrusted", "model"]


class Effect(StrEnum):
    """What a call can do to the world; the gate decides by it.

    WRITE: to the user's own data, in a way that can be undone.
    """

    READ = "read"
    WRITE = "write"
    SEND = "send"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a call reaches: a person's address, a page, the words of a search."""

    kind: TargetKind
    value: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What a call with these very arguments would do.

    sentence: for people, in the infinitive: "Send “Lunch?” to bob@example.com".
    targets: all that learns something by the call, or is changed by it.
    """

    effect: Effect
    sentence: str
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What was decided of a call: what it amounts to here and now, and by which rule it may run.

    rule: "" where nobody has allowed it. origins: who has named each target.
    """

    intent: Intent
    rule: str = ""
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where something that was read stands, for the reader to follow."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool gives back. content: for the model.

    untrusted: others may have written what stands in it; None leaves that to the tool.
    undo: what `Tool.undo` needs in order to take the call back, None when that cannot be.
    """

    content: str
    untrusted: bool | None = None
    sources: tuple[Source, ...] = ()
    undo: JsonValue = None


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the turn that it runs in. timezone: an IANA name.

    key: the same for every try of the same call, so that a repeated one has its effect once.
    tainted: text that others wrote has been read, so what is written now may come from them.
    backends: what stands behind the tools, by its protocol.
    """

    user_id: str = ""
    timezone: str = "UTC"
    key: str = ""
    tainted: bool = False
    backends: Mapping[type, object] = field(default_factory=dict)

    def backend(self, protocol: type[Backend]) -> Backend:
        """What stands behind a tool. Raises ToolError when the user has connected none."""
        found = self.backends.get(protocol)
        if found is None:
            name = protocol.__name__.lower()
            raise ToolError(f"No {name} is connected. The user can do so in Settings, Connections.")
        return found  # type: ignore[return-value]  # whoever fills `backends` keeps to the protocol


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that the model may ask for.

    schema: JSON Schema of the arguments. effect: the strongest that a call of it can have.
    label: the verb that people read ("Calculated").
    run: takes the raw arguments, checks them, and does it; raises ToolError.
    intent: takes the raw arguments, checks them, and tells what `run` would do; raises ToolError.
    untrusted: what it returns was written by others. needs: the protocol of its backend.
    repeatable: a second try with the same context.key has no second effect.
    delay: seconds that a call waits before it runs, in which the user may take it back.
    undo: takes a call back by what it left in `Output.undo`; raises ToolError.
    title: what people call it, "" where that is its name in words.
    about: what it does, for people; "" where only its description says so, which is for models.
    foreign: others wrote its name, its description and its schema, which every request holds.
    """

    name: str
    description: str
    schema: Mapping[str, JsonValue]
    effect: Effect
    label: str
    run: Callable[[Arguments, ToolContext], Awaitable[Output]]
    intent: Callable[[Arguments, ToolContext], Awaitable[Intent]]
    untrusted: bool = False
    needs: type | None = None
    repeatable: bool = False
    delay: float = 0.0
    undo: Callable[[JsonValue, ToolContext], Awaitable[str]] | None = None
    title: str = ""
    about: str = ""
    foreign: bool = False

    @property
    def called(self) -> str:
        """What people call it, as it stands within a sentence."""
        return self.title or self.name.replace("_", " ")
