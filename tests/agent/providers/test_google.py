"""What only Gemini's API does."""

import json

import pytest

from assistant.agent.providers.clients import MARK
from assistant.agent.types import Message, Request, ToolCall, ToolResult
from assistant.errors import ProviderUnavailable
from tests.agent.providers.conftest import Vendor, done, said
from tests.vendors import Call, Script

KEY_ERROR = {
    "code": 400,
    "message": "API key not valid. Please pass a valid API key.",
    "status": "INVALID_ARGUMENT",
    "details": [{"reason": "API_KEY_INVALID"}],
}


async def test_a_blocked_prompt_is_a_refusal(google: Vendor) -> None:
    last = done(await google.told(Script(stop="blocked")))
    assert last.stop_reason == "refusal"
    assert last.message.parts == ()
    assert last.usage.input_tokens == 25


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII"])
async def test_a_filtered_answer_is_a_refusal(google: Vendor, reason: str) -> None:
    assert done(await google.told(Script(stop=reason))).stop_reason == "refusal"


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "OTHER", "MALFORMED_RESPONSE"])
async def test_an_end_that_leaves_nothing_is_unavailable(google: Vendor, reason: str) -> None:
    with pytest.raises(ProviderUnavailable, match="usable"):
        await google.told(Script(stop=reason))


async def test_a_key_that_is_not_valid_is_the_services_fault(google: Vendor) -> None:
    body = json.dumps({"error": KEY_ERROR})
    with pytest.raises(ProviderUnavailable, match="key of this service"):
        await google.told(Script(status=400, body=body))


async def test_used_up_quota_is_a_limit(google: Vendor) -> None:
    with pytest.raises(ProviderUnavailable, match="limits"):
        await google.told(Script(status=429))


async def test_the_mark_of_a_response_is_not_sent(google: Vendor) -> None:
    await google.told(Script())
    assert MARK not in google.server.requests[-1].headers


async def test_calls_of_other_models_carry_the_mark_that_skips_the_seal(google: Vendor) -> None:
    call = Message("assistant", (ToolCall("toolu_1", "calculator", {"a": 1}),))
    result = Message("tool", (ToolResult("toolu_1", "calculator", "4"),))
    await google.told(Script(), Request("", (*said("Hi.").messages, call, result)))
    sent = google.server.requests[-1].body["contents"]
    assert sent[1]["parts"][0]["thoughtSignature"]
    assert sent[2]["parts"][0]["functionResponse"]["response"] == {"output": "4"}


async def test_a_call_without_an_id_is_answered_without_one(google: Vendor) -> None:
    answer = done(await google.told(Script((Call("calculator", id=""),)))).message
    (call,) = answer.tool_calls
    result = Message("tool", (ToolResult(call.id, "calculator", "4"),))
    await google.told(Script(), Request("", (*said("Hi.").messages, answer, result)))
    sent = google.server.requests[-1].body["contents"]
    assert call.id
    assert not sent[1]["parts"][0]["functionCall"].get("id")
    assert "id" not in sent[2]["parts"][0]["functionResponse"]


async def test_thoughts_are_asked_for_where_a_model_thinks(google: Vendor) -> None:
    await google.told(Script())
    config = google.server.requests[-1].body["generationConfig"]
    assert config["thinkingConfig"] == {"include_thoughts": True}
