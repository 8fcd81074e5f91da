"""What a user costs in a month and what is left of the price, by the prices that requests pay.

What people do is assumed, and stands here as data; what it costs is computed request by request
with `agent/prices.py`, as the app books it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.agent.acts import Tool
from assistant.agent.catalog import MODELS, SMALL
from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.prices import cost
from assistant.agent.prompt import SYSTEM, TITLE
from assistant.agent.tools import TOOLS
from assistant.agent.types import Usage
from assistant.services.summaries import KEPT, LONG
from assistant.services.tiers import TIERS

# The target: of 29 dollars 78 % are left, after 6.25 for the platform, in which the models are.
MARGIN = Decimal("0.78")
PLATFORM = Decimal("6.25")
PLAN = TIERS["pro"]
PRICE = PLAN.price or Decimal(0)

WARM = Decimal("0.8")  # of the messages come before the vendor's cache has forgotten the last one
TITLE_WRITTEN = 100  # tokens, with what a small model thinks
SUMMARY_WRITTEN = 700  # 500 words
STEP = 500  # tokens: as finely as a budget is looked for
MOST_MESSAGES = 20_000  # in a month, when a number of them is looked for


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody talks. messages: in a month, and length: in a conversation, theirs alone.

    asked, answered: tokens of a message and of its answer.
    """

    messages: int = 500
    length: int = 1
    asked: int = 500
    answered: int = 500


@dataclass(frozen=True, slots=True)
class Way:
    """How answers are made. standing: tokens of rules and tools, which go with each request.

    history: tokens of what was said before that are read again at most. cached: by the vendor.
    summarised: what does not stay is read as its summary. titled: conversations are given titles.
    """

    model: str
    standing: int = 0
    history: int = 0
    cached: bool = False
    summarised: bool = False
    titled: bool = False

    @property
    def provider(self) -> str:
        """The vendor of the model."""
        return MODELS[self.model].provider

    @property
    def small(self) -> str:
        """The model of titles and summaries."""
        return SMALL[self.provider]


TARGET = Habit(), Way("claude-sonnet-4-5")

Weighed = tuple[Decimal, Usage]  # how likely, and what then


def month(habit: Habit, way: Way) -> Decimal:
    """USD for the models in a month."""
    talk = sum((weight * cost(usage) for weight, usage in requests(habit, way)), Decimal(0))
    return talk * habit.messages / habit.length


def rest() -> Decimal:
    """USD that a user costs in a month besides the models."""
    return PLATFORM - month(*TARGET)


def margin(models: Decimal) -> Decimal:
    """The share of the price that is left, when the models cost so many USD in a month."""
    return (PRICE - rest() - models) / PRICE


def ceiling() -> Decimal:
    """USD that the models may cost in a month, so that the margin is kept."""
    return PRICE * (1 - MARGIN) - rest()


def keeps(habit: Habit, way: Way) -> bool:
    """Whether so much is left as is wanted."""
    return month(habit, way) <= ceiling()


def requests(habit: Habit, way: Way) -> Iterator[Weighed]:
    """What the requests of one conversation use, from the first message to the last."""
    if way.titled:
        read = tokens_of(TITLE) + habit.asked
        yield Decimal(1), Usage(way.provider, way.small, read, TITLE_WRITTEN)
    said = summary = known = 0
    for _ in range(habit.length):
        kept = min(said, max(0, way.history - summary))
        if kept < said:  # what was cut away is no beginning that the vendor knows
            known = min(known, way.standing)
        read = way.standing + summary + kept + habit.asked
        yield from _answer(habit, way, read, known)
        known, said = read, said + habit.asked + habit.answered
        if way.summarised and summary + said > way.history * LONG:
            stays = min(said, int(way.history * KEPT))
            gone = summary + said - stays
            yield Decimal(1), Usage(way.provider, way.small, gone, SUMMARY_WRITTEN)
            summary, said, known = SUMMARY_WRITTEN, stays, way.standing


def _answer(habit: Habit, way: Way, read: int, known: int) -> Iterator[Weighed]:
    """One request for an answer. known: tokens of its beginning that the vendor has read before."""
    plain = Usage(way.provider, way.model, output_tokens=habit.answered)
    if not way.cached:
        yield Decimal(1), replace(plain, input_tokens=read)
        return
    yield WARM, replace(plain, cache_read_tokens=known, cache_write_tokens=read - known)
    yield 1 - WARM, replace(plain, cache_write_tokens=read)


def tokens_of(text: str) -> int:
    """About how many tokens, as the app counts before a vendor does: rather too many."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def standing(tools: Sequence[Tool] = TOOLS) -> int:
    """Tokens of the rules and of these tools, which go with each request."""
    told = (json.dumps([tool.name, tool.description, dict(tool.schema)]) for tool in tools)
    return tokens_of(SYSTEM) + sum(map(tokens_of, told))


def largest_history(habit: Habit, way: Way) -> int:
    """The most tokens of history, up to the way's own, with which the margin is kept; 0 for none.

    No smaller one loses it.
    """
    return _most(way.history, STEP, lambda size: keeps(habit, replace(way, history=size)))


def most_messages(habit: Habit, way: Way) -> int:
    """How many messages in a month keep the margin."""
    each = month(replace(habit, messages=habit.length), way) / habit.length
    return min(MOST_MESSAGES, int(ceiling() / each))


def small_share(habit: Habit, way: Way) -> Decimal:
    """The share of messages that the small model must answer, so that the margin is kept."""
    dear, cheap = month(habit, way), month(habit, replace(way, model=way.small))
    return max(Decimal(0), (dear - ceiling()) / (dear - cheap)) if dear > cheap else Decimal(0)


def _most(limit: int, step: int, is_fine: Callable[[int], bool]) -> int:
    """The last of the numbers from a step to the limit before the first that is not fine."""
    found = 0
    for number in range(step, limit + 1, step):
        if not is_fine(number):
            break
        found = number
    return found
