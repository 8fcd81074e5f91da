"""What only OpenAI's Responses API does."""

import json

import pytest

from assistant.agent.types import Request
from assistant.errors import ProviderUnavailable
from tests.agent.providers.conftest import Vendor, done, said
from tests.vendors import Call, Say, Script, Think


async def test_nothing_is_stored_and_reasoning_comes_sealed(openai: Vendor) -> None:
    await openai.told(Script())
    body = openai.server.requests[-1].body
    assert body["store"] is False
    assert body["include"] == ["reasoning.encrypted_content"]


async def test_a_model_that_does_not_reason_is_not_asked_for_reasoning(openai: Vendor) -> None:
    openai.server.then("openai", Script())
    async for _ in openai.provider(model="gpt-4o").stream(said("Hi.")):
        pass
    assert "include" not in openai.server.requests[-1].body


async def test_items_go_back_as_they_came(openai: Vendor) -> None:
    script = Script((Think(("Hm.",)), Say(("So:",)), Call("calculator")))
    answer = done(await openai.told(script)).message
    await openai.told(Script(), Request("", (*said("Hi.").messages, answer)))
    items = openai.server.requests[-1].body["input"][1:]
    assert [item["id"] for item in items] == ["rs_0", "msg_1", "fc_2"]


async def test_a_refusals_words_are_the_answer(openai: Vendor) -> None:
    last = done(await openai.told(Script((Say(("I cannot.",)),), stop="refusal")))
    assert last.message.text == "I cannot."


async def test_a_filtered_answer_is_a_refusal(openai: Vendor) -> None:
    assert done(await openai.told(Script(stop="content_filter"))).stop_reason == "refusal"


async def test_arguments_that_are_no_json_are_kept_and_replayed(openai: Vendor) -> None:
    answer = done(await openai.told(Script((Call("calculator", ('{"a',)),)))).message
    assert answer.tool_calls[0].arguments == {"malformed_json": '{"a'}
    await openai.told(Script(), Request("", (*said("Hi.").messages, answer)))
    assert openai.server.requests[-1].body["input"][-1]["arguments"] == '{"a'


async def test_a_response_that_failed_is_unavailable(openai: Vendor) -> None:
    error = {"code": "rate_limit_exceeded", "message": "slow down"}
    event = {"type": "response.failed", "response": {"status": "failed", "error": error}}
    script = Script(fault="error", body=f"data: {json.dumps(event)}\n\n")
    with pytest.raises(ProviderUnavailable, match="limits"):
        await openai.told(script)


async def test_used_up_quota_is_said_to_be_spent(openai: Vendor) -> None:
    error = {"type": "insufficient_quota", "code": "insufficient_quota", "message": "quota"}
    with pytest.raises(ProviderUnavailable, match="credit"):
        await openai.told(Script(status=429, body=json.dumps({"error": error})))
