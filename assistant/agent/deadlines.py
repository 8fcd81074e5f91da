"""Time limits on a stream of events: one for the first, one for each silence after it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.agent.types import ModelEvent
from assistant.errors import ProviderUnavailable


async def timed(
    events: AsyncGenerator[ModelEvent, None], first_seconds: float, idle_seconds: float
) -> AsyncGenerator[ModelEvent, None]:
    """The same events; any of them is a sign of life. Closes `events`, however it ends.

    Raises ProviderUnavailable when the first event or the next one takes longer than it may.
    """
    limit, sentence = first_seconds, "The model did not begin to answer in time."
    async with aclosing(events):
        while True:
            try:
                async with asyncio.timeout(limit):
                    event = await anext(events, None)
            except TimeoutError as error:
                raise ProviderUnavailable(sentence) from error
            if event is None:
                return
            yield event
            limit, sentence = idle_seconds, "The model fell silent in the middle of its answer."
