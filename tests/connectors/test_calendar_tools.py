"""Across tools and calendars: what a model does with what it reads, at both kinds of server."""

from collections.abc import Iterator

import pytest

from assistant.agent.acts import ToolContext
from assistant.agent.backends.calendar import Calendar
from assistant.agent.tools.calendar import (
    create_event,
    delete_event,
    find_free_time,
    list_events,
    update_event,
)
from assistant.connectors.caldav import Caldav
from assistant.connectors.google_calendar import GoogleCalendar
from assistant.errors import ToolError

DAYS = {"start": "2026-12-01", "end": "2026-12-31"}
LUNCH = {
    "title": "Lunch",
    "start": "2026-12-03T12:00",
    "end": "2026-12-03T13:00",
    "calendar": "Work",
    "attendees": ["bob@example.com", "eve@example.org"],
}
STANDUP = {
    "title": "Standup",
    "start": "2026-12-01T09:00",
    "end": "2026-12-01T09:15",
    "calendar": "Work",
    "repeats": "weekly",
    "repeats_until": "2026-12-20",
}


@pytest.fixture(params=["caldav", "google"])
def context(request: pytest.FixtureRequest, caldav: Caldav, google: GoogleCalendar) -> ToolContext:
    calendar = {"caldav": caldav, "google": google}[request.param]
    return ToolContext(timezone="Asia/Tokyo", key="key", backends={Calendar: calendar})


def events_in(text: str) -> Iterator[dict[str, str]]:
    """The events of a list, each as the model reads it."""
    for block in text.split("\n\n")[1:]:
        if block.startswith("title: "):
            yield dict(line.split(": ", 1) for line in block.split("\n"))


def which(read: dict[str, str]) -> dict[str, object]:
    """The argument that names an event, from nothing but what was read."""
    people = [each.split(" (")[0] for each in read.get("attendees", "").split(", ") if each]
    named = {name: read[name] for name in ("id", "calendar", "title", "start")}
    return {**named, "attendees": people}


async def listed(context: ToolContext) -> list[dict[str, str]]:
    return list(events_in((await list_events.run(DAYS, context)).content))


async def test_a_meeting_is_made_found_moved_deleted_and_brought_back(context) -> None:
    await create_event.run(LUNCH, context)
    [read] = await listed(context)
    assert (read["start"], read["calendar"]) == ("2026-12-03T12:00", "Work")
    moved = {"start": "2026-12-03T15:00", "end": "2026-12-03T16:00"}
    await update_event.run({"event": which(read), **moved}, context)
    free = {"start": "2026-12-03", "end": "2026-12-03"}
    content = (await find_free_time.run(free, context)).content
    assert "09:00\N{EN DASH}15:00" in content
    assert "16:00\N{EN DASH}18:00" in content
    [read] = await listed(context)
    output = await delete_event.run({"event": which(read)}, context)
    assert not await listed(context)
    assert delete_event.undo is not None
    await delete_event.undo(output.undo, context)
    assert await listed(context) == [read]


async def test_one_of_a_series_is_renamed_then_the_rest_is_deleted(context) -> None:
    await create_event.run(STANDUP, context)
    first, second, third = await listed(context)
    await update_event.run({"event": which(second), "title": "Review"}, context)
    assert [each["title"] for each in await listed(context)] == ["Standup", "Review", "Standup"]
    await delete_event.run({"event": which(third)}, context)
    assert [each["title"] for each in await listed(context)] == ["Standup", "Review"]
    await delete_event.run({"event": which(first), "all_occurrences": True}, context)
    assert "Standup" not in [each["title"] for each in await listed(context)]


async def test_a_call_that_names_an_event_otherwise_than_it_is_changes_nothing(context) -> None:
    await create_event.run(LUNCH, context)
    [read] = await listed(context)
    for untrue in ({"title": "Spam"}, {"attendees": []}, {"start": "2026-12-03T03:00"}):
        named = {**which(read), **untrue}
        with pytest.raises(ToolError, match="Nothing was changed"):
            await delete_event.run({"event": named}, context)
        with pytest.raises(ToolError, match="Nothing was changed"):
            await update_event.run({"event": named, "title": "x"}, context)
    assert await listed(context) == [read]
