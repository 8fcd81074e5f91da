"""Claude, through Anthropic's Messages API (platform.claude.com/docs/en/api/messages-streaming)."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import httpx2
from anthropic import APIConnectionError, APIError, APIStatusError, AsyncAnthropic, AsyncStream

from assistant.agent.arguments import parsed
from assistant.agent.attached import Document, Image, Summary
from assistant.agent.providers.clients import shared_client, told
from assistant.agent.providers.draft import Draft, follow
from assistant.agent.providers.faults import (
    GARBAGE,
    Fault,
    VendorError,
    by_status,
    by_transport,
    sending,
)
from assistant.agent.providers.json_events import read
from assistant.agent.providers.searched import failed, found, search_call
from assistant.agent.types import (
    Message,
    ModelEvent,
    Part,
    Replay,
    Request,
    StopReason,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    VendorSearch,
)

Json = dict[str, Any]

CAUSES = (APIError, httpx2.HTTPError, VendorError)

CACHED = {"type": "ephemeral"}
# The version that searches once and does nothing else: later ones run code on what they find.
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 1}
# A paused turn is an answer that may go on, which is what "length" tells our caller.
STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
    "refusal": "refusal",
}


@dataclass(frozen=True, slots=True)
class Anthropic:
    """One model of Anthropic. base_url: "" for Anthropic's own. connect_seconds: to reach it."""

    model: str
    key: str = field(repr=False)
    base_url: str = ""
    connect_seconds: float = 5.0
    name: str = "anthropic"

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`."""
        draft = AnthropicDraft(self.name, self.model, request)
        return follow(self._events(request), draft, _explain, CAUSES)

    async def _events(self, request: Request) -> AsyncGenerator[Json, None]:
        client = shared_client(_client, self.key, self.base_url, self.connect_seconds)
        # The plain post gives events as JSON: the SDK's typed ones cost as much again to build.
        with told(request.sent) as headers, sending():
            stream = await client.post(
                "/v1/messages",
                body=_body(self.model, request),
                cast_to=object,
                stream=True,
                stream_cls=AsyncStream[object],
                options={"headers": headers},
            )
        async with stream:
            # Raw, because the stream of the SDK keeps pings to itself, which are signs of life.
            async for event in AsyncStream.raw_events(stream.response):
                if event.data:
                    yield read(event.data)


def _client(key: str, base_url: str, http: httpx2.AsyncClient) -> AsyncAnthropic:
    return AsyncAnthropic(
        api_key=key,
        base_url=base_url or None,
        http_client=http,
        max_retries=0,
    )


def _explain(error: Exception) -> Fault:
    match error:
        case VendorError():
            return by_status(200, error.body)
        case APIStatusError():
            return by_status(error.status_code, error.body)
        case APIConnectionError():
            return by_transport(error.__cause__ or error)
        case httpx2.HTTPError():
            return by_transport(error)
    return GARBAGE


def _body(model: str, request: Request) -> Json:
    """The request. The system prompt and the end of the history are marked for the cache."""
    body: Json = {
        "model": model,
        "max_tokens": request.max_output_tokens,
        "messages": [m for m in (_message(model, m) for m in request.messages) if m["content"]],
        "cache_control": CACHED,
        "stream": True,
    }
    # The mark here keeps the tools and rules, which conversations and users share; that of the body
    # Anthropic sets on the last block, so that it moves with the history.
    if request.system:
        rules, own = request.system[: request.shared], request.system[request.shared :]
        body["system"] = [{"type": "text", "text": rules or own, "cache_control": CACHED}]
    if request.system and rules and own:
        body["system"].append({"type": "text", "text": own})
    tools: list[Json] = [
        {"name": t.name, "description": t.description, "input_schema": dict(t.schema)}
        for t in request.tools
    ]
    if tools or request.search:
        body["tools"] = [*tools, SEARCH] if request.search else tools
    return body


def _message(model: str, message: Message) -> Json:
    role = "assistant" if message.role == "assistant" else "user"
    return {"role": role, "content": [b for p in message.parts for b in _blocks(model, p)]}


def _blocks(model: str, part: Part) -> Iterator[Json]:
    """A part as content blocks; none for other models' thinking and searches, and for empty text.

    What was searched for goes back as it came: with its results, and with the words that cite them.
    """
    match part:
        case (
            Text(replay=Replay() as seal)
            | Thinking(replay=Replay() as seal)
            | VendorSearch(call=ToolCall(replay=Replay() as seal))
        ) if seal.model == model:
            yield seal.payload  # type: ignore[misc]  # it is the JSON object of a block
        case Text(text) if text.strip():
            yield {"type": "text", "text": text}
        case Document() | Summary():
            yield {"type": "text", "text": part.told}
        case Image():
            data = b64encode(part.content).decode()
            source = {"type": "base64", "media_type": part.media, "data": data}
            yield {"type": "text", "text": part.told}
            yield {"type": "image", "source": source}
        case ToolCall():
            arguments = dict(part.arguments)
            yield {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}
        case ToolResult():
            yield {
                "type": "tool_result",
                "tool_use_id": part.call_id,
                "content": part.told,
                "is_error": part.is_error,
            }


class AnthropicDraft(Draft[Json]):
    """Reads the events of one streamed message."""

    _block: Json
    _pieces: list[str]
    _reason: str = ""

    def __init__(self, provider: str, model: str, request: Request) -> None:
        super().__init__(provider, model, request)
        self._searches: dict[str, tuple[ToolCall, int, float]] = {}  # with its place and beginning

    def take(self, event: Json) -> Iterator[ModelEvent]:
        """See `Draft.take`. Kinds of events that we do not know are passed over, as asked for."""
        match event["type"]:
            case "content_block_delta":
                yield from self._delta(event["delta"])
            case "content_block_start":
                yield from self._open(event["content_block"])
            case "content_block_stop":
                yield from self._close()
            case "message_start":
                self._count_tokens(event["message"]["usage"])
            case "message_delta":
                self._reason = event["delta"].get("stop_reason") or self._reason
                self._count_tokens(event.get("usage") or {})
            case "message_stop":
                self.stop = STOPS.get(self._reason, "end")
            case "error":
                raise VendorError(event)

    def _delta(self, delta: Json) -> Iterator[ModelEvent]:
        match delta["type"]:
            case "text_delta":
                self._pieces.append(delta["text"])
                yield TextDelta(delta["text"])
            case "thinking_delta":
                self._pieces.append(delta["thinking"])
                yield ThinkingDelta(delta["thinking"])
            case "input_json_delta" if self._block["type"] == "server_tool_use":
                self._pieces.append(delta["partial_json"])
            case "input_json_delta":
                self._pieces.append(delta["partial_json"])
                yield ToolCallDelta(self._block["id"], self._block["name"], delta["partial_json"])
            case "citations_delta":
                cited = self._block.get("citations") or []
                self._block["citations"] = [*cited, delta["citation"]]
            case "signature_delta":
                self._block["signature"] = self._block.get("signature", "") + delta["signature"]

    def _open(self, block: Json) -> Iterator[ModelEvent]:
        self._block, self._pieces = block, []
        match block["type"]:
            case "text" if block["text"]:
                self._pieces.append(block["text"])
                yield TextDelta(block["text"])
            case "tool_use":
                yield ToolCallDelta(block["id"], block["name"], "")
            case "thinking" | "redacted_thinking":
                yield ThinkingDelta("")

    def _close(self) -> Iterator[ModelEvent]:
        block, text = self._block, "".join(self._pieces)
        match block["type"]:
            case "server_tool_use":
                yield self._searching({**block, "input": dict(parsed(text))})
            case "web_search_tool_result":
                yield self._found(block)
        if block["type"] != "server_tool_use":
            self.parts.append(self._part(block, text))

    def _part(self, block: Json, text: str) -> Part:
        match block["type"]:
            case "text":
                cites = block.get("citations")
                return Text(text, self.replay({**block, "text": text}) if cites else None)
            case "tool_use":
                return ToolCall(block["id"], block["name"], parsed(text))
            case "thinking":
                return Thinking(text, self.replay({**block, "thinking": text}))
        return Thinking("", self.replay(block))

    def _searching(self, block: Json) -> VendorSearch:
        query = block["input"].get("query")
        call = search_call(block["id"], self.usage.provider, [str(query)] if query else ())
        call = replace(call, replay=self.replay(block))
        self._searches[call.id] = call, len(self.parts), monotonic()
        self.parts.append(VendorSearch(call))
        return VendorSearch(call)

    def _found(self, block: Json) -> VendorSearch:
        """The search with its result, which takes the place of the one without."""
        call, at, begun = self._searches[block["tool_use_id"]]
        content, seconds = block["content"], monotonic() - begun
        if isinstance(content, list):
            search = found(call, ((page["title"], page["url"]) for page in content), seconds)
            self.searches += 1
        else:
            search = failed(call, content["error_code"], seconds)
        self.parts[at] = search
        return search

    def _count_tokens(self, usage: Json) -> None:
        """Take over the running totals of an event; those that it leaves out stay as they are."""
        known, figure = self.usage, self.figure
        details = usage.get("output_tokens_details") or {}
        by_vendor = usage.get("server_tool_use") or {}
        self.searches = figure("searches", by_vendor.get("web_search_requests"), self.searches)
        read, cached = usage.get("input_tokens"), usage.get("cache_read_input_tokens")
        kept, thought = usage.get("cache_creation_input_tokens"), details.get("thinking_tokens")
        self.usage = replace(
            known,
            input_tokens=figure("input_tokens", read, known.input_tokens),
            output_tokens=figure("output_tokens", usage.get("output_tokens"), known.output_tokens),
            cache_read_tokens=figure("cache_read_tokens", cached, known.cache_read_tokens),
            cache_write_tokens=figure("cache_write_tokens", kept, known.cache_write_tokens),
            thinking_tokens=figure("thinking_tokens", thought, known.thinking_tokens),
        )
