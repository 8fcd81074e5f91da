"""What only Claude's API does."""

import json
from dataclasses import replace

import pytest
from pydantic import JsonValue

from assistant.agent.providers.anthropic import AnthropicDraft
from assistant.agent.types import Message, Replay, Request, Text, Thinking
from assistant.errors import ProviderRejected, ProviderUnavailable
from tests.agent.providers.conftest import Vendor, done, said
from tests.vendors import Call, Say, Script


async def test_the_system_prompt_and_the_history_are_marked_for_the_cache(
    anthropic: Vendor,
) -> None:
    request = replace(said("Hi."), system="Be brief. Today is Sunday.", shared=len("Be brief."))
    await anthropic.told(Script(), request)
    body = anthropic.server.requests[-1].body
    assert body["cache_control"] == {"type": "ephemeral"}
    assert body["system"] == [
        {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": " Today is Sunday."},
    ]
    await anthropic.told(Script())
    (whole,) = anthropic.server.requests[-1].body["system"]
    assert whole == {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}


async def test_empty_words_and_empty_messages_are_left_out(anthropic: Vendor) -> None:
    empty = Message("assistant", (Text(" \n"), Thinking("Hm.")))
    await anthropic.told(Script(), Request("", (*said("Hi.").messages, empty)))
    body = anthropic.server.requests[-1].body
    assert "system" not in body
    assert [m["role"] for m in body["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("stop", "ours"),
    [
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("stop_sequence", "end"),
        ("a_reason_of_tomorrow", "end"),
    ],
)
async def test_stop_reasons_are_told_in_our_words(anthropic: Vendor, stop: str, ours: str) -> None:
    assert done(await anthropic.told(Script(stop=stop))).stop_reason == ours


@pytest.mark.parametrize("arguments", ['{"expression": ', "[1, 2]", "nonsense"])
async def test_arguments_that_are_no_json_object_are_kept_as_they_are(
    anthropic: Vendor, arguments: str
) -> None:
    last = done(await anthropic.told(Script((Call("calculator", (arguments,)),))))
    assert last.message.tool_calls[0].arguments == {"malformed_json": arguments}


async def test_a_call_without_arguments_has_none(anthropic: Vendor) -> None:
    last = done(await anthropic.told(Script((Call("current_time", ()),))))
    assert last.message.tool_calls[0].arguments == {}


async def test_spent_credit_is_said_to_be_spent(anthropic: Vendor) -> None:
    error = {
        "type": "rate_limit_error",
        "message": "limit",
        "details": {"error_code": "enforced_spend_limit_reached"},
    }
    body = json.dumps({"type": "error", "error": error})
    with pytest.raises(ProviderUnavailable, match="credit"):
        await anthropic.told(Script(status=429, body=body))


async def test_a_prompt_that_is_too_long_is_rejected_as_such(anthropic: Vendor) -> None:
    error = {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8 maximum"}
    with pytest.raises(ProviderRejected, match="too long"):
        await anthropic.told(Script(status=400, body=json.dumps({"error": error})))


def test_thinking_that_the_vendor_hides_is_kept_for_its_model() -> None:
    draft = AnthropicDraft("anthropic", "claude-sonnet-5-5", said("Hi."))
    block: JsonValue = {"type": "redacted_thinking", "data": "c2VhbGVk"}
    for event in (
        {"type": "content_block_start", "content_block": block},
        {"type": "content_block_stop"},
    ):
        list(draft.take(event))
    assert draft.parts == [Thinking("", Replay("claude-sonnet-5-5", block))]


async def test_an_overload_in_mid_stream_is_said_to_be_one(anthropic: Vendor) -> None:
    with pytest.raises(ProviderUnavailable, match="overloaded"):
        await anthropic.told(Script((Say(("One ", "two")),), fault="error", after=1))
