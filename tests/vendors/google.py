"""The wire format of Gemini's streamGenerateContent (ai.google.dev/api/generate-content)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.vendors.script import Asked, Block, Call, Figures, Frame, Say, Script, Search, Think
from tests.vendors.wire import Body, Wire, sse, words

STOPS = {"length": "MAX_TOKENS", "refusal": "SAFETY"}
ERRORS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _frames(script: Script, model: str) -> Iterator[Frame]:
    if script.stop == "blocked":
        feedback = {"blockReason": "PROHIBITED_CONTENT"}
        yield sse({"promptFeedback": feedback, "usageMetadata": _usage(script.figures)}), True
        return
    for _ in range(script.pings):
        yield sse(_chunk([{"text": ""}], script, model)), False
    for block in script.blocks:
        for part in _parts(block):
            yield sse(_chunk([part], script, model)), True
    stop = script.stop or "STOP"
    yield sse(_chunk([{"text": ""}], script, model, STOPS.get(stop, stop))), False


def _chunk(parts: list[Body], script: Script, model: str, finish: str = "") -> Body:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    if finish and script.searches:
        candidate["groundingMetadata"] = _grounding(script.searches)
    return {
        "candidates": [candidate],
        "usageMetadata": _usage(script.figures),
        "modelVersion": model,
        "responseId": "response_1",
    }


def _parts(block: Block) -> Iterator[Body]:
    match block:
        case Say():
            for piece in block.pieces:
                yield {"text": piece}
        case Think():
            for piece in block.pieces:
                yield {"text": piece, "thought": True}
        case Call():
            yield _call(block)
        case Search():
            name = {"id": block.id, "toolType": "GOOGLE_SEARCH_WEB"}
            seal = Think(()).signature
            asked = {**name, "args": {"queries": [block.query]}}
            yield {"toolCall": asked, "thoughtSignature": seal}
            yield {"toolResponse": {**name, "response": {"search_suggestions": "<b>tea</b>"}}}


def _grounding(searches: tuple[Search, ...]) -> Body:
    pages = [page for search in searches for page in search.pages]
    return {
        "webSearchQueries": [search.query for search in searches],
        "groundingChunks": [{"web": {"title": title, "uri": url}} for title, url in pages],
    }


def _call(block: Call) -> Body:
    """Gemini sends a call whole, with its seal beside it."""
    call = {"id": block.id, "name": block.name, "args": json.loads("".join(block.pieces))}
    return {"functionCall": call, "thoughtSignature": Think(()).signature}


def _usage(figures: Figures) -> Body:
    prompt = figures.input + figures.cache_read
    return {
        "promptTokenCount": prompt,
        "cachedContentTokenCount": figures.cache_read,
        "candidatesTokenCount": figures.output - figures.thinking,
        "thoughtsTokenCount": figures.thinking,
        "totalTokenCount": prompt + figures.output,
    }


def _failure(status: int) -> Body:
    name = ERRORS.get(status, "UNKNOWN")
    return {"error": {"code": status, "message": f"loopback error {status}", "status": name}}


def _asked(body: Body) -> Asked:
    users = [entry["parts"] for entry in body["contents"] if entry.get("role") == "user"]
    texts = [text for text in map(words, users) if text]
    results = tuple(
        json.dumps(part["functionResponse"]["response"])
        for part in body["contents"][-1]["parts"]
        if "functionResponse" in part
    )
    system = body.get("systemInstruction") or {}
    search = any("googleSearch" in tool for tool in body.get("tools", ()))
    rules, asked = words(system.get("parts")), texts[-1] if texts else ""
    limit = body["generationConfig"]["maxOutputTokens"]
    return Asked(rules, asked, results, search, limit)


WIRE = Wire(
    name="google",
    route=re.compile(r"^/v1(?:beta)?/models/(?P<model>[^/:]+):streamGenerateContent$"),
    frames=_frames,
    failure=_failure,
    stream_error=sse(_failure(503)),
    asked=_asked,
)
