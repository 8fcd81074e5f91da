"""The tools of one turn: each call passes the gate, runs bounded, and gets exactly one result."""

import asyncio
import time
import traceback
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from itertools import groupby

import structlog

from assistant.agent.acts import Effect, Tool, ToolContext
from assistant.agent.arguments import UNREADABLE, are_malformed
from assistant.agent.gate import Gate
from assistant.agent.repeats import STOP_ASKING, Repeats
from assistant.agent.types import (
    Message,
    MessageDone,
    StopReason,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)
from assistant.errors import ToolError

TOOL_SECONDS = 30.0
OUTPUT_CHARACTERS = 20_000
TURN_CHARACTERS = 200_000  # of all results together
CALLS_AT_ONCE = 8
CALLS_OF_A_REPLY = 32

FAILED = "The tool failed."
NOT_YET = "Asking the user is not possible yet, so the call was not run. Tell the user so."
TOO_MANY = (
    f"The call was not run: one answer may ask for at most {CALLS_OF_A_REPLY} calls. Ask again in "
    "the next one, for what is still needed."
)
UNFINISHED: dict[StopReason, str] = {
    "length": "The call was not run: the answer reached its length limit, so the call may be "
    "incomplete. Ask again, with less text.",
    "refusal": "The call was not run: the answer was refused.",
}

ToolEvent = ToolStarted | ToolFinished

log = structlog.get_logger()


class Toolbox:
    """What a model may use in one turn, and what went wrong with it so far.

    seconds: how long one call may run.
    """

    def __init__(
        self, tools: Iterable[Tool], gate: Gate, context: ToolContext, seconds: float = TOOL_SECONDS
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._gate = gate
        self._context = context
        self._seconds = seconds
        self._places = asyncio.Semaphore(CALLS_AT_ONCE)
        self._room = TURN_CHARACTERS
        self.repeats = Repeats()
        self.results = Message("tool", ())

    async def answer(self, reply: MessageDone) -> AsyncGenerator[ToolEvent, None]:
        """Run the calls of one reply: neighbours that only read at once, all others one by one.

        Every call ends in one ToolFinished; one that runs begins with ToolStarted, and those over
        CALLS_OF_A_REPLY do not run. Closing the generator cancels what still runs. Raises nothing:
        what fails is a result. At the end `results` holds the results, in the order of the calls.
        """
        calls = reply.message.tool_calls
        finished: list[ToolFinished] = []
        for batch in self._batches(calls[:CALLS_OF_A_REPLY]):
            async with aclosing(self._run(batch, reply.stop_reason)) as events:
                async for event in events:
                    if isinstance(event, ToolFinished):
                        finished.append(event)
                    yield event
        for call in calls[CALLS_OF_A_REPLY:]:
            finished.append(_finished(call, TOO_MANY, is_error=True))
            yield finished[-1]
        finished.sort(key=lambda each: calls.index(each.call))
        self.repeats.note(finished)
        self.results = Message("tool", tuple(each.result for each in finished))

    def _batches(self, calls: tuple[ToolCall, ...]) -> Iterator[tuple[ToolCall, ...]]:
        for only_reads, neighbours in groupby(calls, self._only_reads):
            if only_reads:
                yield tuple(neighbours)
            else:
                yield from ((call,) for call in neighbours)

    def _only_reads(self, call: ToolCall) -> bool:
        tool = self._tools.get(call.name)
        return tool is not None and tool.effect is Effect.READ

    async def _run(
        self, calls: tuple[ToolCall, ...], stop_reason: StopReason
    ) -> AsyncGenerator[ToolEvent, None]:
        """Run these calls at once; results come as they are ready."""
        ready: asyncio.Queue[asyncio.Task[ToolFinished]] = asyncio.Queue()
        tasks: list[asyncio.Task[ToolFinished]] = []
        try:
            for call in calls:
                if refusal := self._refusal(call, stop_reason):
                    yield _finished(call, refusal, is_error=True)
                    continue
                yield ToolStarted(call)
                tasks.append(asyncio.create_task(self._execute(call)))
                tasks[-1].add_done_callback(ready.put_nowait)
            for _ in tasks:
                yield (await ready.get()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _refusal(self, call: ToolCall, stop_reason: StopReason) -> str:
        """Why the call must not run, for the model; empty when it may."""
        if stop_reason in UNFINISHED:
            return UNFINISHED[stop_reason]
        if self.repeats.forbids(call):
            return STOP_ASKING
        tool = self._tools.get(call.name)
        if tool is None:
            return f"There is no such tool. The tools are: {', '.join(self._tools) or 'none'}."
        if are_malformed(call):
            return UNREADABLE
        decision = self._gate.decide(tool, call)
        if decision.verdict == "allow":
            return ""
        return f"{decision.reason} {NOT_YET}" if decision.verdict == "ask" else decision.reason

    async def _execute(self, call: ToolCall) -> ToolFinished:
        async with self._places:
            return await self._timed(call)

    async def _timed(self, call: ToolCall) -> ToolFinished:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                content, is_error = await self._outcome(call), False
        except ToolError as error:
            content, is_error = str(error) or FAILED, True
        except TimeoutError:
            content, is_error = f"The tool did not answer within {self._seconds:g} seconds.", True
        seconds = time.monotonic() - started
        return _finished(call, self._fitted(content), is_error=is_error, seconds=seconds)

    async def _outcome(self, call: ToolCall) -> Output:
        """What the tool says. Raises ToolError, also for a defect in the tool, which is logged."""
        try:
            return await self._tools[call.name].run(call.arguments, self._context)
        except ToolError:
            raise
        except Exception as error:
            _log_crash(call.name, error)
            raise ToolError(FAILED) from error

    def _fitted(self, content: str) -> str:
        """The content, in the room that is left in this turn."""
        content = _capped(content, min(OUTPUT_CHARACTERS, self._room))
        self._room = max(0, self._room - len(content))
        return content


def _log_crash(tool: str, error: Exception) -> None:
    """Only the kind and the place: the exception's message may hold the user's arguments."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("tool_crashed", tool=tool, error=type(error).__name__, trace=trace)


def _finished(
    call: ToolCall, content: str, *, is_error: bool = False, seconds: float = 0.0
) -> ToolFinished:
    return ToolFinished(call, ToolResult(call.id, call.name, content, is_error), seconds)


def _capped(content: str, most: int) -> str:
    """At most so many characters of the content, and what can be written in UTF-8."""
    content = content.encode(errors="replace").decode()
    if len(content) <= most:
        return content
    left_out = len(content) - most
    return f"{content[:most]}\n… cut: {left_out:,} more characters are not shown"
