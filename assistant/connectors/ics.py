"""The text of iCalendar (RFC 5545): taken apart, and put together again.

Zones that a text defines itself are cut out before it is parsed. The library would keep them by
their names for everybody, and a rule in one can be made to never end. Names of zones are looked
up in the IANA's list instead, and the definitions are put back as they were.
"""

import re
import warnings
from dataclasses import dataclass
from datetime import date

from icalendar import Calendar, Event, Timezone
from icalendar.error import GloballyUniqueTZIDGuessed

from assistant.errors import ToolError

MOST_BYTES = 400_000  # the library takes a second for so much
YEARS = 10  # for which a zone is defined, after an event has begun
UNREADABLE = "The event is written in a way that cannot be read. Nothing was changed."
GONE = "The event is gone: somebody has deleted it. Nothing was changed."
_FOLD = re.compile(rb"\r?\n[ \t]")
# Patterns that take time in proportion to the text, whatever stands in it.
_OTHER_ZONE = re.compile(rb"^[ \t]*BEGIN[^\n]*VTIMEZONE", re.M | re.I)
_NAME = re.compile(rb"^TZID[^:\n]*:([^\r\n]*)", re.M | re.I)
# The name of a zone is looked up as a file, and as a module of Python for each slash in it.
_LONG_ZONE = re.compile(rb'TZID=(?:"[^"\n]{100}|[^":;\n]{100})', re.I)
# What the library raises for texts that others made up.
FAULTS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    ArithmeticError,
    OSError,
    RecursionError,
)

warnings.filterwarnings("ignore", category=GloballyUniqueTZIDGuessed)


@dataclass(frozen=True, slots=True)
class Ics:
    """One resource of a calendar: a series with its exceptions, or a single event.

    zones: the definitions of time zones in it, as they stand there.
    """

    calendar: Calendar
    zones: bytes = b""

    @property
    def events(self) -> list[Event]:
        """The events: the series itself, and those of it that are otherwise."""
        return self.calendar.events

    @property
    def master(self) -> Event | None:
        """The series itself or the single event; None when only some of a series are known."""
        return next((each for each in self.events if "RECURRENCE-ID" not in each), None)


def parsed(text: bytes) -> Ics:
    """The text, taken apart. Raises ToolError when it is none, or larger than events are."""
    if len(text) > MOST_BYTES:
        raise ToolError(UNREADABLE)
    rest, zones = _apart(_FOLD.sub(b"", text))
    try:
        if _OTHER_ZONE.search(rest) or _LONG_ZONE.search(rest):
            raise ValueError
        calendar = Calendar.from_ical(rest)
    except FAULTS as error:
        raise ToolError(UNREADABLE) from error
    if not isinstance(calendar, Calendar) or not calendar.events:
        raise ToolError(UNREADABLE)
    return Ics(calendar, zones)


def _apart(text: bytes) -> tuple[bytes, bytes]:
    """The text without its definitions of time zones, and these."""
    parts: tuple[list[bytes], list[bytes]] = ([], [])
    inside = False
    for line in text.split(b"\n"):
        said = line.strip().upper()
        inside = inside or said == b"BEGIN:VTIMEZONE"
        parts[inside].append(line)
        inside = inside and said != b"END:VTIMEZONE"
    rest, zones = (b"\n".join(each) for each in parts)
    return rest, zones + b"\n" if zones else b""


def written(ics: Ics) -> bytes:
    """The text of it, with a definition of each time zone that it names. Raises ToolError."""
    known = {name.decode(errors="replace").strip() for name in _NAME.findall(ics.zones)}
    named = ics.calendar.get_missing_tzids() - known
    try:
        zones = b"".join(_definition(ics, name).to_ical() for name in sorted(named))
        head, mark, rest = ics.calendar.to_ical().partition(b"BEGIN:VEVENT\r\n")
    except FAULTS as error:
        raise ToolError(UNREADABLE) from error
    return bytes(head + ics.zones + zones + mark + rest)


def _definition(ics: Ics, name: str) -> Timezone:
    """A zone for the years around the events; for all years it would be longer than they are."""
    years = [each.start.year for each in ics.events]
    first, last = min(years), max(years)
    return Timezone.from_tzid(
        name, first_date=date(first - 1, 1, 1), last_date=date(last + YEARS, 1, 1)
    )
