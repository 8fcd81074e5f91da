"""What the tools want of an event, put into iCalendar.

The library escapes what a text holds; what it would let through is refused.
"""

import copy
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from icalendar import Calendar, vCalAddress, vRecur
from icalendar import Event as Component

from assistant.agent.backends.calendar import Change, Draft, Moment
from assistant.connectors.ics import GONE, Ics
from assistant.connectors.ics_series import instead_of, one_of, stamped
from assistant.errors import ToolError

PRODUCT = "-//Assistant//Calendar 1//EN"
OF_A_SERIES = ("RRULE", "RDATE", "EXDATE")


def made(draft: Draft, uid: str, organiser: str) -> Ics:
    """A new event. organiser: the user's own address, for one with attendees."""
    event = Component()
    event.add("UID", uid)
    event.add("DTSTAMP", datetime.now(UTC))
    if draft.repeats:
        event.add("RRULE", vRecur.from_ical(draft.repeats))
    _set_time(event, (draft.start, draft.end))
    _set_text("SUMMARY")(event, draft.title)
    _set_text("LOCATION")(event, draft.location)
    _set_text("DESCRIPTION")(event, draft.description)
    if draft.attendees:
        _set_attendees(event, draft.attendees)
        event["ORGANIZER"] = _caller(organiser)
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add_component(event)
    return Ics(calendar)


def change(ics: Ics, which: str, wanted: Change, organiser: str) -> None:
    """Change the event in a resource, or the one of a series that has this stamp."""
    event = _own_exception(ics, which) if which else ics.master
    if event is None:
        raise ToolError("Only single days of this series are known here. Nothing was changed.")
    for name, setter in SETTERS.items():
        if (value := getattr(wanted, name)) is not None:
            setter(event, value)
    if wanted.attendees and "ORGANIZER" not in event:
        event["ORGANIZER"] = _caller(organiser)
    bump(event)


def leave_out(ics: Ics, which: str) -> None:
    """Take one out of a series, so that it does not take place."""
    event = one_of(ics, which)
    if event is None or ics.master is None:
        raise ToolError(GONE)
    ics.master.add("EXDATE", instead_of(event))
    ics.calendar.subcomponents = [
        each
        for each in ics.calendar.subcomponents
        if not isinstance(each, Component) or stamped(each) != which
    ]
    bump(ics.master)


def bump(event: Component, by: int = 1) -> None:
    """Mark the event as newer than it was, for the attendees' calendars."""
    sequence = int(event.get("SEQUENCE", 0)) + by
    for name, value in (
        ("SEQUENCE", sequence),
        ("DTSTAMP", datetime.now(UTC)),
        ("LAST-MODIFIED", datetime.now(UTC)),
    ):
        event.pop(name, None)
        event.add(name, value)


def _own_exception(ics: Ics, which: str) -> Component:
    """The component for one of a series; a new one where it was as all others so far."""
    found = one_of(ics, which)
    if found is None:
        raise ToolError(GONE)
    if not any(each is found for each in ics.events):
        found = copy.deepcopy(found)
        for name in OF_A_SERIES:
            found.pop(name, None)
        ics.calendar.add_component(found)
    return found


def _set_time(event: Component, time: tuple[Moment, Moment]) -> None:
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    event.add("DTSTART", time[0])
    event.add("DTEND", time[1])


def _set_text(name: str) -> Callable[[Component, str], None]:
    def put(event: Component, text: str) -> None:
        event.pop(name, None)
        if text:
            event.add(name, _harmless(text))

    return put


def _set_attendees(event: Component, addresses: tuple[str, ...]) -> None:
    """Those who stay keep what they have answered."""
    old = event.pop("ATTENDEE", [])
    people = {_mail(each): each for each in (old if isinstance(old, list) else [old])}
    for address in addresses:
        event.add("ATTENDEE", people.get(_mail(address)) or _invited(address))


SETTERS: dict[str, Callable[..., None]] = {
    "title": _set_text("SUMMARY"),
    "time": _set_time,
    "location": _set_text("LOCATION"),
    "description": _set_text("DESCRIPTION"),
    "attendees": _set_attendees,
}


def _invited(address: str) -> vCalAddress:
    person = _caller(address)
    person.params["PARTSTAT"] = "NEEDS-ACTION"
    person.params["RSVP"] = "TRUE"
    person.params["ROLE"] = "REQ-PARTICIPANT"
    return person


def _caller(address: str) -> vCalAddress:
    return vCalAddress(f"mailto:{_harmless(address)}")


def _mail(address: str) -> str:
    return address.lower().removeprefix("mailto:")


def _harmless(text: str) -> str:
    """The text. Raises ToolError for what could end a line of the calendar's file."""
    text = text.replace("\r\n", "\n")
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in text):
        raise ToolError("The text holds a control character. Nothing was changed.")
    return text
