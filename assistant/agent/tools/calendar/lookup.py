"""Which calendar and which event a call means, checked against what is really there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.agent.acts import ToolContext
from assistant.agent.backends.calendar import Calendar, Event, OneCalendar
from assistant.agent.tools.calendar.arguments import Which, moment, shown
from assistant.errors import ToolError

LOOK = "Nothing was changed. Look it up with list_events."
TOLD_TOO = (
    "The organiser {} is told of this, too. Nothing was changed. Ask again, with them among the "
    "attendees of the event."
)


def named_calendar(calendars: tuple[OneCalendar, ...], name: str) -> OneCalendar:
    """The calendar of this name, or of this id. Raises ToolError when that is none, or several."""
    found = [each for each in calendars if each.id == name] or [
        each for each in calendars if each.name.casefold() == name.casefold()
    ]
    if len(found) > 1:
        raise ToolError(f"Several calendars are called “{name}”; give the id. {LOOK}")
    if not found:
        raise ToolError(f"There is no calendar “{name}”. {LOOK}")
    return found[0]


async def is_shared(context: ToolContext, name: str) -> bool:
    """Whether others see what is written into this calendar. Raises ToolError when there is none.

    They need no invitation: to write there is to tell them.
    """
    return named_calendar(await context.backend(Calendar).calendars(), name).shared


async def writable_calendar(context: ToolContext, name: str) -> OneCalendar:
    """The same, of a calendar that may be changed."""
    found = named_calendar(await context.backend(Calendar).calendars(), name)
    if not found.writable:
        raise ToolError(f"The calendar “{name}” may only be read. Nothing was changed.")
    return found


async def the_event(context: ToolContext, which: Which, *, all_occurrences: bool) -> Event:
    """The event that a call means, or its whole series.

    What the call said of it is what the gate and the user have decided on, so it must be true.
    Raises ToolError when it is not.
    """
    calendar = await writable_calendar(context, which.calendar)
    backend = context.backend(Calendar)
    event = await backend.event(calendar.id, which.id)
    _same_start(event, which.start, ZoneInfo(context.timezone))
    if all_occurrences and event.series:
        event = await backend.event(calendar.id, event.series)
    elif event.repeats and not all_occurrences:
        raise ToolError(f"This id means a whole series. {LOOK}")
    _same_words(event, which)
    return event


def _same_start(event: Event, said: str, local: ZoneInfo) -> None:
    there, named = event.start, moment(said, local)
    if isinstance(there, datetime) and isinstance(named, datetime):
        # The hands of the clock, which an hour that comes twice shows twice.
        there, named = (each.astimezone(local).replace(tzinfo=None) for each in (there, named))
    if there != named:
        raise ToolError(f"The event does not start then. {LOOK}")


def _same_words(event: Event, which: Which) -> None:
    if shown(event.title) != shown(which.title):
        raise ToolError(f"The event has another title. {LOOK}")
    said, there = {shown(each).casefold() for each in which.attendees}, addresses(event)
    if there and event.host:
        there.add(shown(event.host).casefold())
        if there - said == {shown(event.host).casefold()}:
            raise ToolError(TOLD_TOO.format(shown(event.host)))
    if there != said:
        raise ToolError(f"The event has other attendees. {LOOK}")


def addresses(event: Event) -> set[str]:
    """Who is invited, as addresses that compare."""
    return {shown(each.address).casefold() for each in event.attendees}
