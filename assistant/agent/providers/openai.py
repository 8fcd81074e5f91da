"""GPT, through OpenAI's Responses API (developers.openai.com/api/reference/responses)."""

import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, cast

import httpx2
from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI, AsyncStream

from assistant.agent.acts import Tool
from assistant.agent.arguments import parsed
from assistant.agent.attached import Document, Image, Summary
from assistant.agent.catalog import thinks
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
from assistant.agent.providers.searched import failed, found, page_call, search_call
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

TEXT_DELTAS = ("response.output_text.delta", "response.refusal.delta")
THINKING_DELTAS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
SEARCH = {"type": "web_search"}
SOURCES = "web_search_call.action.sources"
ENDS = ("response.completed", "response.incomplete")
NEVER_REPLAYED = (ToolResult, Document, Image, Summary)


@dataclass(frozen=True, slots=True)
class OpenAI:
    """One model of OpenAI. base_url: "" for OpenAI's own. connect_seconds: to reach it."""

    model: str
    key: str = field(repr=False)
    base_url: str = ""
    connect_seconds: float = 5.0
    name: str = "openai"

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`."""
        draft = OpenAIDraft(self.name, self.model, request)
        return follow(self._events(request), draft, _explain, CAUSES)

    async def _events(self, request: Request) -> AsyncGenerator[Json, None]:
        client = shared_client(_client, self.key, self.base_url, self.connect_seconds)
        # The plain post gives events as JSON: the SDK's typed ones cost six times as much to build.
        with told(request.sent) as headers, sending():
            stream = await client.post(
                "/responses",
                body=_body(self.model, request),
                cast_to=object,
                stream=True,
                stream_cls=AsyncStream[object],
                options={"headers": headers},
            )
        async with stream:
            async for event in cast(AsyncStream[Json], stream):
                yield event


def _client(key: str, base_url: str, http: httpx2.AsyncClient) -> AsyncOpenAI:
    return AsyncOpenAI(
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
        case APIError():
            return by_status(200, error.body)
    return GARBAGE


def _body(model: str, request: Request) -> Json:
    body: Json = {
        "model": model,
        "input": [item for m in request.messages for item in _items(model, m)],
        "max_output_tokens": request.max_output_tokens,
        "store": False,
        "stream": True,
    }
    if request.system:
        body["instructions"] = request.system
    if request.cache_key:  # by it OpenAI sends the request to where its beginning is kept
        body["prompt_cache_key"] = request.cache_key
    if request.tools or request.search:
        body["tools"] = [*map(_function, request.tools), *([SEARCH] if request.search else ())]
    if request.search:
        body["max_tool_calls"] = 1  # of OpenAI's own tools
    # Models that do not reason refuse the first. Summaries of the reasoning are not asked for:
    # OpenAI refuses the whole request of an organisation that it has not verified.
    wanted = {"reasoning.encrypted_content": thinks(model), SOURCES: request.search}
    if any(wanted.values()):
        body["include"] = [name for name, is_wanted in wanted.items() if is_wanted]
    return body


def _function(tool: Tool) -> Json:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.schema),
        "strict": False,
    }


def _items(model: str, message: Message) -> Iterator[Any]:
    for part in message.parts:
        replay = None if isinstance(part, NEVER_REPLAYED) else part.replay
        if replay and replay.model == model:
            yield replay.payload
        else:
            yield from _item(message, part)


def _item(message: Message, part: Part) -> Iterator[Json]:
    """A part as any model may have said it; none for thinking, searches and empty text."""
    match part:
        case Text(text) if text:
            yield {"role": message.role, "content": text}
        case Document() | Summary():
            yield {"role": message.role, "content": part.told}
        case Image():
            url = f"data:{part.media};base64,{b64encode(part.content).decode()}"
            name = {"type": "input_text", "text": part.told}
            picture = {"type": "input_image", "image_url": url, "detail": "auto"}
            yield {"role": message.role, "content": [name, picture]}
        case ToolCall():
            arguments = json.dumps(dict(part.arguments))
            call = {"call_id": part.id, "name": part.name, "arguments": arguments}
            yield {"type": "function_call", **call}
        case ToolResult():
            output = f"Error: {part.told}" if part.is_error else part.told
            yield {"type": "function_call_output", "call_id": part.call_id, "output": output}


class OpenAIDraft(Draft[Json]):
    """Reads the events of one streamed response."""

    _refused: bool = False

    def __init__(self, provider: str, model: str, request: Request) -> None:
        super().__init__(provider, model, request)
        self._calls: dict[str, Json] = {}
        self._searching: dict[str, float] = {}  # since when

    def take(self, event: Json) -> Iterator[ModelEvent]:
        """See `Draft.take`. Kinds of events that add nothing new are passed over."""
        match event["type"]:
            case kind if kind in TEXT_DELTAS:
                yield TextDelta(event["delta"])
            case kind if kind in THINKING_DELTAS:
                yield ThinkingDelta(event["delta"])
            case "response.function_call_arguments.delta":
                call = self._calls[event["item_id"]]
                yield ToolCallDelta(call["call_id"], call["name"], event["delta"])
            case "response.output_item.added":
                yield from self._open(event["item"])
            case "response.output_item.done":
                yield from self._close(event["item"])
            case kind if kind in ENDS:
                self._end(event["response"])
            case "response.failed" | "error":
                self._count_tokens((event.get("response") or {}).get("usage") or {})
                raise VendorError(event)

    def _open(self, item: Json) -> Iterator[ModelEvent]:
        match item["type"]:
            case "function_call":
                self._calls[item["id"]] = item
                yield ToolCallDelta(item["call_id"], item["name"], "")
            case "web_search_call":
                self._searching[item["id"]] = monotonic()
                yield VendorSearch(search_call(item["id"], self.usage.provider))
            case "reasoning":
                yield ThinkingDelta("")

    def _close(self, item: Json) -> Iterator[ModelEvent]:
        replay = self.replay(item)
        match item["type"]:
            case "message":
                text = "".join(c.get("text") or c.get("refusal") or "" for c in item["content"])
                self._refused |= any(c["type"] == "refusal" for c in item["content"])
                self.parts.append(Text(text, replay))
            case "function_call":
                arguments = parsed(item["arguments"])
                self.parts.append(ToolCall(item["call_id"], item["name"], arguments, replay))
            case "web_search_call":
                search = self._search(item, replay)
                self.parts.append(search)
                yield search
            case _:
                text = "\n\n".join(summary["text"] for summary in item.get("summary") or ())
                self.parts.append(Thinking(text, replay))

    def _search(self, item: Json, replay: Replay) -> VendorSearch:
        """The search as it ended. Only then OpenAI tells for what, or that it has opened a page."""
        seconds = monotonic() - self._searching[item["id"]]
        action, provider = item.get("action") or {}, self.usage.provider
        if opened := action.get("url"):
            call, urls = page_call(item["id"], provider, opened), [opened]
        else:
            queries = action.get("queries") or list(filter(None, [action.get("query")]))
            call = search_call(item["id"], provider, queries)
            urls = [each["url"] for each in action.get("sources") or () if each.get("url")]
        call = replace(call, replay=replay)
        if item["status"] != "completed":
            return failed(call, item["status"], seconds)
        self.searches += not opened
        return found(call, ((url, url) for url in urls), seconds)

    def _end(self, response: Json) -> None:
        self._count_tokens(response.get("usage") or {})
        details = response.get("incomplete_details") or {}
        self.stop = self._reason(response["status"], details.get("reason"))

    def _count_tokens(self, usage: Json) -> None:
        """OpenAI counts cached tokens within the input and reasoning within the output."""
        figure, cached = self.figure, usage.get("input_tokens_details") or {}
        thinking = (usage.get("output_tokens_details") or {}).get("reasoning_tokens")
        read = figure("cache_read_tokens", cached.get("cached_tokens"))
        written = figure("cache_write_tokens", cached.get("cache_write_tokens"))
        self.usage = replace(
            self.usage,
            input_tokens=figure("input_tokens", usage.get("input_tokens")) - read - written,
            output_tokens=figure("output_tokens", usage.get("output_tokens")),
            cache_read_tokens=read,
            cache_write_tokens=written,
            thinking_tokens=figure("thinking_tokens", thinking),
        )

    def _reason(self, status: str, incomplete: str | None) -> StopReason:
        if self._refused or incomplete == "content_filter":
            return "refusal"
        if status == "incomplete":
            return "length"
        return "tools" if any(isinstance(part, ToolCall) for part in self.parts) else "end"
