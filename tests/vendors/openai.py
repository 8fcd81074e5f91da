"""The wire format of OpenAI's Responses API (developers.openai.com/api/reference/responses)."""

import re
from collections.abc import Callable, Generator, Iterator
from itertools import count
from typing import Any

from tests.vendors.script import Asked, Block, Call, Figures, Frame, Say, Script, Search, Think
from tests.vendors.wire import Body, Wire, sse, words

INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
ERRORS = {
    400: "invalid_request_error",
    401: "invalid_api_key",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}
Emit = Callable[..., bytes]


def _frames(script: Script, model: str) -> Iterator[Frame]:
    emit = _emitter()
    response = {
        "id": "resp_1", "object": "response", "created_at": 1, "model": model, "output": [],
        "status": "in_progress", "error": None, "incomplete_details": None,
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    }  # fmt: skip
    yield emit("response.created", response=response), False
    for _ in range(script.pings):
        yield emit("response.in_progress", response=response), False
    items: list[Body] = []
    for index, block in enumerate(script.blocks):
        items.append((yield from _item(emit, index, block, script)))
    reason = INCOMPLETE.get(script.stop)
    status = "incomplete" if reason else "completed"
    final = {**response, "status": status, "output": items, "usage": _usage(script.figures)}
    if reason:
        final["incomplete_details"] = {"reason": reason}
    yield emit(f"response.{status}", response=final), False


def _emitter() -> Emit:
    """A function that writes events with their running numbers."""
    numbers = count()

    def emit(kind: str, **fields: Any) -> bytes:
        return sse({"type": kind, "sequence_number": next(numbers), **fields}, kind)

    return emit


def _item(emit: Emit, index: int, block: Block, script: Script) -> Generator[Frame, None, Body]:
    """The events of one output item; returns the item as it is when done."""
    opening, delta, done = _shapes(index, block, script)
    yield emit("response.output_item.added", output_index=index, item=opening), False
    part = {"item_id": opening["id"], "output_index": index}
    if isinstance(block, Search):
        yield emit("response.web_search_call.searching", **part), True
    for piece in block.pieces if delta else ():
        yield emit(f"response.{delta}.delta", **part, content_index=0, delta=piece), True
    yield emit("response.output_item.done", output_index=index, item=done), False
    return done


def _shapes(index: int, block: Block, script: Script) -> tuple[dict[str, Any], str, Body]:
    """The item as it starts, the name of its deltas, and the item as it ends."""
    text = "".join(block.pieces)
    opening: dict[str, Any]
    match block:
        case Say():
            kind = "refusal" if script.stop == "refusal" else "output_text"
            part: dict[str, Any] = {"type": kind, "refusal" if kind == "refusal" else "text": text}
            part["annotations"] = [
                {"type": "url_citation", "url": url, "title": "Tea", "start_index": 0,
                 "end_index": len(text)}
                for url in block.cites
            ]  # fmt: skip
            opening = {"type": "message", "id": f"msg_{index}", "role": "assistant"}
            opening |= {"status": "in_progress", "content": []}
            return opening, kind, {**opening, "status": "completed", "content": [part]}
        case Think():
            opening = {"type": "reasoning", "id": f"rs_{index}", "summary": []}
            summary = [{"type": "summary_text", "text": text}]
            done = {**opening, "summary": summary, "encrypted_content": block.signature}
            return opening, "reasoning_summary_text", done
        case Call():
            opening = {"type": "function_call", "id": f"fc_{index}", "call_id": block.id}
            opening |= {"name": block.name, "arguments": "", "status": "in_progress"}
            done = {**opening, "arguments": text, "status": "completed"}
            return opening, "function_call_arguments", done
        case Search():
            opening = {"type": "web_search_call", "id": block.id, "status": "in_progress"}
            status = "failed" if block.error else "completed"
            return opening, "", {**opening, "status": status, "action": _action(block)}


def _action(search: Search) -> Body:
    if search.opens:
        return {"type": "open_page", "url": search.opens}
    sources = [{"type": "url", "url": url} for _, url in search.pages]
    asked = {"query": search.query, "queries": [search.query]}
    return {"type": "search", **asked, "sources": sources}


def _usage(figures: Figures) -> Body:
    total = figures.input + figures.cache_read + figures.cache_write
    cached = {"cached_tokens": figures.cache_read, "cache_write_tokens": figures.cache_write}
    return {
        "input_tokens": total,
        "input_tokens_details": cached,
        "output_tokens": figures.output,
        "output_tokens_details": {"reasoning_tokens": figures.thinking},
        "total_tokens": total + figures.output,
    }


def _failure(status: int) -> Body:
    code = ERRORS.get(status, "server_error")
    error = {"type": code, "code": code, "message": f"loopback error {status}", "param": None}
    return {"error": error}


def _asked(body: Body) -> Asked:
    items = body["input"]
    users = [item["content"] for item in items if item.get("role") == "user"]
    texts = [text for text in map(words, users) if text]
    results: list[str] = []
    for item in reversed(items):
        if item.get("type") != "function_call_output":
            break
        results.insert(0, item["output"])
    search = any(tool["type"] == "web_search" for tool in body.get("tools", ()))
    asked = texts[-1] if texts else ""
    rules, limit = body.get("instructions") or "", body["max_output_tokens"]
    return Asked(rules, asked, tuple(results), search, limit)


ERROR_EVENT = {
    "type": "error",
    "sequence_number": 9,
    "code": "server_error",
    "message": "loopback error",
    "param": None,
}

WIRE = Wire(
    name="openai",
    route=re.compile(r"^(?:/v1)?/responses$"),
    frames=_frames,
    failure=_failure,
    stream_error=sse(ERROR_EVENT, "error"),
    asked=_asked,
)
