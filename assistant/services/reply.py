"""A reply as it grows: folds the agent's events into stored parts, and says what changed.

A change is what the page needs to follow (see `api/turns.py`): ["t", words], ["k", thinking],
["c", tool part], ["by", {"model": label}].
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from assistant.agent.acts import Tool
from assistant.agent.types import (
    Continued,
    Event,
    Message,
    MessageDone,
    Part,
    Replay,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolAsked,
    ToolCall,
    ToolCallDelta,
    ToolFinished,
    ToolStarted,
    VendorSearch,
)
from assistant.services.contents import Entry, clean, finished, shown, unfinished

Change = list[Any]
TEXTS = {"t": "text", "k": "thinking"}
OPEN = ("writing", "running")


class Reply:
    """The parts so far.

    named: what people read for a model's id. card: what they read of a call that waits for them.
    row: the id by which the log will know a call that has ended, by its number.
    """

    def __init__(
        self,
        named: Callable[[str], str],
        card: Callable[[ToolAsked], Entry],
        row: Callable[[int], UUID],
    ) -> None:
        self.parts: list[Entry] = []
        self.characters = 0  # of words, which is what a stop can cut
        self.size = 0  # of all
        self.changes = 0  # of whatever kind: what is stored is old when this has grown
        self._tools: Mapping[str, Tool] = {}
        self._named = named
        self._card = card
        self._row = row
        self._calls = 0  # that have ended
        self._step = 0
        self._step_begins = 0

    def know(self, tools: Iterable[Tool]) -> None:
        """From now on calls of these tools are told in the words that people have for them."""
        self._tools = {tool.name: tool for tool in tools}

    def take(self, event: Event) -> Change | None:
        """Fold one event; return what the page must change, or None."""
        change: Change | None = None
        match event:
            case TextDelta(text):
                change = self._append("text", "t", clean(text))
            case ThinkingDelta(text):
                change = self._append("thinking", "k", clean(text))
            case ToolCallDelta(call_id, name, _):
                change = self._open_tool(call_id, name)
            case VendorSearch(call, result):
                untrusted = result is None or result.untrusted
                part = self._own_tool(call.id, call.name)
                part.update(self._called(call.name), vendor=True, untrusted=untrusted)
            case ToolStarted() | ToolAsked() | ToolFinished():
                change = self._change_tool(event.call, **self._fate(event))
            case Continued(_, model):
                change = self._continue(model)
            case MessageDone(message):
                self._settle(message)
                self.changes += 1
        self.changes += change is not None
        return change

    def _append(self, kind: str, change: str, text: str) -> Change | None:
        if not text:
            return None
        last = self.parts[-1] if len(self.parts) > self._step_begins else None
        if last is None or last["type"] != kind:
            last = {"type": kind, "text": ""}
            self.parts.append(last)
        last["text"] += text
        self.characters += len(text) if kind == "text" else 0
        self.size += len(text)
        return [change, text]

    def _open_tool(self, call_id: str, name: str) -> Change | None:
        if self._tool(call_id, self._step_begins) is not None:
            return None
        return ["c", self._seen(self._add_tool(call_id, name))]

    def _fate(self, event: ToolStarted | ToolAsked | ToolFinished) -> Entry:
        match event:
            case ToolStarted():
                return {"state": "running"}
            case ToolAsked():
                return {"state": "waiting", "approval": self._card(event)}
        return self._ended(event)

    def _ended(self, event: ToolFinished) -> Entry:
        row = self._row(self._calls)
        self._calls += 1
        return finished(event) | ({} if event.undo is None else {"execution": str(row)})

    def _change_tool(self, call: ToolCall, **changes: Any) -> Change:  # noqa: ANN401
        part = self._tool(call.id) or self._add_tool(call.id, call.name)
        part.update(arguments=dict(call.arguments), **changes)
        return ["c", self._seen(part)]

    def _continue(self, model: str) -> Change:
        part = {"type": "continued", "model": self._named(model)}
        self.parts.append(part)
        return ["by", {"model": part["model"]}]

    def _tool(self, call_id: str, begin: int = 0) -> Entry | None:
        """The last call with this id: not every vendor's ids are new in each request."""
        parts = reversed(self.parts[begin:])
        return next((p for p in parts if p["type"] == "tool" and p["id"] == call_id), None)

    def _own_tool(self, call_id: str, name: str) -> Entry:
        """The call with this id in the request that is open."""
        return self._tool(call_id, self._step_begins) or self._add_tool(call_id, name)

    def _add_tool(self, call_id: str, name: str) -> Entry:
        part: Entry = {
            "type": "tool",
            "id": call_id,
            **self._called(name),
            "state": "writing",
            "arguments": None,
            "result": "",
            "seconds": 0.0,
            "step": self._step,
        }
        self.parts.append(part)
        return part

    def _called(self, name: str) -> Entry:
        tool = self._tools.get(name)
        called, label = (tool.called, tool.label) if tool else (name, name)
        return {"name": name, "called": called, "label": label}

    def _seen(self, part: Entry) -> Entry:
        return shown([part])[0]

    def _settle(self, message: Message) -> None:
        """A request is answered: take over what its vendor wants to read again."""
        streamed = self.parts[self._step_begins :]
        if not any(part["type"] == "continued" for part in streamed):
            self.parts[self._step_begins :] = [self._settled(part) for part in message.parts]
        self._step += 1
        self._step_begins = len(self.parts)

    def _settled(self, part: Part) -> Entry:
        match part:
            case Text(text, replay):
                entry: Entry = {"type": "text", "text": clean(text)}
            case Thinking(text, replay):
                entry = {"type": "thinking", "text": clean(text)}
            case (
                ToolCall(call_id, name, arguments, replay)
                | VendorSearch(call=ToolCall(call_id, name, arguments, replay))
            ):
                entry = self._own_tool(call_id, name)
                entry["arguments"] = dict(arguments)
            case _:
                raise TypeError(f"A model cannot say a {type(part).__name__}.")
        return entry | _stored(replay)

    def close(self, *, waiting: bool = False) -> None:
        """The turn is over: calls that never ran say so, and those that were cut off.

        waiting: those that wait for the user go on doing so.
        """
        over = OPEN if waiting else (*OPEN, "waiting")
        for part in self.parts:
            if part["type"] == "tool" and part["state"] in over:
                part.update(state="failed", result=part["result"] or unfinished(part))

    def cut(self, characters: int) -> None:
        """Keep only so many characters of words; what was thought and done stays."""
        left, kept = characters, []
        for part in self.parts:
            if part["type"] == "text":
                part["text"] = part["text"][:left]
                left -= len(part["text"])
            if part["type"] == "tool" or part.get("text") or (left and part["type"] == "continued"):
                kept.append(part)
        self.parts, self.characters = kept, characters - left


def applied(parts: list[Entry], change: Change) -> None:
    """Make a change in the parts that a page shows, as `components/parts.js` does."""
    kind, value = change
    if kind in TEXTS:
        if not parts or parts[-1]["type"] != TEXTS[kind]:
            parts.append({"type": TEXTS[kind], "text": ""})
        parts[-1]["text"] += value
    elif kind == "by":
        parts.append({"type": "continued", **value})
    else:
        _put(parts, value)


def _put(parts: list[Entry], call: Entry) -> None:
    """The last call of this id is changed; one that is over stays, and another begins."""
    for at in reversed(range(len(parts))):
        if parts[at]["type"] == "tool" and parts[at]["id"] == call["id"]:
            if parts[at]["state"] in OPEN or call["state"] not in OPEN:
                parts[at] = call
                return
            break
    parts.append(call)


def _stored(replay: Replay | None) -> Entry:
    return {"replay": {"model": replay.model, "payload": replay.payload}} if replay else {}
