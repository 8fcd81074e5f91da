"""The wire format of the Messages API (platform.claude.com/docs/en/api/messages-streaming)."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.vendors.script import Asked, Block, Call, Figures, Frame, Say, Script, Search, Think
from tests.vendors.wire import Body, Wire, sse, words

STOPS = {"length": "max_tokens", "refusal": "refusal"}
ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def _event(kind: str, **fields: Any) -> bytes:
    return sse({"type": kind, **fields}, kind)


def _frames(script: Script, model: str) -> Iterator[Frame]:
    usage = _usage(script.figures)
    message: Body = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1},
    }  # fmt: skip
    yield _event("message_start", message=message), False
    for _ in range(script.pings):
        yield _event("ping"), False
    numbers = count()
    for block in script.blocks:
        yield from _block(next(numbers), block)
        if isinstance(block, Search):
            yield from _found(next(numbers), block)
    stop = script.stop or ("tool_use" if script.calls else "end_turn")
    delta = {"stop_reason": STOPS.get(stop, stop), "stop_sequence": None}
    searched = {"web_search_requests": sum(not each.error for each in script.searches)}
    told = {**usage, "server_tool_use": searched} if script.searches else usage
    yield _event("message_delta", delta=delta, usage=told), False
    yield _event("message_stop"), False


def _block(index: int, block: Block) -> Iterator[Frame]:
    start, kind, key = _opening(block)
    yield _event("content_block_start", index=index, content_block=start), False
    for piece in block.pieces:
        delta = {"type": kind, key: piece}
        yield _event("content_block_delta", index=index, delta=delta), True
    if isinstance(block, Think):
        seal = {"type": "signature_delta", "signature": block.signature}
        yield _event("content_block_delta", index=index, delta=seal), False
    for url in block.cites if isinstance(block, Say) else ():
        delta = {"type": "citations_delta", "citation": _citation(url)}
        yield _event("content_block_delta", index=index, delta=delta), False
    yield _event("content_block_stop", index=index), False


def _citation(url: str) -> Body:
    cited = {"cited_text": "Tea is a drink.", "encrypted_index": "aW5kZXg="}
    return {"type": "web_search_result_location", "url": url, "title": "Tea", **cited}


def _found(index: int, search: Search) -> Iterator[Frame]:
    """The result of a search comes whole."""
    pages = [
        {"type": "web_search_result", "title": title, "url": url, "page_age": None,
         "encrypted_content": "c2VhbGVkLXBhZ2U="}
        for title, url in search.pages
    ]  # fmt: skip
    error = {"type": "web_search_tool_result_error", "error_code": search.error}
    block = {"type": "web_search_tool_result", "tool_use_id": search.id}
    block["content"] = error if search.error else pages  # type: ignore[assignment]
    yield _event("content_block_start", index=index, content_block=block), False
    yield _event("content_block_stop", index=index), False


def _opening(block: Block) -> tuple[Body, str, str]:
    """The block as it starts, the type of its deltas, and the key of their text."""
    start: Body
    match block:
        case Say():
            return {"type": "text", "text": ""}, "text_delta", "text"
        case Think():
            start = {"type": "thinking", "thinking": "", "signature": ""}
            return start, "thinking_delta", "thinking"
        case Call():
            start = {"type": "tool_use", "id": block.id, "name": block.name, "input": {}}
            return start, "input_json_delta", "partial_json"
        case Search():
            start = {"type": "server_tool_use", "id": block.id, "name": "web_search", "input": {}}
            return start, "input_json_delta", "partial_json"


def _usage(figures: Figures) -> dict[str, Any]:
    return {
        "input_tokens": figures.input,
        "output_tokens": figures.output,
        "cache_read_input_tokens": figures.cache_read,
        "cache_creation_input_tokens": figures.cache_write,
        "output_tokens_details": {"thinking_tokens": figures.thinking},
    }


def _failure(status: int) -> Body:
    kind = ERRORS.get(status, "api_error")
    error = {"type": kind, "message": f"loopback error {status}"}
    return {"type": "error", "error": error, "request_id": "req_1"}


def _asked(body: Body) -> Asked:
    users = [message["content"] for message in body["messages"] if message["role"] == "user"]
    texts = [text for text in map(words, users) if text]
    last = body["messages"][-1]["content"]
    blocks = last if isinstance(last, list) else []
    results = tuple(
        words(block["content"]) for block in blocks if block.get("type") == "tool_result"
    )
    search = any("web_search" in tool.get("type", "") for tool in body.get("tools", ()))
    rules, asked = words(body.get("system")), texts[-1] if texts else ""
    return Asked(rules, asked, results, search, body["max_tokens"])


WIRE = Wire(
    name="anthropic",
    route=re.compile(r"^/v1/messages$"),
    frames=_frames,
    failure=_failure,
    stream_error=sse(_failure(529), "error"),
    asked=_asked,
)
