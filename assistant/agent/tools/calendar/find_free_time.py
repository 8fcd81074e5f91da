"""When the user has time."""

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.calendar import Calendar, Event, Moment
from assistant.agent.tool import tool
from assistant.agent.tools.calendar.arguments import CalendarNames, When
from assistant.agent.tools.calendar.free_time import Hours, free_times
from assistant.agent.tools.calendar.list_events import found_in, window
from assistant.agent.tools.calendar.lookup import named_calendar
from assistant.agent.tools.calendar.words import time_span

MOST_SHOWN = 50
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Minutes = Annotated[int, Field(ge=5, le=1440)]
WEEK = {False: frozenset(range(7)), True: frozenset(range(5))}


@tool(Effect.READ, "Looked for free time", about="Finds when you are free.", needs=Calendar)
async def find_free_time(  # noqa: PLR0913  (what a model may ask for)
    start: When,
    end: When,
    context: ToolContext,
    minutes: Minutes = 30,
    earliest: Clock = "09:00",
    latest: Clock = "18:00",
    weekdays_only: bool = True,  # noqa: FBT001, FBT002  (a model names its arguments)
    calendars: CalendarNames = [],  # noqa: B006  (never changed)
) -> str:
    """Find when the user is free, between two moments or days.

    start, end: like 2026-12-03T09:00 in the user's time zone, or days like 2026-12-03, of which
    `end` is the last; at most a year. minutes: how long it must be free. earliest, latest: the
    hours of a day to look at; 00:00 as the latest is midnight. calendars: names; left out, all.
    """
    local = ZoneInfo(context.timezone)
    since, until = window(start, end, local)
    listed = await context.backend(Calendar).calendars()
    chosen = [named_calendar(listed, name) for name in calendars] or listed
    found = await found_in(context.backend(Calendar), chosen, since, until)
    taken = [_taken(event, local) for each in found for event in each.events if event.busy]
    opens, closes = time.fromisoformat(earliest), time.fromisoformat(latest)
    hours = Hours(opens, closes, WEEK[weekdays_only])
    free = free_times(since, until, taken, hours, timedelta(minutes=minutes))
    said = [time_span(*each) for each in free[:MOST_SHOWN]] or ["No free time of that length."]
    if len(free) > MOST_SHOWN:
        said.append(f"{len(free) - MOST_SHOWN} later times are not shown.")
    if any(each.unread for each in found):
        said.append("Some events could not be read, so more of this time may be taken.")
    return "\n".join([f"Free ({context.timezone}):", *said])


def _taken(event: Event, local: ZoneInfo) -> tuple[datetime, datetime]:
    return _begin(event.start, local), _begin(event.end, local)


def _begin(when: Moment, local: ZoneInfo) -> datetime:
    """The moment at which something begins, or a day does."""
    return when if isinstance(when, datetime) else datetime.combine(when, time(), local)
