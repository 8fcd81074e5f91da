"""The vendors' figures, taken with care: what cannot be is not booked."""

from dataclasses import replace
from typing import Any

from assistant.agent.types import Usage

READ = ("input_tokens", "cache_read_tokens", "cache_write_tokens")
WRITTEN = ("output_tokens", "thinking_tokens")
# A request is not read as more than so many times of what we have sent by our own generous count,
# and a little for what a vendor adds; where it searches, what it finds comes on top.
READ_TIMES, READ_MORE, FOUND = 10, 50_000, 1_000_000
WRITTEN_TIMES = 2  # of what it was allowed to write
SEARCHES = 50


def is_figure(value: object) -> bool:
    """Whether it can be a number of tokens at all."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def impossible(usage: Usage, sent: int, allowed: int, *, searched: bool) -> set[str]:
    """The names of the figures that cannot be.

    sent: tokens by our count; allowed: the most that it might write; searched: it might search.
    """
    doubted = {name for name in READ + WRITTEN if getattr(usage, name) < 0}
    most = READ_TIMES * sent + READ_MORE + searched * FOUND
    if sum(getattr(usage, name) for name in READ) > most:
        doubted |= set(READ)
    if usage.output_tokens > WRITTEN_TIMES * allowed:
        doubted.add("output_tokens")
    if usage.thinking_tokens > usage.output_tokens:
        doubted.add("thinking_tokens")
    if usage.searches > SEARCHES:
        doubted.add("searches")
    return doubted


def without(usage: Usage, doubted: set[str]) -> Usage:
    """The usage with 0 in place of what is doubted; of what was read none stands without all."""
    gone = doubted | (set(READ) if doubted & set(READ) else set())
    values: dict[str, Any] = dict.fromkeys(gone, 0)
    return replace(usage, **values, doubted=tuple(sorted(doubted)))
