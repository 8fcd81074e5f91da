"""`@tool` makes a Tool of a function: its name, its docstring and its typed arguments."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from assistant.agent.types import Arguments, Effect, Tool, ToolContext
from assistant.errors import ToolError


def tool(effect: Effect, label: str) -> Callable[[Callable[..., Awaitable[str]]], Tool]:
    """Declare a tool. A parameter `context` receives the ToolContext; the model never sees it.

    label: the past-tense verb that people read in the chat ("Calculated").
    """

    def declare(function: Callable[..., Awaitable[str]]) -> Tool:
        arguments = _arguments_of(function)
        wants_context = "context" in inspect.signature(function).parameters

        async def run(raw: Arguments, context: ToolContext) -> str:
            checked = _checked(arguments, raw)
            return await function(**checked, **({"context": context} if wants_context else {}))

        return Tool(
            name=function.__name__,
            description=inspect.getdoc(function) or "",
            schema=arguments.model_json_schema(),
            effect=effect,
            label=label,
            run=run,
        )

    return declare


def _arguments_of(function: Callable[..., Awaitable[str]]) -> type[BaseModel]:
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
