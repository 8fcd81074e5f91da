"""What a vendor's JSON may hold and no later request could carry: half symbols, endless numbers."""

import math
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from assistant.agent.acts import Source
from assistant.agent.types import (
    ModelEvent,
    Part,
    Replay,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    VendorSearch,
)


def whole(text: str) -> str:
    """Text that can be encoded: two halves that fit become one symbol, others the sign U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def whole_event(event: ModelEvent) -> ModelEvent:
    """The event with whole text; a MessageDone is left to `whole_part`."""
    match event:
        case VendorSearch():
            return _whole_search(event)
        case TextDelta(text):
            return TextDelta(whole(text))
        case ThinkingDelta(text):
            return ThinkingDelta(whole(text))
        case ToolCallDelta(call_id, name, arguments):
            return ToolCallDelta(whole(call_id), whole(name), whole(arguments))
    return event


def whole_part(part: Part) -> Part:
    """A part of an answer with whole text in all that goes back to a vendor."""
    match part:
        case Text(text, replay) | Thinking(text, replay):
            return replace(part, text=whole(text), replay=_whole_replay(replay))
        case ToolCall(call_id, name, arguments, replay):
            said = _whole_object(arguments)
            return ToolCall(whole(call_id), whole(name), said, _whole_replay(replay))
        case VendorSearch():
            return _whole_search(part)
    return part


def _whole_search(search: VendorSearch) -> VendorSearch:
    call, result = search.call, search.result
    said = _whole_object(call.arguments)
    call = ToolCall(whole(call.id), whole(call.name), said, _whole_replay(call.replay))
    return replace(search, call=call, result=result and _whole_result(call, result))


def _whole_result(call: ToolCall, result: ToolResult) -> ToolResult:
    sources = tuple(Source(whole(each.title), whole(each.url)) for each in result.sources)
    return replace(result, call_id=call.id, content=whole(result.content), sources=sources)


def _whole_replay(replay: Replay | None) -> Replay | None:
    return replay and Replay(replay.model, _whole_json(replay.payload))


def _whole_json(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return whole(value)
        case float() if not math.isfinite(value):
            return None
        case list():
            return [_whole_json(each) for each in value]
        case dict():
            return _whole_object(value)
    return value


def _whole_object(value: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {whole(key): _whole_json(each) for key, each in value.items()}
