"""A calendar as the tools see it: its events, and what can be done with them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from pydantic import JsonValue

Moment = datetime | date
Repeats = str  # the rule of RFC 5545 without its name: "FREQ=WEEKLY;UNTIL=20270301T000000Z"


@dataclass(frozen=True, slots=True)
class OneCalendar:
    """One of the user's calendars. id: by which its server knows it; name: by which people do.

    shared: others see what is written there, as far as the server tells.
    """

    id: str
    name: str
    writable: bool = True
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is invited. answer: "accepted", "declined", "tentative", or "" for none yet."""

    address: str
    name: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that takes place: alone, or as one of a series.

    start, end: aware datetimes, or dates of whole days, of which `end` is the first one after.
    series: the id of the series that it is one of, "" when it stands alone. repeats: the rule of
    a whole series. busy: whether the time is taken by it. host: the organiser, where that is
    somebody else, who is told of each change; known of a single event only.
    """

    id: str
    calendar: str
    title: str
    start: Moment
    end: Moment
    location: str = ""
    description: str = ""
    organiser: str = ""
    attendees: tuple[Attendee, ...] = ()
    repeats: Repeats = ""
    series: str = ""
    busy: bool = True
    host: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is to be made; see Event. attendees: their addresses."""

    title: str
    start: Moment
    end: Moment
    location: str = ""
    description: str = ""
    attendees: tuple[str, ...] = ()
    repeats: Repeats = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an event; None leaves a thing as it is.

    time: its start and end. attendees: all addresses that are invited from then on.
    """

    title: str | None = None
    time: tuple[Moment, Moment] | None = None
    location: str | None = None
    description: str | None = None
    attendees: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The events between two moments, in order. unread: why some are not among them, or ""."""

    events: tuple[Event, ...]
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """An event as it is now. saved: what `restore` needs to bring back what was before.

    told: whether the server sends word to the attendees.
    """

    event: Event
    saved: JsonValue = field(default=None)
    told: bool = True


class Calendar(Protocol):
    """The calendars of one account. Each method raises ToolError with what happened, and what not.

    calendar: an id of a OneCalendar. event: an id of an Event; that of one of a series means
    this one, and that of the series means all of it.
    """

    async def calendars(self) -> tuple[OneCalendar, ...]:
        """All calendars that hold events."""

    async def events(self, calendar: str, since: datetime, until: datetime) -> Found:
        """What takes place between two moments, each of a series by itself."""

    async def event(self, calendar: str, event: str) -> Event:
        """One event. Raises ToolError when it is gone."""

    async def create(self, calendar: str, draft: Draft, key: str) -> Done:
        """Make an event; a second time with the same key makes no second one."""

    async def update(self, calendar: str, event: str, change: Change) -> Done:
        """Change an event. Raises ToolError when somebody else has changed it meanwhile."""

    async def delete(self, calendar: str, event: str) -> JsonValue:
        """Delete an event. Gives what `restore` needs to bring it back."""

    async def restore(self, saved: JsonValue) -> Event:
        """Bring back what `update` has changed or `delete` has taken away.

        Raises ToolError when it was changed since. A second time has no second effect.
        """
