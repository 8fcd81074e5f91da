"""How a function becomes a tool."""

from typing import Annotated

import pytest
from pydantic import Field

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.tool import tool
from assistant.errors import ToolError


@tool(Effect.WRITE, "Repeated")
async def repeat(
    text: str, context: ToolContext, times: Annotated[int, Field(ge=1, le=3)] = 2
) -> str:
    """Repeat the text."""
    return f"{context.user_id}: {text * times}"


@tool(Effect.READ, "Greeted")
async def greet() -> str:
    """Say hello."""
    return "Hello"


def test_a_tool_takes_name_description_effect_and_label_from_its_function() -> None:
    assert repeat.name == "repeat"
    assert repeat.description == "Repeat the text."
    assert (repeat.effect, repeat.label) == (Effect.WRITE, "Repeated")


def test_the_schema_holds_the_typed_arguments_but_not_the_context() -> None:
    assert repeat.schema["type"] == "object"
    assert repeat.schema["required"] == ["text"]
    assert repeat.schema["additionalProperties"] is False
    properties = repeat.schema["properties"]
    assert isinstance(properties, dict)
    assert set(properties) == {"text", "times"}


async def test_arguments_and_defaults_and_the_context_reach_the_function() -> None:
    context = ToolContext(user_id="alice")
    assert await repeat.run({"text": "ab"}, context) == Output("alice: abab")
    assert await repeat.run({"text": "ab", "times": 3}, context) == Output("alice: ababab")


async def test_a_function_without_arguments_is_a_tool_too() -> None:
    assert await greet.run({}, ToolContext()) == Output("Hello")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({}, "text: Field required"),
        ({"text": 5}, "text: Input should be a valid string"),
        ({"text": "a", "times": 4}, "times: Input should be less than or equal to 3"),
        ({"text": "a", "more": 1}, "more: Extra inputs are not permitted"),
        ({"text": "a", "context": {}}, "context: Extra inputs are not permitted"),
    ],
)
async def test_arguments_that_do_not_fit_are_named_for_the_model(arguments, fault) -> None:
    with pytest.raises(ToolError, match=fault):
        await repeat.run(arguments, ToolContext())


def reaches(to: str, text: str = "") -> Intent:
    effect = Effect.SEND if to else Effect.WRITE
    return Intent(effect, f"Tell {to or 'nobody'}", (Target("recipient", to),) if to else ())


@tool(Effect.SEND, "Told", intent=reaches)
async def tell(to: str, context: ToolContext, text: str = "") -> str:
    """Tell somebody something."""
    return "Told."


async def looked_up(name: str, context: ToolContext) -> Intent:
    return Intent(Effect.DESTROY, f"Remove {name} of {context.user_id}")


@tool(Effect.DESTROY, "Removed", intent=looked_up)
async def remove(name: str) -> str:
    """Remove something."""
    return "Removed."


async def test_a_tool_tells_what_a_call_of_it_would_do() -> None:
    context = ToolContext(user_id="alice")
    assert await greet.intent({}, context) == Intent(Effect.READ, "Greet")
    assert await tell.intent({"to": ""}, context) == Intent(Effect.WRITE, "Tell nobody")
    reached = Intent(Effect.SEND, "Tell bob", (Target("recipient", "bob"),))
    assert await tell.intent({"to": "bob", "text": "x"}, context) == reached
    told = Intent(Effect.DESTROY, "Remove it of alice")
    assert await remove.intent({"name": "it"}, context) == told


async def test_what_it_would_do_with_wrong_arguments_is_told_to_the_model_instead() -> None:
    with pytest.raises(ToolError, match="to: Field required"):
        await tell.intent({}, ToolContext())
