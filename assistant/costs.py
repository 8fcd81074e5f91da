"""`python -m assistant.costs`: what a user costs in a month, and which settings keep the margin."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import ceil, floor

from assistant.agent.catalog import DEFAULTS, MODELS, SCRIPTED, resolve
from assistant.agent.tools import TOOLS
from assistant.config import settings
from assistant.errors import CannotStart, ProviderUnavailable
from assistant.services import cost_model as model
from assistant.services.cost_model import Habit, Way
from assistant.services.features import CONNECTED

SHORT, LONG = 10, 50  # messages of a conversation
WIDTH = 62
FREE = (
    f"The model for who has not chosen is the {SCRIPTED.label.lower()} (DEFAULT_MODEL), which "
    "costs nothing, so there\nis no margin to keep. Name another model to see what it costs."
)
UNCONNECTED = [tool for tool in TOOLS if tool.needs not in CONNECTED]


def main() -> int:
    """Print it. Returns the exit code: 1 for a fault, which is one sentence on stderr."""
    try:
        default = resolve(settings().default_model or DEFAULTS["anthropic"]).id
        lines = (*_target(), *(_told_of(default) if default != SCRIPTED.id else (FREE,)))
    except (CannotStart, ProviderUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _target() -> Iterator[str]:
    habit, way = model.TARGET
    read = model.month(replace(habit, answered=0), way)
    written = model.month(habit, way) - read
    yield (
        f"The target: {habit.messages} messages a month of {habit.asked} + {habit.answered} "
        f"tokens on {MODELS[way.model].label}, each on its own"
    )
    yield f"  models    ${read:.2f} read + ${written:.2f} written = ${model.month(habit, way):.2f}"
    yield f"  platform  ${model.PLATFORM:.2f}, the models in it: ${model.rest():.2f} for the rest"
    yield f"  margin    {_percent(model.month(habit, way))} of ${model.PRICE} ({model.PLAN.label})"
    yield f"  {_whole(model.MARGIN * 100)} are kept while the models cost ${model.ceiling():.2f}"
    yield ""


def _told_of(default: str) -> Iterator[str]:
    yield from (*_default(default), *_real(default), *_kept(default))


def _default(default: str) -> Iterator[str]:
    habit, _ = model.TARGET
    cost = model.month(habit, Way(default))
    label = MODELS[default].label
    yield f"The same month on {label}: models ${cost:.2f}, margin {_percent(cost)}"
    yield ""


def real(default: str, length: int, **more: bool) -> tuple[Habit, Way]:
    """How it is really sent: rules, all tools, and what was said before, up to the setting."""
    way = Way(default, model.standing(), settings().history_tokens, titled=True, **more)
    return Habit(length=length), way


def _real(default: str) -> Iterator[str]:
    yield (
        f"As it is really sent: {model.standing():,} tokens of rules and all {len(TOOLS)} tools, "
        f"what was said before up to\n{settings().history_tokens:,} tokens (HISTORY_TOKENS), and "
        f"titles by {MODELS[Way(default).small].label}. A cache still holds what was sent\nbefore "
        f"for {_whole(model.WARM * 100)} of the messages."
    )
    yield f"{'':{WIDTH}}{'models':>9}{'margin':>9}"
    for length in (SHORT, LONG):
        for words, more in (
            ("no cache", {}),
            ("prompt cache", {"cached": True}),
            ("prompt cache, summaries", {"cached": True, "summarised": True}),
        ):
            yield _line(
                f"conversations of {length} messages, {words}", *real(default, length, **more)
            )
    habit, way = real(default, SHORT, cached=True, summarised=True)
    few = replace(way, standing=model.standing(UNCONNECTED))
    about = f"the same, {SHORT} messages, nothing connected: {few.standing:,} tokens of tools"
    yield _line(about, habit, few)
    yield ""


def _kept(default: str) -> Iterator[str]:
    habit, way = real(default, SHORT, cached=True, summarised=True)
    yield (
        f"What keeps {_whole(model.MARGIN * 100)}, with cache and summaries, in conversations "
        f"of {SHORT} / {LONG} messages"
    )
    both = [(replace(habit, length=length), way) for length in (SHORT, LONG)]
    few = replace(way, standing=model.standing(UNCONNECTED))
    yield _bound("messages a month", *(f"{model.most_messages(*each):,}" for each in both))
    yield _bound("HISTORY_TOKENS, all tools", *(_tokens(each, way) for each, _ in both))
    yield _bound("HISTORY_TOKENS, nothing connected", *(_tokens(each, few) for each, _ in both))
    small = MODELS[way.small].label
    shares = (_whole(ceil(model.small_share(*each) * 100)) for each in both)
    yield _bound(f"share of messages for {small}", *shares)
    yield f"  models with which nothing else is needed: {_models_that_keep(way)}"
    yield (
        f"  in any case: month_usd of {model.PLAN.label} at ${model.ceiling():.2f}; now it is "
        f"${model.PLAN.month_usd:.2f}, and who uses it up leaves {_percent(model.PLAN.month_usd)}"
    )


def _models_that_keep(way: Way) -> str:
    """Those that keep the margin, be conversations short or long."""
    habits = [Habit(length=length) for length in (SHORT, LONG)]
    fine = [
        each.label
        for each in MODELS.values()
        if resolve(each.id) is each
        and each is not SCRIPTED
        and all(model.keeps(habit, replace(way, model=each.id)) for habit in habits)
    ]
    return ", ".join(fine) or "none"


def _line(name: str, habit: Habit, way: Way) -> str:
    cost = model.month(habit, way)
    return f"  {name:{WIDTH - 2}}{f'${cost:.2f}':>9}{_percent(cost):>9}"


def _bound(name: str, *values: str) -> str:
    return f"  {name:{WIDTH - 2}}{' / '.join(values):>18}"


def _tokens(habit: Habit, way: Way) -> str:
    found = model.largest_history(habit, way)
    return f"{found:,}" if found else "none"


def _percent(models: Decimal) -> str:
    return _whole(floor(model.margin(models) * 100))


def _whole(percent: int | Decimal) -> str:
    return f"{percent:.0f} %"


if __name__ == "__main__":
    sys.exit(main())
