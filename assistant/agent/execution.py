"""One call of a tool at work: bounded in time and in size, and whatever fails is a result."""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import structlog
from pydantic import JsonValue

from assistant.agent.acts import Intent, Output, Tool, ToolContext
from assistant.agent.types import ToolCall, ToolFinished, ToolResult
from assistant.errors import ToolError

OUTPUT_CHARACTERS = 20_000
FAILED = "The tool failed."
NO_WAY_BACK = "What this tool does cannot be undone."

Result = TypeVar("Result")

log = structlog.get_logger()


async def executed(
    tool: Tool, call: ToolCall, context: ToolContext, seconds: float
) -> ToolFinished:
    """Run the call. seconds: how long it may take.

    The tool's context.key is that of the turn and the call. Raises nothing of the tool's.
    """
    started = time.monotonic()
    context = replace(context, key=f"{context.key}/{call.id}")
    try:
        output, is_error = await _bounded(tool, seconds, tool.run, call.arguments, context), False
    except ToolError as error:
        output, is_error = Output(str(error) or FAILED), True
    return ToolFinished(
        call,
        ToolResult(
            call.id,
            call.name,
            capped(output.content, OUTPUT_CHARACTERS),
            is_error,
            tool.untrusted if output.untrusted is None else output.untrusted,
            output.sources,
        ),
        time.monotonic() - started,
        undo=output.undo,
    )


async def intended(tool: Tool, call: ToolCall, context: ToolContext, seconds: float) -> Intent:
    """What the call would do. Raises ToolError, also when that cannot be found out."""
    return await _bounded(tool, seconds, tool.intent, call.arguments, context)


async def taken_back(tool: Tool, saved: JsonValue, context: ToolContext, seconds: float) -> str:
    """Take a call back by what it left for that. Returns what the tool says.

    Raises ToolError: the tool has no way back, or it failed.
    """
    if tool.undo is None:
        raise ToolError(NO_WAY_BACK)
    return await _bounded(tool, seconds, tool.undo, saved, context)


async def _bounded(
    tool: Tool, seconds: float, work: Callable[..., Awaitable[Result]], *given: object
) -> Result:
    """What comes of a tool's work. Raises ToolError, also where it is late or has a defect.

    A defect is logged.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            return await work(*given)
    except ToolError:
        raise
    except Exception as error:
        if limit.expired():
            raise ToolError(f"The tool did not answer within {seconds:g} seconds.") from error
        _log_crash(tool.name, error)
        raise ToolError(FAILED) from error


def _log_crash(tool: str, error: Exception) -> None:
    """Only the kind and the place: the exception's message may hold the user's arguments."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("tool_crashed", tool=tool, error=type(error).__name__, trace=trace)


def capped(content: str, most: int) -> str:
    """At most so many characters of the content, and what can be written in UTF-8."""
    content = content.encode(errors="replace").decode()
    if len(content) <= most:
        return content
    left_out = len(content) - most
    return f"{content[:most]}\n… cut: {left_out:,} more characters are not shown"
