"""The stored form of a message: a JSON list of parts, in the order in which they were said.

    {"type": "text", "text": ...}                  words; "replay" where a vendor wants them back
    {"type": "thinking", "text": ...}              thinking; "replay" likewise
    {"type": "tool", "id", "name", "called", "label", "state", "arguments", "result", "seconds",
     "step"}                                       and "untrusted", "sources", "approval" (its
                                                   card), "execution" (what undoes it), "undone",
                                                   "vendor" (it was the vendor's own search)
    {"type": "continued", "model": ...}            from here on another model wrote
    {"type": "file", "id", "name", "media", "size", "text"}
                                                   a file beside the user's words, as it was then;
                                                   of a picture there is no text, and its bytes are
                                                   read anew for each turn (`pictures.py`)

Words and calls of an archive are "imported": anybody may have written them.

From it come both what the page shows (`shown`) and what a model reads again (`history`).
state: writing, running, waiting, done, failed, denied. step: which request of the turn asked for
the tool.
"""

import json
import re
from typing import Any

from assistant.agent.acts import Source
from assistant.agent.arguments import accepted
from assistant.agent.attached import Document, Image
from assistant.agent.types import (
    Message,
    Part,
    Replay,
    Text,
    Thinking,
    ToolCall,
    ToolFinished,
    ToolResult,
    VendorSearch,
)

Entry = dict[str, Any]
TOO_DEEP = "What stood here cannot be shown: it has too many levels."
WAITING = "The user has not decided yet whether this may be done, so it was not run."
NOT_RUN = "This call did not run: the answer ended first."
CUT_OFF = "This call was cut off, and may have run or not. Look before you make it again."
NO_TEXT = "[There is no text in this file that can be shown to you.]"
DENIALS = ("off", "")  # the rules by which nothing runs
PICTURE = "image/"
UNSEEN, UNSEEN_OF_FILES = ("replay", "step", "vendor", "imported"), ("text", "imported")
OF_THIS_PLACE = ("replay", "imported")  # no archive tells them
UNFINISHED = {"running": CUT_OFF, "waiting": WAITING}
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
# To make one for each value takes longer than to read it.
_READER = json.JSONDecoder(parse_constant=lambda _constant: None)
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def words(text: str) -> list[Entry]:
    """The parts of a message that is only text."""
    return [{"type": "text", "text": text}]


def clean(text: str) -> str:
    """Text that can be stored and sent: NUL and half symbols become the replacement sign."""
    if text.isascii() and "\0" not in text:  # most of it, and known at once
        return text
    return _NO_TEXT.sub("\ufffd", text)


def dump(value: object) -> str:
    """The stored form, and that of an entry of a log: one line of JSON that is clean."""
    return clean(_WRITER.encode(value))


def load(stored: str) -> list[Entry]:
    """The parts of a stored form. Arguments too deep to be written again are left out."""
    parts: list[Entry] = read(stored, words(TOO_DEEP))
    for part in parts:
        if part.get("arguments"):
            part["arguments"] = dict(accepted(part["arguments"], TOO_DEEP))
    return parts


def read(stored: str, too_deep: list[Any]) -> Any:  # noqa: ANN401  (any JSON)
    """What `dump` wrote, `too_deep` for what has too many levels.

    Older ones may hold numbers that JSON does not have; they become null.
    """
    try:
        return _READER.decode(stored)
    except RecursionError:
        return too_deep


def shown(parts: list[Entry]) -> list[Entry]:
    """The parts as the page shows them: without vendors' blocks, adjacent words as one."""
    visible: list[Entry] = []
    for part in parts:
        if part["type"] in ("text", "thinking"):
            if visible and visible[-1]["type"] == part["type"]:
                visible[-1]["text"] += part["text"]
            elif part["text"]:
                visible.append({"type": part["type"], "text": part["text"]})
        else:
            unseen = UNSEEN_OF_FILES if part["type"] == "file" else UNSEEN
            visible.append({k: v for k, v in part.items() if k not in unseen})
    return visible


def said(parts: list[Entry]) -> str:
    """The words alone, as they are copied and searched: not what was thought or what tools said."""
    words = ""
    for part, before in zip(parts, [None, *parts], strict=False):
        if part["type"] == "text":
            # After "continued by" the next model goes on in mid-sentence; after a tool it is new.
            goes_on = before is None or before["type"] in ("text", "continued")
            words += part["text"] if goes_on else "\n\n" + part["text"]
    return words


def history(role: str, parts: list[Entry]) -> list[Message]:
    """The messages that a model reads for one stored message: replies with tools are several."""
    if role == "user":
        return [Message("user", tuple(_given(p) for p in parts if p["type"] in ("text", "file")))]
    messages: list[Message] = []
    for said, results in _steps(parts):
        if said:
            messages.append(Message("assistant", said))
        if results:
            messages.append(Message("tool", results))
    return messages


def _given(part: Entry) -> Part:
    """A part of the user's message."""
    if part["type"] != "file":
        return Text(part["text"], imported=part.get("imported", False))
    if part["media"].startswith(PICTURE):
        return Image(part["id"], part["name"], part["media"])
    return Document(f"{part['name']} (file {part['id']})", part["text"] or NO_TEXT)


def _steps(parts: list[Entry]) -> list[tuple[tuple[Part, ...], tuple[ToolResult, ...]]]:
    """What was said and what the tools answered, request by request."""
    steps: list[tuple[list[Part], list[ToolResult], int]] = [([], [], 0)]
    for part in parts:
        said, results, step = steps[-1]
        is_tool = part["type"] == "tool" and not part.get("vendor")
        if results and (not is_tool or part.get("step", 0) != step):
            said, results = [], []
            steps.append((said, results, part.get("step", 0)))
        elif is_tool:
            steps[-1] = (said, results, part.get("step", 0))
        if is_tool:
            said.append(_call(part))
            results.append(_result(part))
        elif part["type"] in ("text", "thinking", "tool"):
            said.append(_said(part))
    return [(tuple(said), tuple(results)) for said, results, _ in steps]


def _said(part: Entry) -> Part:
    if part["type"] == "tool":
        return VendorSearch(_call(part), _result(part), part["seconds"])
    kind = Text if part["type"] == "text" else Thinking
    return kind(part["text"], _replay(part))


def _call(part: Entry) -> ToolCall:
    return ToolCall(part["id"], part["name"], part["arguments"] or {}, _replay(part))


def _result(part: Entry) -> ToolResult:
    is_error = part["state"] != "done"
    sources = tuple(Source(**each) for each in part.get("sources", ()))
    content, untrusted = part["result"] or unfinished(part), is_of_others(part)
    return ToolResult(part["id"], part["name"], content, is_error, untrusted, sources)


def is_of_others(part: Entry) -> bool:
    """Whether anybody may have written what stands in a part."""
    return bool(part.get("untrusted") or part.get("imported"))


def unfinished(part: Entry) -> str:
    """What became of a call that has no result."""
    return UNFINISHED.get(part["state"], NOT_RUN)


def finished(event: ToolFinished) -> Entry:
    """What is stored of a call that is over."""
    result = event.result
    entry: Entry = {
        "state": fate(event),
        "result": clean(result.content),
        "seconds": round(event.seconds, 2),
    }
    if result.untrusted:
        entry["untrusted"] = True
    if result.sources:
        entry["sources"] = [
            {"title": clean(each.title), "url": clean(each.url)} for each in result.sources
        ]
    return entry


def fate(event: ToolFinished) -> str:
    """What has become of a call: done, failed, or denied by the gate."""
    if not event.result.is_error:
        return "done"
    return "denied" if event.act is not None and event.act.rule in DENIALS else "failed"


def _replay(part: Entry) -> Replay | None:
    stored = part.get("replay")
    return Replay(stored["model"], stored["payload"]) if stored else None
