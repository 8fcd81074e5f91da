"""Events and times in words: for people on a card, and for the model in a list."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.agent.backends.calendar import Event, Moment
from assistant.agent.quoting import quoted
from assistant.agent.tools.calendar.arguments import (
    Repeats,
    Which,
    is_day,
    is_local,
    shown,
    span,
    zone,
)

EVERY = {
    "daily": "every day",
    "weekdays": "every weekday",
    "weekly": "every week",
    "monthly": "every month",
    "yearly": "every year",
}
DASH = "\N{EN DASH}"
OTHERS = ". Others see this calendar"
DESCRIPTION = 500  # characters of it in a list


def day(when: date) -> str:
    """A day as people write it: "Thu 3 Dec 2026"."""
    return f"{when:%a} {when.day} {when:%b %Y}"


def time_span(start: Moment, end: Moment) -> str:
    """From when to when: "Thu 3 Dec 2026, 12:00 to 13:00" with a dash. end: see Event."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        last = end - timedelta(days=1)
        days = day(start) if last <= start else f"{day(start)} {DASH} {day(last)}"
        return f"{days}, all day"
    if start.date() == end.date():
        return f"{day(start)}, {start:%H:%M}{DASH}{end:%H:%M}"
    return f"{day(start)}, {start:%H:%M} {DASH} {day(end)}, {end:%H:%M}"


def said_span(start: str, end: str, timezone: str) -> str:
    """The times of a call as its card says them, with their zone. timezone: "" for the user's.

    Raises ToolError when start and end do not go together.
    """
    first, last = span(start, end, zone(timezone or "UTC"))
    if not timezone and not is_local(start) and not is_day(start):
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return time_span(first, last) + _said_zone(start, timezone)


def said_start(start: str) -> str:
    """The start of an event that a call names, as its card says it."""
    if is_day(start):
        return day(date.fromisoformat(start[:10]))
    when = datetime.fromisoformat(start)
    return f"{day(when)}, {when:%H:%M}{_said_zone(start, '')}"


def said_event(which: Which, all_occurrences: bool) -> str:  # noqa: FBT001  (as the tools have it)
    """The event that a call means, as its card says it."""
    every = "all occurrences of " if all_occurrences else ""
    start = said_start(which.start)
    return f"{every}{quoted(which.title)} ({start}) in the calendar {quoted(which.calendar)}"


def said_repeats(repeats: Repeats, until: str) -> str:
    """How often an event comes again, as its card says it: ", every week until Mon 1 Mar 2027"."""
    if repeats == "never":
        return ""
    return f", {EVERY[repeats]}{f' until {day(date.fromisoformat(until))}' if until else ''}"


def _said_zone(start: str, timezone: str) -> str:
    if is_day(start):
        return ""
    if timezone:
        return f" {timezone} time"
    if is_local(start):
        return " your time"
    return f" UTC{datetime.fromisoformat(start).isoformat()[-6:]}"


def listed(names: Iterable[str]) -> str:
    """Names in a row: "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def for_model(event: Event, calendar: str, local: ZoneInfo) -> str:
    """An event with all that a later call may need, each thing on a line of its own."""
    lines = {
        "title": event.title or "(none)",
        "id": event.id,
        "calendar": calendar,
        "start": _iso(event.start, local),
        "end": _iso(_last(event.end), local),
        "location": event.location,
        "organiser": event.organiser,
        "attendees": ", ".join(
            f"{each.address} ({each.answer or 'no answer'})" for each in event.attendees
        ),
        "repeats": event.repeats or ("one of a series" if event.series else ""),
        "free": "" if event.busy else "does not take the time",
        "description": _cut(event.description),
    }
    return "\n".join(f"{name}: {shown(text)}" for name, text in lines.items() if text)


def _last(end: Moment) -> Moment:
    """The end as the tools take it: of whole days the last one."""
    return end if isinstance(end, datetime) else end - timedelta(days=1)


def _iso(when: Moment, local: ZoneInfo) -> str:
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.astimezone(local).replace(tzinfo=None).isoformat().removesuffix(":00")


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION else text[:DESCRIPTION] + " …"
