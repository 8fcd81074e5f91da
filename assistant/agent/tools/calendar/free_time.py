"""Which times are free: pure computation on what is taken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody has time at all. days: of the week by number, Monday is 0.

    Hours that close at or before they open go on until that time of the next day.
    """

    opens: time
    closes: time
    days: frozenset[int]


def free_times(
    since: datetime, until: datetime, taken: Iterable[Span], hours: Hours, least: timedelta
) -> list[Span]:
    """All spans within the hours, between two moments, of at least this length, that nothing takes.

    since, until: in the zone whose hours are meant. taken: aware moments, in any order and zone.
    """
    local = since.tzinfo
    gaps: list[Span] = []
    merged = _merged(taken)
    for opens, closes in _open(since, until, hours):
        gaps.extend(_gaps(opens, closes, merged))
    return [
        (start.astimezone(local), end.astimezone(local))
        for start, end in gaps
        if end - start >= least
    ]


def _merged(taken: Iterable[Span]) -> list[Span]:
    """The same in UTC, in order, with none that meets another."""
    merged: list[Span] = []
    for start, end in sorted((a.astimezone(UTC), b.astimezone(UTC)) for a, b in taken):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _open(since: datetime, until: datetime, hours: Hours) -> Iterator[Span]:
    """The hours of each day, in UTC: only there does an hour always last sixty minutes."""
    overnight = timedelta(days=1 if hours.closes <= hours.opens else 0)
    first = since.date() - overnight
    for number in range((until.date() - first).days + 1):
        day = first + timedelta(days=number)
        opens = datetime.combine(day, hours.opens, since.tzinfo).astimezone(UTC)
        closes = datetime.combine(day + overnight, hours.closes, since.tzinfo).astimezone(UTC)
        opens, closes = max(opens, since.astimezone(UTC)), min(closes, until.astimezone(UTC))
        if day.weekday() in hours.days and opens < closes:
            yield opens, closes


def _gaps(opens: datetime, closes: datetime, taken: list[Span]) -> Iterator[Span]:
    for start, end in taken:
        if end <= opens:
            continue
        if start >= closes:
            break
        if start > opens:
            yield opens, start
        opens = end
    if opens < closes:
        yield opens, closes
