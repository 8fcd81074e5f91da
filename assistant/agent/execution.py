"""One call of a tool at work: bounded in time and in size, and whatever fails is a result."""

import asyncio
import time
import traceback
from dataclasses import replace

import structlog
from pydantic import JsonValue

from assistant.agent.acts import Intent, Output, Tool, ToolContext
from assistant.agent.types import ToolCall, ToolFinished, ToolResult
from assistant.errors import ToolError

OUTPUT_CHARACTERS = 20_000
FAILED = "The tool failed."
NO_WAY_BACK = "What this tool does cannot be undone."

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
        async with asyncio.timeout(seconds):
            output, is_error = await _outcome(tool, call, context), False
    except ToolError as error:
        output, is_error = Output(str(error) or FAILED), True
    except TimeoutError:
        output, is_error = Output(f"The tool did not answer within {seconds:g} seconds."), True
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
    try:
        async with asyncio.timeout(seconds):
            return await tool.intent(call.arguments, context)
    except ToolError:
        raise
    except TimeoutError as error:
        raise ToolError(f"The tool did not answer within {seconds:g} seconds.") from error
    except Exception as error:
        _log_crash(tool.name, error)
        raise ToolError(FAILED) from error


async def taken_back(tool: Tool, saved: JsonValue, context: ToolContext, seconds: float) -> str:
    """Take a call back by what it left for that. Returns what the tool says.

    Raises ToolError: the tool has no way back, or it failed.
    """
    if tool.undo is None:
        raise ToolError(NO_WAY_BACK)
    try:
        async with asyncio.timeout(seconds):
            return await tool.undo(saved, context)
    except ToolError:
        raise
    except TimeoutError as error:
        raise ToolError(f"The tool did not answer within {seconds:g} seconds.") from error
    except Exception as error:
        _log_crash(tool.name, error)
        raise ToolError(FAILED) from error


async def _outcome(tool: Tool, call: ToolCall, context: ToolContext) -> Output:
    """What the tool says. Raises ToolError, also for a defect in the tool, which is logged."""
    try:
        return await tool.run(call.arguments, context)
    except ToolError:
        raise
    except Exception as error:
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
