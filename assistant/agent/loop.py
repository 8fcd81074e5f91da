"""The loop of one turn: ask the model, run the tools that it asks for, ask again."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, closing
from dataclasses import replace

from assistant.agent.patience import Patience
from assistant.agent.toolbox import Toolbox
from assistant.agent.types import Event, MessageDone, Provider, Request
from assistant.errors import CeilingReached, ProviderUnavailable

STEPS_SECONDS = 120.0  # then no further step begins; one that is long may go on


async def run(
    request: Request, provider: Provider, toolbox: Toolbox, *, max_steps: int, seconds: float
) -> AsyncGenerator[Event, None]:
    """Run one turn. Ends after the MessageDone that asks for no tool, and after a ToolAsked.

    max_steps: calls of the model. seconds: of wall time, for all; it cuts off what hangs.
    Raises CeilingReached, and what the provider raises. Closing the generator at any point ends
    the vendor's HTTP request and cancels the tools.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    async with aclosing(_steps(request, provider, toolbox, max_steps)) as events:
        with closing(Patience()) as patience:
            while (event := await _next(events, patience, deadline)) is not None:
                yield event


async def _next(
    events: AsyncGenerator[Event, None], patience: Patience, deadline: float
) -> Event | None:
    """The next event, None at the end. Raises CeilingReached at the deadline (the loop's clock)."""
    try:
        return await patience.wait_until(anext(events, None), deadline)
    except TimeoutError as error:
        if not patience.is_over:
            raise
        raise CeilingReached(
            "The answer took too long and was stopped. What was written so far is kept."
        ) from error


async def _steps(
    request: Request, provider: Provider, toolbox: Toolbox, max_steps: int
) -> AsyncGenerator[Event, None]:
    for _ in _in_time(max_steps):
        reply: MessageDone | None = None
        async with aclosing(_reply(request, provider, toolbox)) as model_events:
            async for model_event in model_events:
                yield model_event
                if isinstance(model_event, MessageDone):
                    reply = model_event
        if reply is None:
            raise ProviderUnavailable(
                "The model stopped in the middle of its answer.", provider=provider.name
            )
        async with aclosing(toolbox.answer(reply)) as tool_events:
            async for tool_event in tool_events:
                yield tool_event
        if toolbox.waits or not reply.message.tool_calls or reply.stop_reason == "refusal":
            return
        if toolbox.repeats.ignored:
            raise CeilingReached("The model kept repeating a failing step and was stopped.")
        request = replace(request, messages=(*request.messages, reply.message, toolbox.results))
    raise CeilingReached(f"The answer took more than {max_steps} steps and was stopped.")


async def _reply(
    request: Request, provider: Provider, toolbox: Toolbox
) -> AsyncGenerator[Event, None]:
    """What the model says; a search of its vendor's also as a call of a tool."""
    may_search = request.search and await toolbox.searches.allowed()
    async with aclosing(provider.stream(replace(request, search=may_search))) as events:
        async for event in events:
            yield event
            for told in toolbox.searches.told(event):
                yield told


def _in_time(steps: int) -> Iterator[int]:
    """So many steps, as long as they begin in time. Raises CeilingReached."""
    clock = asyncio.get_running_loop()
    until = clock.time() + STEPS_SECONDS
    for step in range(steps):
        if clock.time() > until:
            raise CeilingReached(
                "The answer took more and more steps and was stopped after two minutes. What was "
                "written so far is kept."
            )
        yield step
