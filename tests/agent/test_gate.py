"""What the gate decides."""

import pytest

from assistant.agent.acts import Effect
from assistant.agent.gate import RULES, Decision, Gate
from assistant.agent.types import ToolCall
from tests.agent.streams import tool_that

CALL = ToolCall("1", "look", {})


@pytest.mark.parametrize("effect", [Effect.READ, Effect.WRITE])
def test_reading_and_plain_writing_are_allowed(effect: Effect) -> None:
    assert Gate().decide(tool_that("x", effect=effect), CALL) == Decision("allow")


@pytest.mark.parametrize("effect", [Effect.SEND, Effect.DESTROY])
def test_what_leaves_or_destroys_waits_for_the_user(effect: Effect) -> None:
    decision = Gate().decide(tool_that("x", effect=effect), CALL)
    assert decision.verdict == "ask"
    assert decision.reason


@pytest.mark.parametrize("effect", Effect)
def test_what_no_rule_allows_is_denied(effect: Effect) -> None:
    decision = Gate(rules={}).decide(tool_that("x", effect=effect), CALL)
    assert decision.verdict == "deny"
    assert decision.reason


def test_every_effect_has_its_rule() -> None:
    assert set(RULES) == set(Effect)
