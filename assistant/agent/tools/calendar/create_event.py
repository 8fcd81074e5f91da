"""A new event, alone or with others."""

from contextlib import suppress
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.calendar import Calendar, Draft
from assistant.agent.quoting import quoted
from assistant.agent.tool import tool
from assistant.agent.tools.calendar.arguments import (
    Addresses,
    CalendarName,
    Day,
    Line,
    Repeats,
    Text,
    Title,
    When,
    Zone,
    rule,
    span,
)
from assistant.agent.tools.calendar.lookup import is_shared, writable_calendar
from assistant.agent.tools.calendar.words import OTHERS, listed, said_repeats, said_span, time_span
from assistant.errors import Gone

UNTOLD = " Its server sends no invitations, so the attendees have not been told."


async def _intent(  # noqa: PLR0913  (what the tool takes)
    title: str,
    start: str,
    end: str,
    calendar: str,
    attendees: list[str],
    location: str,
    description: str,
    repeats: Repeats,
    repeats_until: str,
    timezone: str,
    context: ToolContext,
) -> Intent:
    what = (
        f"Invite {listed(attendees)} to {quoted(title)}" if attendees else f"Create {quoted(title)}"
    )
    sentence = (
        f"{what} on {said_span(start, end, timezone)}{said_repeats(repeats, repeats_until)}"
        f"{f', at {quoted(location)}' if location else ''}, in the calendar {quoted(calendar)}"
        f"{', with a description' if description else ''}"
    )
    shared = not attendees and await is_shared(context, calendar)
    recipients = tuple(Target("recipient", each) for each in attendees)
    effect = Effect.SEND if attendees or shared else Effect.WRITE
    return Intent(effect, sentence + OTHERS * shared, (*recipients, Target("calendar", calendar)))


async def take_back(saved: JsonValue, context: ToolContext) -> str:
    """Delete the event again that `create_event` has made."""
    if not isinstance(saved, dict):
        raise TypeError("create_event has left something else")
    with suppress(Gone):  # by a try that was cut off behind it
        await context.backend(Calendar).delete(str(saved["calendar"]), str(saved["event"]))
    return "The event was deleted again."


@tool(
    Effect.SEND,
    "Created an event",
    about="Puts an event into a calendar, and invites whom you name.",
    intent=_intent,
    needs=Calendar,
    repeatable=True,
    undo=take_back,
)
async def create_event(  # noqa: PLR0913  (what a model may give)
    title: Title,
    start: When,
    end: When,
    calendar: CalendarName,
    context: ToolContext,
    attendees: Addresses = [],  # noqa: B006  (never changed)
    location: Line = "",
    description: Text = "",
    repeats: Repeats = "never",
    repeats_until: Annotated[Day, Field(description="the last day, like 2027-03-01")] = "",
    timezone: Zone = "",
) -> Output:
    """Create an event in one of the user's calendars; attendees are sent an invitation.

    start, end: times like 2026-12-03T12:00, or days like 2026-12-03 for a whole-day event, of
    which `end` is the last. calendar: a name that list_events shows. attendees: addresses.
    timezone: the IANA name of the zone that the times are meant in; left out, the user's own.
    """
    local = ZoneInfo(timezone or context.timezone)
    found = await writable_calendar(context, calendar)
    first, last = span(start, end, local)
    again = rule(repeats, repeats_until, first)
    draft = Draft(title, first, last, location, description, tuple(attendees), again)
    done = await context.backend(Calendar).create(found.id, draft, context.key)
    when = f"{time_span(first, last)} ({local.key})"
    return Output(
        f"Created “{title}” on {when}, id {done.event.id}.{'' if done.told else UNTOLD}",
        undo={"calendar": found.id, "event": done.event.id},
    )
