"""`@tool` makes a Tool of a function: its name, its docstring and its typed arguments."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict, Unpack

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError, create_model

from assistant.agent.acts import Arguments, Effect, Intent, Output, Tool, ToolContext
from assistant.errors import ToolError

Function = Callable[..., Awaitable[Output | str]]
Intending = Callable[..., Intent | Awaitable[Intent]]


class More(TypedDict, total=False):
    """What not all tools have; see `Tool`."""

    about: str
    untrusted: bool
    needs: type
    repeatable: bool
    delay: float
    undo: Callable[[JsonValue, ToolContext], Awaitable[str]]


def tool(
    effect: Effect,
    label: str,
    *,
    intent: Intending | None = None,
    **more: Unpack[More],
) -> Callable[[Function], Tool]:
    """Declare a tool. A parameter `context` receives the ToolContext; the model never sees it.

    label: the past-tense verb that people read in the chat ("Calculated"). intent: takes what the
    function takes, and may look up what the call is about; a tool has one when its calls reach
    anybody, destroy something or differ in effect.
    """

    def declare(function: Function) -> Tool:
        arguments = _arguments_of(function)

        async def run(raw: Arguments, context: ToolContext) -> Output:
            said = await function(**_checked(arguments, raw), **_context(function, context))
            return said if isinstance(said, Output) else Output(said)

        async def intended(raw: Arguments, context: ToolContext) -> Intent:
            checked = _checked(arguments, raw)
            if intent is None:
                return Intent(effect, _named(function))
            told = intent(**checked, **_context(intent, context))
            return told if isinstance(told, Intent) else await told

        schema = arguments.model_json_schema()
        told = inspect.getdoc(function) or ""
        return Tool(function.__name__, told, schema, effect, label, run, intended, **more)

    return declare


def _context(function: Callable[..., object], context: ToolContext) -> dict[str, ToolContext]:
    """The context, for a function that wants it."""
    return {"context": context} if "context" in inspect.signature(function).parameters else {}


def _named(function: Function) -> str:
    """The function's name as a sentence: "Update note"."""
    return function.__name__.replace("_", " ").capitalize()


def _arguments_of(function: Function) -> type[BaseModel]:
    """A model with one field for each parameter but `context`."""
    fields: dict[str, Any] = {
        name: (
            parameter.annotation,
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for name, parameter in inspect.signature(function, eval_str=True).parameters.items()
        if name != "context"
    }
    return create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _checked(arguments: type[BaseModel], raw: Arguments) -> dict[str, Any]:
    """The arguments, validated. Raises ToolError with what is wrong, for the model to mend."""
    try:
        valid = arguments.model_validate(dict(raw))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ToolError(f"The arguments do not fit: {faults}") from error
    return {name: getattr(valid, name) for name in arguments.model_fields}
