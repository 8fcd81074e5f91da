"""What stands in the user's calendars."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.calendar import Calendar, Event, Found, OneCalendar
from assistant.agent.tool import tool
from assistant.agent.tools.calendar.arguments import (
    CalendarNames,
    Line,
    When,
    instant,
    shown,
    span,
)
from assistant.agent.tools.calendar.lookup import named_calendar
from assistant.agent.tools.calendar.words import for_model
from assistant.errors import ToolError

MOST_DAYS = 366
MOST_EVENTS = 100


@tool(
    Effect.READ,
    "Looked into the calendar",
    about="Looks into your calendars.",
    untrusted=True,
    needs=Calendar,
)
async def list_events(
    start: When,
    end: When,
    context: ToolContext,
    calendars: CalendarNames = [],  # noqa: B006  (never changed)
    words: Annotated[Line, Field(description="only events that hold these words")] = "",
) -> str:
    """List the events between two moments or days, with the names of all calendars.

    start, end: like 2026-12-03T09:00 in the user's time zone, or days like 2026-12-03, of which
    `end` is the last; at most a year. calendars: names; left out, all are meant.
    """
    local = ZoneInfo(context.timezone)
    since, until = window(start, end, local)
    listed = await context.backend(Calendar).calendars()
    chosen = [named_calendar(listed, name) for name in calendars] or listed
    found = await found_in(context.backend(Calendar), chosen, since, until)
    names = {each.id: each.name for each in listed}
    events = [each for calendar in found for each in calendar.events if _holds(each, words)]
    events.sort(key=lambda event: instant(event.start, local))
    said = [for_model(event, names[event.calendar], local) for event in events[:MOST_EVENTS]]
    if len(events) > MOST_EVENTS:
        said.append(f"{len(events) - MOST_EVENTS} later events are not shown: ask for less time.")
    said.extend(calendar.unread for calendar in found if calendar.unread)
    return "\n\n".join([_head(listed, context.timezone), *(said or ["No events."])])


def window(start: str, end: str, local: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when to look. Raises ToolError when that is too long, or nothing."""
    first, last = span(start, end, local)
    since, until = instant(first, local), instant(last, local)
    if until - since > timedelta(days=MOST_DAYS):
        raise ToolError(f"Ask for at most {MOST_DAYS} days at once.")
    return since.astimezone(local), until.astimezone(local)


async def found_in(
    backend: Calendar,
    calendars: tuple[OneCalendar, ...] | list[OneCalendar],
    since: datetime,
    until: datetime,
) -> list[Found]:
    """What stands in these calendars, asked at once."""
    asked = (backend.events(each.id, since, until) for each in calendars)
    return await asyncio.gather(*asked)


def _holds(event: Event, words: str) -> bool:
    text = " ".join((event.title, event.location, event.description)).casefold()
    text += " ".join(each.address for each in event.attendees).casefold()
    return all(word in text for word in words.casefold().split())


def _head(calendars: tuple[OneCalendar, ...], timezone: str) -> str:
    twice = {each.name for each in calendars if [c.name for c in calendars].count(each.name) > 1}
    names = ", ".join(
        f"“{shown(each.name)}”"
        + (f" (id {each.id})" if each.name in twice else "")
        + ("" if each.writable else " (read only)")
        for each in calendars
    )
    return f"Times are {timezone}. Calendars: {names or 'none'}"
