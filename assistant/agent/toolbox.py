"""The tools of one turn: each call passes the gate, runs bounded, and gets exactly one result."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from assistant.agent.acts import Act, Effect, Intent, Tool, ToolContext
from assistant.agent.arguments import UNREADABLE, are_malformed
from assistant.agent.execution import capped, executed, intended
from assistant.agent.gate import GRANTED, OUTWARD, Gate
from assistant.agent.provenance import Provenance
from assistant.agent.repeats import STOP_ASKING, Repeats
from assistant.agent.types import (
    Message,
    MessageDone,
    StopReason,
    ToolAsked,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)
from assistant.agent.vendor_search import VendorSearches
from assistant.errors import ToolError

TOOL_SECONDS = 30.0
TURN_CHARACTERS = 200_000  # of all results together
CALLS_AT_ONCE = 8
CALLS_OF_A_REPLY = 32
TOLD = (*OUTWARD, "server")  # who stands behind these learns of a call

TOO_MANY = (
    f"The call was not run: one answer may ask for at most {CALLS_OF_A_REPLY} calls. Ask again in "
    "the next one, for what is still needed."
)
UNFINISHED: dict[StopReason, str] = {
    "length": "The call was not run: the answer reached its length limit, so the call may be "
    "incomplete. Ask again, with less text.",
    "refusal": "The call was not run: the answer was refused.",
}

ToolEvent = ToolStarted | ToolAsked | ToolFinished


class Journal(Protocol):
    """Where calls are counted, and where it is written down that one is about to leave a mark."""

    async def admits(self, call: ToolCall) -> str:
        """Why the call may not run now, for the model; "" when it may."""
        ...

    async def begins(self, call: ToolCall, act: Act) -> str:
        """Called before the effect. Why there may be none after all, for the model; "" when it may.

        What is raised here keeps the call from running.
        """
        ...


class Toolbox:
    """What a model may use in one turn, and what went wrong with it so far.

    said: who has said what so far. seconds: how long one call may run.
    """

    def __init__(  # noqa: PLR0913  (each is another part of the turn)
        self,
        tools: Iterable[Tool],
        gate: Gate,
        context: ToolContext,
        said: Provenance,
        journal: Journal,
        seconds: float = TOOL_SECONDS,
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._gate = gate
        self._context = context
        self.said = said
        said.note_tools(self._tools.values())
        self._journal = journal
        self._seconds = seconds
        self._places = asyncio.Semaphore(CALLS_AT_ONCE)
        self._room = TURN_CHARACTERS
        self.searches = VendorSearches(gate, said)
        self._begun = 0
        self.repeats = Repeats()
        self.results = Message("tool", ())
        self.waits = False  # for calls that were asked for and may run later

    async def answer(self, reply: MessageDone) -> AsyncGenerator[ToolEvent, None]:
        """Run the calls of one reply: neighbours that only read at once, all others one by one.

        Every call ends in one ToolFinished or ToolAsked; one that runs begins with ToolStarted, and
        those over CALLS_OF_A_REPLY do not run. Closing the generator cancels what still runs. What
        fails is a result; only what the gate and the journal raise is raised. At the end `results`
        holds the results, in the order of the calls.
        """
        calls = reply.message.tool_calls
        finished: list[ToolFinished] = []
        for batch in self._batches(calls[:CALLS_OF_A_REPLY]):
            async with aclosing(self._run(batch, reply.stop_reason)) as events:
                async for event in events:
                    if isinstance(event, ToolFinished):
                        finished.append(event)
                        self.said.note(event.result)
                    yield event
        for call in calls[CALLS_OF_A_REPLY:]:
            finished.append(_refused(call, TOO_MANY))
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
        judged = [await self._judged(call, stop_reason) for call in calls]
        try:
            for event in judged:
                yield event
                if isinstance(event, ToolStarted):
                    tasks.append(asyncio.create_task(self._execute(event)))
                    tasks[-1].add_done_callback(ready.put_nowait)
            for _ in tasks:
                yield (await ready.get()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _judged(self, call: ToolCall, stop_reason: StopReason) -> ToolEvent:
        """What is to happen with a call."""
        refusal = self._refusal(call, stop_reason) or await self._journal.admits(call)
        if refusal:
            return _refused(call, refusal)
        tool = self._tools[call.name]
        try:
            intent = await intended(tool, call, self._context, self._seconds)
        except ToolError as error:
            return _refused(call, str(error))
        decision = await self._gate.decide(tool, intent, self.said)
        act = decision.act
        if decision.verdict == "deny":
            return _refused(call, decision.reason, act)
        later = tool.effect is not Effect.READ and act.intent.effect in GRANTED
        if decision.verdict == "ask" or later:
            self.waits = True
            return ToolAsked(call, act, tool.delay)
        return ToolStarted(call, act)

    def _refusal(self, call: ToolCall, stop_reason: StopReason) -> str:
        """Why the call cannot even be judged, for the model; empty when it can."""
        if stop_reason in UNFINISHED:
            return UNFINISHED[stop_reason]
        if self.repeats.forbids(call):
            return STOP_ASKING
        if call.name not in self._tools:
            return f"There is no such tool. The tools are: {', '.join(self._tools) or 'none'}."
        return UNREADABLE if are_malformed(call) else ""

    async def _execute(self, started: ToolStarted) -> ToolFinished:
        async with self._places:
            call, act = started.call, started.act
            if _leaves_a_mark(act.intent) and (why := await self._journal.begins(call, act)):
                return _refused(call, why, replace(act, rule=""))
            tool = self._tools[call.name]
            self._begun += 1  # not every vendor's ids are new in each request
            key = f"{self._context.key}/{self._begun}"
            context = replace(self._context, key=key, tainted=self.said.tainted)
            outcome = await executed(tool, call, context, self._seconds)
        return replace(outcome, result=self._fitted(outcome.result), act=act)

    def _fitted(self, result: ToolResult) -> ToolResult:
        """The result, in the room that is left in this turn."""
        content = capped(result.content, self._room)
        self._room = max(0, self._room - len(content))
        return replace(result, content=content)


def _leaves_a_mark(intent: Intent) -> bool:
    """Whether such a call changes something, or lets somebody outside know something."""
    told = any(target.kind in TOLD for target in intent.targets)
    return told or intent.effect is not Effect.READ


def _refused(call: ToolCall, why: str, act: Act | None = None) -> ToolFinished:
    return ToolFinished(call, ToolResult(call.id, call.name, why, is_error=True), 0.0, act)
