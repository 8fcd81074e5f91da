"""An event that is called off."""

from pydantic import JsonValue

from assistant.agent.acts import Effect, Intent, Output, Target, ToolContext
from assistant.agent.backends.calendar import Calendar
from assistant.agent.tool import tool
from assistant.agent.tools.calendar.arguments import Which
from assistant.agent.tools.calendar.lookup import the_event
from assistant.agent.tools.calendar.words import listed, said_event


def _intent(event: Which, all_occurrences: bool) -> Intent:  # noqa: FBT001
    told = f". This tells {listed(event.attendees)}" if event.attendees else ""
    recipients = tuple(Target("recipient", each) for each in event.attendees)
    return Intent(
        Effect.DESTROY,
        f"Delete {said_event(event, all_occurrences)}{told}",
        (*recipients, Target("calendar", event.calendar)),
    )


async def bring_back(saved: JsonValue, context: ToolContext) -> str:
    """Bring the deleted event back."""
    await context.backend(Calendar).restore(saved)
    return "The event is back."


@tool(
    Effect.DESTROY,
    "Deleted an event",
    about="Calls an event off, and tells its guests.",
    intent=_intent,
    untrusted=True,
    needs=Calendar,
    undo=bring_back,
)
async def delete_event(
    event: Which,
    context: ToolContext,
    all_occurrences: bool = False,  # noqa: FBT001, FBT002  (a model names its arguments)
) -> Output:
    """Delete an event; its attendees are told that it is called off. The user can undo it.

    event: as list_events shows it. all_occurrences: the whole series instead of this one of it.
    """
    there = await the_event(context, event, all_occurrences=all_occurrences)
    saved = await context.backend(Calendar).delete(there.calendar, there.id)
    return Output(f"Deleted “{event.title}”.", undo=saved)
