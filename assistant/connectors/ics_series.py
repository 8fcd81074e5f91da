"""When the events of a series take place, as far as that can be found out in little time.

Anybody may send an invitation, so a rule may be made to be counted out for hours. Such rules are
known by their form, and left out.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import recurring_ical_events
from icalendar import Event

from assistant.connectors.ics import FAULTS, Ics

SECONDS = 5.0  # of the processor, for all series of one question
MOST_DAYS = 366
FIRST_YEAR = 1900
PLAIN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY"})
# A rule of another form may go day by day through eight thousand years and find nothing.
RULES = {
    "DAILY": PLAIN | {"BYMONTH"},
    "WEEKLY": PLAIN | {"BYMONTH"},
    "MONTHLY": PLAIN | {"BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": PLAIN | {"BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"},
}
MOST_VALUES = 62  # of one part of a rule


class Budget:
    """The time of the processor that one question may take."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._end = time.thread_time() + seconds

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be counted out."""
        return time.thread_time() > self._end


def occurrences(ics: Ics, since: datetime, until: datetime) -> list[Event] | None:
    """The events of a resource between two moments, each with a RECURRENCE-ID.

    None when they cannot be counted out.
    """
    try:
        if not all(map(_is_bounded, ics.events)):
            return None
        found: list[Event] = recurring_ical_events.of(ics.calendar).between(since, until)
        return found
    except FAULTS:
        return None


def stamp(when: date) -> str:
    """A moment in the form that the ids of one of a series have: "20261203T120000Z"."""
    if not isinstance(when, datetime):
        return f"{when:%Y%m%d}"
    if when.tzinfo is None:
        return f"{when:%Y%m%dT%H%M%S}"
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def unstamped(text: str) -> datetime:
    """The moment of a stamp, in UTC where it names no zone. Raises ValueError."""
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    return datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)


def instead_of(event: Event) -> date | None:
    """The moment of a series in whose place an event stands, None for one that is a series."""
    when = getattr(event.get("RECURRENCE-ID"), "dt", None)
    return when if isinstance(when, date) else None


def stamped(event: Event) -> str:
    """The stamp of one of a series, "" for any other event."""
    when = instead_of(event)
    return stamp(when) if when else ""


def one_of(ics: Ics, name: str) -> Event | None:
    """The one of a series that has this stamp, None when there is none."""
    for event in ics.events:
        if stamped(event) == name:
            return event
    day = timedelta(days=1)  # a moment without a zone may lie that far away
    near = occurrences(ics, unstamped(name) - day, unstamped(name) + day) or []
    return next((each for each in near if stamped(each) == name), None)


def is_series(event: Event) -> bool:
    """Whether an event comes again."""
    return "RRULE" in event or "RDATE" in event


def _is_bounded(event: Event) -> bool:
    start, most = event.start, timedelta(days=MOST_DAYS)
    if not is_series(event) and "RANGE" not in getattr(event.get("RECURRENCE-ID"), "params", {}):
        return True
    if start.year < FIRST_YEAR or event.end - start > most:
        return False
    moved = instead_of(event)
    if moved is not None and abs(_bare(moved) - _bare(start)) > most:
        return False
    rules = event.get("RRULE", [])
    return all(map(_is_plain, rules if isinstance(rules, list) else [rules]))


def _bare(when: date) -> datetime:
    return datetime(when.year, when.month, when.day, tzinfo=UTC)


def _is_plain(rule: Mapping[str, Sequence[object]]) -> bool:
    parts = {name.upper(): values for name, values in rule.items()}
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    return set(parts) <= RULES.get(frequency, frozenset()) and all(
        len(values) <= MOST_VALUES for values in parts.values()
    )
