"""A conversation as it stands in an archive: what of it is read back, and within which bounds.

Anybody may have written the archive, so every value is checked; what is not known is left out.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from assistant.config import MESSAGE_CHARACTERS
from assistant.services.contents import NOT_RUN, Entry, clean
from assistant.services.inputs import TITLE_CHARACTERS
from assistant.services.turn_pen import REPLY_CHARACTERS

MESSAGES_AT_MOST = 20_000
MARKS_AT_MOST = 150_000  # while JSON is read, nothing else runs in this process: for so many 0.1 s
PARTS_AT_MOST = 2_000
LONGEST_MESSAGE = 4 * REPLY_CHARACTERS  # as JSON, with all that tools gave back
DEPTH_AT_MOST = 20
UNFIT = "what stands there is not what an export writes"
# What a reader of the archive understands of a fault, by the name that pydantic has for it.
_UNFIT = {
    "missing": "it is missing",
    "string_type": "it is no text",
    "string_too_short": "it is empty",
    "string_too_long": "it is too long",
    "too_long": "it has too many items",
    "literal_error": "it is none of the words that may stand there",
    "datetime_parsing": "it is no time",
    "datetime_from_date_parsing": "it is no time",
    "timezone_aware": "it is a time without its zone",
    "model_type": "it is no object of JSON",
    "dict_type": "it is no object of JSON",
    "list_type": "it is no list",
}
OPEN = ("running", "waiting")
Form = TypeVar("Form", bound=BaseModel)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_MARKS = (b",", b"[", b"{")
_UNTAKEN = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_CHARACTERS = 64
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class NotReadable(Exception):
    """This is no conversation that can be imported; the text says why."""


class _Unfit(ValueError):
    """A value is not as it must be; the text says why, in our own words."""


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _past(at: datetime) -> datetime:
    """No time before there was anything to export, and none that is to come."""
    if at < _FIRST:
        raise _Unfit("a time before the year 2000")
    return min(at, datetime.now(UTC))


def _shallow(value: Any, depth: int = 0) -> Any:  # noqa: ANN401  (any JSON)
    """The value with all its texts clean."""
    if depth > DEPTH_AT_MOST:
        raise _Unfit(f"more than {DEPTH_AT_MOST} levels")
    if isinstance(value, float) and not math.isfinite(value):
        raise _Unfit("a number that is too large")
    if isinstance(value, dict):
        return {clean(name): _shallow(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_shallow(each, depth + 1) for each in value]
    return _cleaned(value)


def _plain(name: str) -> str:
    """What every vendor takes for the id and the name of a call."""
    return _UNTAKEN.sub("_", name)[:_NAME_CHARACTERS] or "unnamed"


CLEANED = BeforeValidator(_cleaned)
Shallow = AfterValidator(_shallow)
Id = Annotated[str, Field(min_length=1, max_length=64), CLEANED]
Label = Annotated[str, Field(max_length=200), CLEANED]
Called = Annotated[Label, AfterValidator(_plain)]
Title = Annotated[str, Field(max_length=TITLE_CHARACTERS), CLEANED]
Sentence = Annotated[str, Field(max_length=2_000), CLEANED]
Words = Annotated[str, Field(max_length=REPLY_CHARACTERS), CLEANED]
Moment = Annotated[AwareDatetime, AfterValidator(_past)]


class Read(BaseModel):
    """What is not known is left out."""

    model_config = ConfigDict(extra="ignore")


class _Said(Read):
    type: Literal["text", "thinking"]
    text: Words


class _Used(Read):
    type: Literal["tool"]
    id: Called
    name: Called
    called: Label = ""
    label: Label
    state: Literal["writing", "running", "waiting", "done", "failed", "denied"]
    arguments: Annotated[dict[str, Any] | None, AfterValidator(_shallow)] = None
    result: Words = ""
    seconds: float = Field(0.0, ge=0, le=1e6)
    step: int = Field(0, ge=0, le=10_000)

    @model_validator(mode="after")
    def _ended(self) -> Self:
        """A call that never ran will not run any more."""
        if self.state in ("writing", "running", "waiting"):
            self.state, self.result = "failed", self.result or NOT_RUN
        return self


class _GoneOn(Read):
    type: Literal["continued"]
    model: Label


class _Attached(Read):
    type: Literal["file"]
    id: Label
    name: Label
    media: Label
    size: int = Field(0, ge=0)
    text: Words = ""


Part = Annotated[_Said | _Used | _GoneOn | _Attached, Field(discriminator="type")]


class ArchivedMessage(Read):
    """A message. parent: the id of the one before it, in the same archive."""

    id: Id
    parent: Id | None = None
    role: Literal["user", "assistant"]
    status: Literal["running", "waiting", "done", "stopped", "failed", "interrupted"]
    model: Label = ""
    error: Sentence = ""
    notice: Sentence = ""
    created_at: Moment
    ended_at: Moment | None = None
    parts: Annotated[list[Part], FailFast(), Field(max_length=PARTS_AT_MOST)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.role == "user" and sum(len(p.text) for p in self._words()) > MESSAGE_CHARACTERS:
            raise _Unfit(f"more than {MESSAGE_CHARACTERS:,} characters in one message")
        if len(self.model_dump_json()) > LONGEST_MESSAGE:
            raise _Unfit(f"more than {LONGEST_MESSAGE:,} characters in one answer")
        if self.role == "assistant" and any(isinstance(part, _Attached) for part in self.parts):
            raise _Unfit("an answer with a file")
        if self.role == "assistant" and self.parent is None:
            raise _Unfit("an answer without a question")
        self.status = "interrupted" if self.status in OPEN else self.status
        return self

    def _words(self) -> list[_Said]:
        return [part for part in self.parts if isinstance(part, _Said)]

    def entries(self) -> list[Entry]:
        """The parts in their stored form (`contents.py`)."""
        return [part.model_dump() for part in self.parts]


class ArchivedTalk(Read):
    """A conversation. id: the one that it had where it was begun; head: a message's.

    count: of all its messages, where they do not fit into one file. continues: this is a later file
    of such a one; its messages hang on those of the files before.
    """

    id: Id
    title: Title | None = None
    titled: Literal["", "user", "model"] = ""
    model: Label = ""
    head: Id | None = None
    created_at: Moment
    touched_at: Moment
    archived_at: Moment | None = None
    count: int = Field(0, ge=0)
    continues: bool = False
    messages: Annotated[list[ArchivedMessage], FailFast(), Field(max_length=MESSAGES_AT_MOST)]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {message.id for message in self.messages}
        if len(known) < len(self.messages):
            raise _Unfit("two messages with one id")
        named = self.outside() | ({self.head} if self.count <= len(known) else set()) - {None}
        if not self.continues and not named <= known:
            raise _Unfit("a message that is not there")
        if self.messages and len(self.in_order()) < len(self.messages):
            raise _Unfit("messages that follow each other in a circle")
        return self

    def outside(self) -> set[str]:
        """The messages that others here hang on, and that are not here."""
        known = {message.id for message in self.messages}
        return {message.parent for message in self.messages if message.parent} - known

    def in_order(self) -> list[ArchivedMessage]:
        """Parents before children, else as they stand; those that hang in a circle are left out."""
        children: dict[str | None, list[ArchivedMessage]] = {}
        outside = self.outside()
        for message in self.messages:
            parent = None if message.parent in outside else message.parent
            children.setdefault(parent, []).append(message)
        ordered = list(children.get(None, ()))
        for message in ordered:  # grows while it is read
            ordered += children.get(message.id, ())
        return ordered


def read_as(form: type[Form], content: bytes) -> Form:
    """What stands in a file of an archive, in its form. Raises NotReadable."""
    if marks_in(content) > MARKS_AT_MOST:
        raise NotReadable(f"it has more than {MARKS_AT_MOST:,} names and values")
    try:
        read = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotReadable("it is not JSON") from error
    try:
        return form.model_validate(read)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"][:4])
        raise NotReadable(f"{where}: {_why(first)}" if where else _why(first)) from error


def _why(fault: ErrorDetails) -> str:
    """One of our own sentences: what a library says is for programmers."""
    raised = fault.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, _Unfit) else _UNFIT.get(fault["type"], UNFIT)


def marks_in(content: bytes) -> int:
    """How many strings, commas and openings JSON has. Above the bound it is not counted on."""
    count = at = 0
    for string in _STRING.finditer(content):
        count += 1 + _between(content, at, string.start())
        at = string.end()
        if count > MARKS_AT_MOST:
            return count
    return count + _between(content, at, len(content))


def _between(content: bytes, start: int, end: int) -> int:
    return sum(content.count(mark, start, end) for mark in _MARKS)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")
