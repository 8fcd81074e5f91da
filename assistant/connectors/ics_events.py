"""Events as the tools see them, from iCalendar."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar import Event as Component

from assistant.agent.backends.calendar import Attendee, Event, Found, Moment
from assistant.connectors.ics import FAULTS, GONE, UNREADABLE, Ics, parsed
from assistant.connectors.ics_series import Budget, is_series, occurrences, one_of, stamped
from assistant.errors import ToolError

MOST_EVENTS = 2000
TITLE, LINE, TEXT, MOST_ATTENDEES = 300, 500, 5000, 300  # what is taken of what others wrote
ANSWERS = ("accepted", "declined", "tentative")
UNREAD = "{} events of this calendar are not listed: they are written in a way that cannot be read."


def in_window(
    texts: dict[str, bytes], calendar: str, local: tzinfo, since: datetime, until: datetime
) -> Found:
    """The events between two moments in resources by their names. local: where no zone is told.

    It reckons for up to some seconds, so it belongs into a thread of its own.
    """
    budget, unread = Budget(), 0
    events: list[Event] = []
    for name, text in texts.items():
        found = None
        if not budget.is_spent and len(events) < MOST_EVENTS:
            found = _in_resource(text, name, calendar, local, (since, until))
        unread += found is None
        events.extend(found or ())
    events.sort(key=lambda event: _instant(event.start, local))
    unread += len(events[MOST_EVENTS:])
    return Found(tuple(events[:MOST_EVENTS]), UNREAD.format(unread) if unread else "")


def event_of(ics: Ics, calendar: str, name: str, local: tzinfo) -> Event:
    """The event of this name in a resource: all of it, or the one that the name stamps.

    Raises ToolError.
    """
    resource, _, which = name.partition("#")
    try:
        component = one_of(ics, which) if which else ics.master
    except ValueError:
        component = None
    if component is None:
        raise ToolError(GONE)
    try:
        return _event(component, calendar, name, resource if which else "", local)
    except FAULTS as error:
        raise ToolError(UNREADABLE) from error


def _in_resource(
    text: bytes, name: str, calendar: str, local: tzinfo, window: tuple[datetime, datetime]
) -> list[Event] | None:
    """The events of one resource, None when they cannot be read."""
    since, until = window
    try:
        ics = parsed(text)
        single = len(ics.events) == 1 and ics.master is not None and not is_series(ics.events[0])
        day = timedelta(days=1)  # a time without a zone may lie that far away
        found = occurrences(ics, since - day, until + day)
        if found is None:
            return None
        events = [
            _event(each, calendar, name, "", local)
            if single
            else _event(each, calendar, f"{name}#{stamped(each)}", name, local)
            for each in found
            if str(each.get("STATUS", "")).upper() != "CANCELLED"
        ]
    except (ToolError, *FAULTS):
        return None
    return [each for each in events if _meets(each, local, since, until)]


def _event(component: Component, calendar: str, name: str, series: str, local: tzinfo) -> Event:
    return Event(
        id=name,
        calendar=calendar,
        title=_words(component.get("SUMMARY"), TITLE),
        start=_zoned(component.start, local),
        end=_zoned(component.end, local),
        location=_words(component.get("LOCATION"), LINE),
        description=_words(component.get("DESCRIPTION"), TEXT),
        organiser=_address(component.get("ORGANIZER")),
        attendees=_attendees(component.get("ATTENDEE")),
        repeats="" if series else _rule(component),
        series=series,
        busy=str(component.get("TRANSP", "")).upper() != "TRANSPARENT",
    )


def _rule(component: Component) -> str:
    """The rule of a series; one without a rule names its days one by one."""
    rules = component.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        return str(rule.to_ical().decode())
    return "RDATE" if is_series(component) else ""


def _words(value: object, most: int) -> str:
    """The words of a property that may stand there more than once."""
    if isinstance(value, list):
        value = value[0]
    return str(value)[:most] if value is not None else ""


def _address(value: object) -> str:
    address = _words(value, LINE)
    return address[7:] if address.lower().startswith("mailto:") else address


def _attendees(value: object) -> tuple[Attendee, ...]:
    if value is None:
        return ()
    people = value if isinstance(value, list) else [value]
    return tuple(
        Attendee(
            _address(each),
            _parameter(each, "CN")[:LINE],
            answer if (answer := _parameter(each, "PARTSTAT").lower()) in ANSWERS else "",
        )
        for each in people[:MOST_ATTENDEES]
    )


def _parameter(value: object, name: str) -> str:
    return str(getattr(value, "params", {}).get(name, ""))


def _zoned(when: date, local: tzinfo) -> Moment:
    if isinstance(when, datetime) and when.tzinfo is None:
        return when.replace(tzinfo=local)
    return when


def _instant(when: Moment, local: tzinfo) -> datetime:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(), local)
    return when.astimezone(UTC)


def _meets(event: Event, local: tzinfo, since: datetime, until: datetime) -> bool:
    """Whether an event takes place between two moments; what takes no time does when it begins."""
    start, end = _instant(event.start, local), _instant(event.end, local)
    return start < until and (end > since or start == end >= since)
