"""Gemini, through generateContent (ai.google.dev/api/generate-content)."""

import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

import httpx2
from google.genai import Client
from google.genai.errors import APIError
from google.genai.types import (
    AutomaticFunctionCallingConfig,
    Blob,
    Content,
    FinishReason,
    FunctionCall,
    FunctionDeclaration,
    FunctionResponse,
    GenerateContentConfig,
    GenerateContentResponse,
    GenerateContentResponseUsageMetadata,
    GoogleSearch,
    HttpOptions,
    HttpRetryOptions,
    ThinkingConfig,
    ToolConfig,
)
from google.genai.types import Part as GooglePart
from google.genai.types import Tool as GoogleTool
from pydantic import JsonValue

from assistant.agent.arguments import accepted
from assistant.agent.attached import Document, Image, Summary
from assistant.agent.catalog import thinks
from assistant.agent.providers.clients import (
    authorities,
    closed_response,
    has_answered,
    shared_client,
)
from assistant.agent.providers.draft import Draft, follow
from assistant.agent.providers.faults import (
    GARBAGE,
    UNUSABLE,
    Fault,
    by_status,
    by_transport,
    sending,
)
from assistant.agent.providers.grounding import Grounding
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

STOPS: dict[str, StopReason] = {
    "STOP": "end",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "refusal",
    "RECITATION": "refusal",
    "LANGUAGE": "refusal",
    "BLOCKLIST": "refusal",
    "PROHIBITED_CONTENT": "refusal",
    "SPII": "refusal",
    "ESCALATION": "refusal",
    "MODEL_ARMOR": "refusal",
}
# Gemini gives calls an id only sometimes; ids of our own making are not sent back to it.
OWN_ID = "own_"
SEARCH = GoogleTool(google_search=GoogleSearch())
SEALS = ("thought_signature", "tool_response")
# For calls that another model made (ai.google.dev/gemini-api/docs/thought-signatures).
UNSIGNED = b"skip_thought_signature_validator"


class Unusable(Exception):
    """Gemini ended its answer for a reason that leaves nothing to go on with."""


# Gemini searches beside our tools only where it tells of it in the answer.
TELLS = ToolConfig(include_server_side_tool_invocations=True)
CAUSES = (APIError, httpx2.HTTPError, Unusable)


@dataclass(frozen=True, slots=True)
class Google:
    """One model of Google. base_url: "" for Google's own. connect_seconds: to reach it."""

    model: str
    key: str = field(repr=False)
    base_url: str = ""
    connect_seconds: float = 5.0
    name: str = "google"

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`."""
        draft = GoogleDraft(self.name, self.model, request)
        return follow(self._events(request), draft, _explain, CAUSES)

    async def _events(self, request: Request) -> AsyncGenerator[GenerateContentResponse, None]:
        client = shared_client(_client, self.key, self.base_url, self.connect_seconds)
        async with closed_response(request.sent) as headers:
            # The SDK sends when its answer is first read.
            with sending(partial(has_answered, headers)):
                chunks = await client.aio.models.generate_content_stream(
                    model=self.model,
                    contents=_contents(self.model, request),
                    config=_config(self.model, request, headers),
                )
                async for chunk in chunks:
                    yield chunk


def _client(key: str, base_url: str, http: httpx2.AsyncClient) -> Client:
    options = HttpOptions(
        base_url=base_url or None,
        httpx_async_client=http,
        client_args={"verify": authorities()},  # for connections that we never use, it would
        async_client_args={"ssl": authorities()},  # read the authorities twice more
        retry_options=HttpRetryOptions(attempts=1),
    )
    return Client(api_key=key, vertexai=False, http_options=options)


def _explain(error: Exception) -> Fault:
    match error:
        case Unusable():
            return UNUSABLE
        case APIError():
            return by_status(error.code, error.details)
        case httpx2.HTTPError():
            return by_transport(error)
    return GARBAGE


def _config(model: str, request: Request, headers: dict[str, str]) -> GenerateContentConfig:
    declarations = [
        FunctionDeclaration(
            name=tool.name, description=tool.description, parameters_json_schema=dict(tool.schema)
        )
        for tool in request.tools
    ]
    tools = [GoogleTool(function_declarations=declarations)] if declarations else []
    return GenerateContentConfig(
        system_instruction=request.system or None,
        max_output_tokens=request.max_output_tokens,
        tools=[*tools, SEARCH] if request.search else tools or None,
        tool_config=TELLS if _searches(model, request) else None,
        automatic_function_calling=AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        # Told in summaries; without them a model that thinks for long would seem to be dead.
        thinking_config=ThinkingConfig(include_thoughts=True) if thinks(model) else None,
        http_options=HttpOptions(headers=headers),
    )


def _searches(model: str, request: Request) -> bool:
    """Whether Gemini may search, or what it is given holds a search of its own."""
    mine = (p.replay for m in request.messages for p in m.parts if isinstance(p, VendorSearch))
    return request.search or any(seal and seal.model == model for seal in mine)


def _contents(model: str, request: Request) -> list[Content]:
    return [c for c in (_content(model, m) for m in request.messages) if c.parts]


def _content(model: str, message: Message) -> Content:
    parts = [part for p in message.parts for part in _parts(model, p)]
    return Content(role="model" if message.role == "assistant" else "user", parts=parts)


def _parts(model: str, part: Part) -> Iterator[GooglePart]:
    """A part for Gemini; none for other models' thinking and searches, and for empty text."""
    match part:
        case ToolResult():
            key = "error" if part.is_error else "output"
            call_id = None if part.call_id.startswith(OWN_ID) else part.call_id
            result = FunctionResponse(id=call_id, name=part.name, response={key: part.told})
            yield GooglePart(function_response=result)
        case (
            Text(replay=Replay() as seal)
            | Thinking(replay=Replay() as seal)
            | ToolCall(replay=Replay() as seal)
            | VendorSearch(call=ToolCall(replay=Replay() as seal))
        ) if seal.model == model:
            yield GooglePart.model_validate_json(json.dumps(seal.payload))
        case Text(text) if text:
            yield GooglePart(text=text)
        case Document() | Image() | Summary():
            yield GooglePart(text=part.told)
            if isinstance(part, Image):
                yield GooglePart(inline_data=Blob(data=part.content, mime_type=part.media))
        case ToolCall():
            call = FunctionCall(id=part.id, name=part.name, args=dict(part.arguments))
            yield GooglePart(function_call=call, thought_signature=UNSIGNED)


class GoogleDraft(Draft[GenerateContentResponse]):
    """Reads the chunks of one streamed answer."""

    def __init__(self, provider: str, model: str, request: Request) -> None:
        super().__init__(provider, model, request)
        self._grounding = Grounding(provider, self.parts)

    def take(self, event: GenerateContentResponse) -> Iterator[ModelEvent]:
        """See `Draft.take`. Raises Unusable."""
        if event.usage_metadata:
            self._count_tokens(event.usage_metadata)
        if event.prompt_feedback and event.prompt_feedback.block_reason:
            self.stop = "refusal"
        for candidate in event.candidates or ():
            for part in (candidate.content and candidate.content.parts) or ():
                yield from self._part(part)
            if candidate.grounding_metadata:
                self._grounding.note(candidate.grounding_metadata)
            if candidate.finish_reason:
                yield from self._grounding.end()
            self.searches = self._grounding.count
            if candidate.finish_reason:
                self._end(candidate.finish_reason)

    def _count_tokens(self, usage: GenerateContentResponseUsageMetadata) -> None:
        """Gemini counts cached tokens within the prompt, and thoughts apart from the candidates."""
        figure = self.figure
        read = figure("cache_read_tokens", usage.cached_content_token_count)
        prompt = figure("input_tokens", usage.prompt_token_count)
        by_tools = figure("input_tokens", usage.tool_use_prompt_token_count)
        thoughts = figure("thinking_tokens", usage.thoughts_token_count)
        self.usage = replace(
            self.usage,
            input_tokens=prompt + by_tools - read,
            output_tokens=figure("output_tokens", usage.candidates_token_count) + thoughts,
            cache_read_tokens=read,
            thinking_tokens=thoughts,
        )

    def _part(self, part: GooglePart) -> Iterator[ModelEvent]:
        if part.function_call:
            yield self._call(part, part.function_call)
        elif part.tool_call:
            yield self._grounding.begin(part.tool_call, self.replay(_plain(part)))
        elif part.tool_response:
            self._grounding.answered()
            self.parts.append(Thinking("", self.replay(_plain(part))))
        elif part.text is not None:
            yield from self._words(part, part.text)

    def _call(self, part: GooglePart, call: FunctionCall) -> ToolCallDelta:
        call_id = call.id or f"{OWN_ID}{uuid4().hex}"
        name, arguments = call.name or "", call.args or {}
        written = json.dumps(arguments)
        said = accepted(arguments, written)
        if said is not arguments:
            call.args = dict(said)  # else what goes back could not be encoded
        self.parts.append(ToolCall(call_id, name, said, self.replay(_plain(part))))
        return ToolCallDelta(call_id, name, written)

    def _words(self, part: GooglePart, text: str) -> Iterator[ModelEvent]:
        """Text or thinking; what follows on unsealed words of its kind belongs to them."""
        kind = Thinking if part.thought else Text
        last = self.parts[-1] if self.parts else None
        if isinstance(last, kind) and not part.thought_signature and not _sealed(last):
            text_now = last.text + text
            thought = self.replay({"text": text_now, "thought": True})
            self.parts[-1] = kind(text_now, thought if part.thought else None)
        elif text or part.thought_signature:
            opaque = part.thought or part.thought_signature
            self.parts.append(kind(text, self.replay(_plain(part)) if opaque else None))
        if text:
            yield ThinkingDelta(text) if part.thought else TextDelta(text)

    def _end(self, reason: FinishReason) -> None:
        stop = STOPS.get(reason.value)
        if stop is None:
            raise Unusable(reason.value)
        called = any(isinstance(part, ToolCall) for part in self.parts)
        self.stop = "tools" if called and stop == "end" else stop


def _plain(part: GooglePart) -> dict[str, JsonValue]:
    return part.model_dump(mode="json", exclude_none=True)


def _sealed(part: Text | Thinking) -> bool:
    payload = part.replay.payload if part.replay else None
    return isinstance(payload, dict) and not payload.keys().isdisjoint(SEALS)
