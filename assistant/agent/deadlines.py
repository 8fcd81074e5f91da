"""Time limits on a stream of events: one for its beginning, one for thought, one for silence."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from dataclasses import dataclass

from assistant.agent.patience import Patience
from assistant.agent.types import Alive, ModelEvent, ThinkingDelta, VendorSearch
from assistant.errors import ProviderUnavailable

NOT_BEGUN = "The model did not begin to answer in time."
LOST_IN_THOUGHT = "The model thought for too long without a sign of life."
SILENT = "The model fell silent in the middle of its answer."


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds may pass between two events.

    first: before the first one. thinking: while the model thinks or its vendor searches, which
    some do in silence. idle: while it writes.
    """

    first: float
    thinking: float
    idle: float


async def timed(
    events: AsyncGenerator[ModelEvent, None], limits: Limits, *, thinks: bool
) -> AsyncGenerator[ModelEvent, None]:
    """The same events; any of them is a sign of life. Closes `events`, however it ends.

    thinks: whether the model may think before it writes, and need not say so.
    Raises ProviderUnavailable when the first event or the next one takes longer than it may.
    """
    limit, sentence = limits.first, NOT_BEGUN
    async with aclosing(events):
        with closing(Patience()) as patience:
            while True:
                try:
                    event = await patience.wait(anext(events, None), limit)
                except TimeoutError as error:
                    raise ProviderUnavailable(sentence) from error
                if event is None:
                    return
                yield event
                match event:
                    case Alive() if thinks and sentence is NOT_BEGUN:
                        limit, sentence = limits.thinking, LOST_IN_THOUGHT
                    case ThinkingDelta() | VendorSearch(result=None):
                        limit, sentence = limits.thinking, LOST_IN_THOUGHT
                    case Alive():
                        pass  # it goes on with what it did
                    case _:
                        limit, sentence = limits.idle, SILENT
