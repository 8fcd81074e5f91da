"""Calendars in memory, for the tools; they keep to the protocol, and remember what was asked."""

from dataclasses import replace
from datetime import UTC, datetime, time

from pydantic import JsonValue

from assistant.agent.acts import ToolContext
from assistant.agent.backends.calendar import (
    Attendee,
    Calendar,
    Change,
    Done,
    Draft,
    Event,
    Found,
    Moment,
    OneCalendar,
)
from assistant.errors import ToolError


class Memory:
    """The calendars Work, Home, which others may only read, two that are called Twice, and Team."""

    def __init__(self) -> None:
        self.listed = (
            OneCalendar("w", "Work"),
            OneCalendar("h", "Home", writable=False),
            OneCalendar("t1", "Twice"),
            OneCalendar("t2", "Twice"),
            OneCalendar("s", "Team", shared=True),
        )
        self.kept: dict[str, Event] = {}
        self.deleted: dict[str, Event] = {}
        self.unread = ""
        self.told = True

    def put(self, title: str, start: Moment, end: Moment, **more: object) -> Event:
        """An event that stands in the calendar, Work if no other is said."""
        values = {"id": title.lower(), "calendar": "w", **more}
        event = Event(title=title, start=start, end=end, **values)  # type: ignore[arg-type]
        self.kept[event.id] = event
        return event

    async def calendars(self) -> tuple[OneCalendar, ...]:
        return self.listed

    async def events(self, calendar: str, since: datetime, until: datetime) -> Found:
        found = [
            each
            for each in self.kept.values()
            if each.calendar == calendar and not each.repeats
            if _instant(each.start) < until and _instant(each.end) > since
        ]
        return Found(tuple(sorted(found, key=lambda each: _instant(each.start))), self.unread)

    async def event(self, calendar: str, event: str) -> Event:
        found = self.kept.get(event)
        if found is None or found.calendar != calendar:
            raise ToolError("The event is gone.")
        return found

    async def create(self, calendar: str, draft: Draft, key: str) -> Done:
        made = Event(
            key, calendar, draft.title, draft.start, draft.end, draft.location, draft.description,
            attendees=tuple(map(Attendee, draft.attendees)), repeats=draft.repeats,
        )  # fmt: skip
        return Done(self.kept.setdefault(key, made), told=self.told)

    async def update(self, calendar: str, event: str, change: Change) -> Done:
        before = await self.event(calendar, event)
        names = ("title", "location", "description")
        given = {name: getattr(change, name) for name in names}
        new = {name: value for name, value in given.items() if value is not None}
        if change.time:
            new["start"], new["end"] = change.time
        if change.attendees is not None:
            new["attendees"] = tuple(map(Attendee, change.attendees))
        self.deleted[event] = before
        self.kept[event] = replace(before, **new)
        return Done(self.kept[event], event, told=self.told)

    async def delete(self, calendar: str, event: str) -> JsonValue:
        self.deleted[event] = await self.event(calendar, event)
        del self.kept[event]
        return event

    async def restore(self, saved: JsonValue) -> Event:
        assert isinstance(saved, str)
        self.kept[saved] = self.deleted[saved]
        return self.kept[saved]


def context(memory: Memory, timezone: str = "Europe/Lisbon", key: str = "key") -> ToolContext:
    """What a tool knows of a turn of somebody who has these calendars."""
    return ToolContext(timezone=timezone, key=key, backends={Calendar: memory})


def _instant(when: Moment) -> datetime:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(), UTC)
    return when.astimezone(UTC)
