"""How much of a conversation a model is given: the newest part that fits, in one piece."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, dropwhile, takewhile

from assistant.agent.attached import Document, Image, Summary
from assistant.agent.types import (
    Message,
    Part,
    Replay,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    VendorSearch,
)

BYTES_PER_TOKEN = 3
PART_TOKENS = 4
# Claude reads so many pixels as a token (platform.claude.com/docs/en/build-with-claude/vision), and
# Gemini takes this many tokens for each picture (docs.cloud.google.com, image understanding).
PIXELS_PER_TOKEN = 750
LEAST_OF_PICTURE = 1_120
UNOPENED = 2_500  # a photo as it is shown: see `connectors/pictures.py`
LARGEST_SHARE = 4  # an older message may take a quarter of the budget

TOO_OLD = "This picture is not shown again: it stands too far back. The user can attach it anew."
LOST = "There is no result: the turn ended first. Whether the call took effect is not known."

Group = tuple[Message, ...]


def fit(messages: Sequence[Message], tokens: int) -> tuple[Message, ...]:
    """The newest part of the history that fits into so many tokens, by `estimated_tokens`.

    It begins with a user's message and always holds the last one, whole, even if that alone is
    larger. A call stays with its results; one without gets a result that says so. Any other
    message is cut to a quarter of the budget. A summary at the beginning stays there, whatever is
    left out behind it. Raises ValueError if there is no user's message.
    """
    if summary := _summary_in(messages):
        rest = (replace(messages[0], parts=messages[0].parts[1:]), *messages[1:])
        return headed(summary, fit(rest, tokens - _tokens(summary) - PART_TOKENS))
    groups = list(_groups(messages))
    last = max(index for index, group in enumerate(groups) if group[0].role == "user")
    asked = groups[last]
    before = [_cut(group, tokens // LARGEST_SHARE) for group in groups[:last]]
    after = [_cut(group, tokens // LARGEST_SHARE) for group in groups[last + 1 :]]
    room = tokens - _cost(asked)
    newest = _newest(after, room)
    room -= sum(map(_cost, newest))
    older = _newest(before, room) if len(newest) == len(after) else []
    begun = dropwhile(lambda group: group[0].role != "user", older)
    return tuple(chain.from_iterable((*begun, asked, *newest)))


def _summary_in(messages: Sequence[Message]) -> Summary | None:
    begins_with = messages[0].parts[0] if messages and messages[0].parts else None
    return begins_with if isinstance(begins_with, Summary) else None


def headed(summary: Summary, messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages with the summary of those before them, which stands in the user's first."""
    if messages and messages[0].role == "user":
        return (Message("user", (summary, *messages[0].parts)), *messages[1:])
    return (Message("user", (summary,)), *messages)


def estimated_tokens(message: Message) -> int:
    """About how many tokens a message takes: a third of its UTF-8 bytes, and four for each part.

    English has about four bytes to a token and Chinese three, so it errs on the large side. A
    picture takes a token for 750 pixels, and not less than the vendor that takes most at least.
    """
    return sum(PART_TOKENS + _tokens(part) for part in message.parts)


def _groups(messages: Sequence[Message]) -> Iterator[Group]:
    """What must stay together: one message, or an assistant's calls and their results.

    Empty messages, and results without a call, are left out: no vendor takes them.
    """
    for index, message in enumerate(messages):
        if message.tool_calls:
            results = takewhile(lambda later: later.role == "tool", messages[index + 1 :])
            yield message, _answers(message, results)
        elif message.role != "tool" and _says_something(message):
            yield (message,)


def _says_something(message: Message) -> bool:
    """Words, or files. Thought and a search alone are nothing that was said."""
    return any(
        bool(part.text.strip()) if isinstance(part, Text) else isinstance(part, Document | Image)
        for part in message.parts
    )


def _answers(message: Message, results: Iterable[Message]) -> Message:
    """Exactly one result for each call of the message."""
    known = {p.call_id: p for each in results for p in each.parts if isinstance(p, ToolResult)}
    parts = (
        known.get(call.id) or ToolResult(call.id, call.name, LOST, is_error=True)
        for call in message.tool_calls
    )
    return Message("tool", tuple(parts))


def _newest(groups: Sequence[Group], tokens: int) -> list[Group]:
    """The last groups that fit into so many tokens together."""
    kept: list[Group] = []
    for group in reversed(groups):
        tokens -= _cost(group)
        if tokens < 0:
            break
        kept.insert(0, group)
    return kept


def _cost(group: Group) -> int:
    return sum(map(estimated_tokens, group))


def _cut(group: Group, tokens: int) -> Group:
    """The group; a message of more tokens loses its thinking and the ends of its texts."""
    return tuple(m if estimated_tokens(m) <= tokens else _shortened(m, tokens) for m in group)


def _shortened(message: Message, tokens: int) -> Message:
    share = tokens * BYTES_PER_TOKEN // len(message.parts)
    kept = [part for part in message.parts if not isinstance(part, Thinking | VendorSearch)]
    if any(isinstance(part, VendorSearch) for part in message.parts):
        # What words cite of a search can only be read beside it.
        kept = [replace(part, replay=None) if isinstance(part, Text) else part for part in kept]
    return Message(message.role, tuple(_cut_part(part, share) for part in kept))


def _cut_part(part: Part, share: int) -> Part:
    """At most so many bytes of a text or a result; a call's arguments cannot be cut."""
    match part:
        case Text(text=text) if _length(text) > share:
            return Text(_head(text, share))  # without the vendor's block, which holds all of it
        case ToolResult(content=content) | Document(content=content) if _length(content) > share:
            return replace(part, content=_head(content, share))
        case Image() if _tokens(part) * BYTES_PER_TOKEN > share:
            return part.unseen(TOO_OLD)
    return part


def _head(text: str, share: int) -> str:
    head = text.encode(errors="replace")[:share].decode(errors="ignore")
    return f"{head}\n[… cut: {len(text) - len(head):,} more characters were left out]"


def _tokens(part: Part) -> int:
    if not isinstance(part, Image):
        return -(-_bytes(part) // BYTES_PER_TOKEN)
    if not part.content:
        return UNOPENED
    return max(LEAST_OF_PICTURE, part.width * part.height // PIXELS_PER_TOKEN)


def _bytes(
    part: Text | Thinking | ToolCall | ToolResult | Document | Summary | VendorSearch,
) -> int:
    match part:
        case Summary():
            return _length(part.told)
        case VendorSearch(call=call):
            return _bytes(call)
        case ToolCall(name=name, arguments=arguments, replay=replay):
            return max(_length(name) + _length(json.dumps(dict(arguments))), _replayed(replay))
        case ToolResult(name=name, content=content) | Document(name=name, content=content):
            return _length(name) + _length(content)
        case Text(text=text, replay=replay) | Thinking(text=text, replay=replay):
            return max(_length(text), _replayed(replay))


def _replayed(replay: Replay | None) -> int:
    return _length(json.dumps(replay.payload)) if replay else 0


def _length(text: str) -> int:
    return len(text.encode(errors="replace"))
