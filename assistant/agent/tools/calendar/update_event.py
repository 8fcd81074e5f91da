"""An event that becomes another: at another time, in another place, with other people."""

from zoneinfo import ZoneInfo

from pydantic import JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.calendar import Calendar, Change, Event, Moment
from assistant.agent.quoting import quoted
from assistant.agent.tool import tool
from assistant.agent.tools.calendar.arguments import (
    Addresses,
    Line,
    OptionalWhen,
    Text,
    Title,
    Which,
    Zone,
    span,
)
from assistant.agent.tools.calendar.lookup import addresses, is_shared, the_event
from assistant.agent.tools.calendar.words import OTHERS, listed, said_event, said_span
from assistant.errors import ToolError

UNTOLD = " Its server sends no messages, so the attendees have not been told."


async def _intent(  # noqa: PLR0913  (what the tool takes)
    event: Which,
    title: str | None,
    start: str,
    end: str,
    location: str | None,
    description: str | None,
    invite: list[str],
    uninvite: list[str],
    timezone: str,
    all_occurrences: bool,  # noqa: FBT001
    context: ToolContext,
) -> Intent:
    changes = {
        "new title {}": None if title is None else quoted(title),
        "new time {}": said_span(start, end, timezone) if start or end else None,
        "new place {}": None if location is None else quoted(location),
        "new description {}": None if description is None else quoted(description),
        "invite {}": listed(invite) if invite else None,
        "no longer invite {}": listed(uninvite) if uninvite else None,
    }
    said = "; ".join(text.format(value) for text, value in changes.items() if value is not None)
    if not said:
        raise ToolError("Nothing is to be changed: give what is to become new.")
    told = list(dict.fromkeys([*event.attendees, *invite, *uninvite]))
    sentence = f"Change {said_event(event, all_occurrences)}: {said}"
    if event.attendees:
        sentence += f". This tells {listed(told)}"
    recipients = tuple(Target("recipient", each) for each in told)
    shared = not told and await is_shared(context, event.calendar)
    effect = Effect.SEND if told or shared else Effect.WRITE
    return Intent(
        effect, sentence + OTHERS * shared, (*recipients, Target("calendar", event.calendar))
    )


async def put_back(saved: JsonValue, context: ToolContext) -> str:
    """Make an event again what it was."""
    await context.backend(Calendar).restore(saved)
    return "The event is again what it was."


@tool(
    Effect.SEND,
    "Changed an event",
    about="Changes an event, and tells its guests.",
    intent=_intent,
    untrusted=True,
    needs=Calendar,
    undo=put_back,
)
async def update_event(  # noqa: PLR0913  (what a model may give)
    event: Which,
    context: ToolContext,
    title: Title | None = None,
    start: OptionalWhen = "",
    end: OptionalWhen = "",
    location: Line | None = None,
    description: Text | None = None,
    invite: Addresses = [],  # noqa: B006  (never changed)
    uninvite: Addresses = [],  # noqa: B006  (never changed)
    timezone: Zone = "",
    all_occurrences: bool = False,  # noqa: FBT001, FBT002  (a model names its arguments)
) -> Output:
    """Change an event; its attendees are told. What is left out stays as it is.

    event: as list_events shows it. start, end: both, like 2026-12-03T12:00, or days like
    2026-12-03, of which `end` is the last. timezone: the IANA name of the zone that they are meant
    in; left out, the user's own. all_occurrences: the whole series instead of this one of it.
    """
    there = await the_event(context, event, all_occurrences=all_occurrences)
    if start and there.repeats:
        raise ToolError(
            "The time of a whole series cannot be changed at once. Nothing was changed. Create a "
            "new series and delete this one."
        )
    local = ZoneInfo(timezone or context.timezone)
    change = Change(
        title, _time(start, end, local), location, description, _invited(there, invite, uninvite)
    )
    done = await context.backend(Calendar).update(there.calendar, there.id, change)
    return Output(
        f"Changed “{done.event.title}”, id {done.event.id}.{'' if done.told else UNTOLD}",
        undo=done.saved,
    )


def _time(start: str, end: str, local: ZoneInfo) -> tuple[Moment, Moment] | None:
    return span(start, end, local) if start or end else None


def _invited(there: Event, invite: list[str], uninvite: list[str]) -> tuple[str, ...] | None:
    if not invite and not uninvite:
        return None
    leaving = {each.casefold() for each in uninvite}
    if strangers := leaving - addresses(there):
        raise ToolError(f"{listed(sorted(strangers))} is not invited. Nothing was changed.")
    staying = [each.address for each in there.attendees if each.address.casefold() not in leaving]
    coming = [each for each in invite if each.casefold() not in addresses(there)]
    return (*staying, *coming)
