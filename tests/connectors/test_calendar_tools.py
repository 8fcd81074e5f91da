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
def turn(request: pytest.FixtureRequest, caldav: Caldav, google: GoogleCalendar) -> ToolContext:
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


async def listed(turn: ToolContext) -> list[dict[str, str]]:
    return list(events_in((await list_events.run(DAYS, turn)).content))


async def test_a_meeting_is_made_found_moved_deleted_and_brought_back(turn) -> None:
    await create_event.run(LUNCH, turn)
    [read] = await listed(turn)
    assert (read["start"], read["calendar"]) == ("2026-12-03T12:00", "Work")
    moved = {"start": "2026-12-03T15:00", "end": "2026-12-03T16:00"}
    await update_event.run({"event": which(read), **moved}, turn)
    free = {"start": "2026-12-03", "end": "2026-12-03"}
    content = (await find_free_time.run(free, turn)).content
    assert "09:00\N{EN DASH}15:00" in content
    assert "16:00\N{EN DASH}18:00" in content
    [read] = await listed(turn)
    output = await delete_event.run({"event": which(read)}, turn)
    assert not await listed(turn)
    assert delete_event.undo is not None
    await delete_event.undo(output.undo, turn)
    assert await listed(turn) == [read]


async def test_one_of_a_series_is_renamed_then_the_rest_is_deleted(turn) -> None:
    await create_event.run(STANDUP, turn)
    first, second, third = await listed(turn)
    await update_event.run({"event": which(second), "title": "Review"}, turn)
    assert [each["title"] for each in await listed(turn)] == ["Standup", "Review", "Standup"]
    await delete_event.run({"event": which(third)}, turn)
    assert [each["title"] for each in await listed(turn)] == ["Standup", "Review"]
    await delete_event.run({"event": which(first), "all_occurrences": True}, turn)
    assert "Standup" not in [each["title"] for each in await listed(turn)]


async def test_a_call_that_names_an_event_otherwise_than_it_is_changes_nothing(turn) -> None:
    await create_event.run(LUNCH, turn)
    [read] = await listed(turn)
    for untrue in ({"title": "Spam"}, {"attendees": []}, {"start": "2026-12-03T03:00"}):
        named = {**which(read), **untrue}
        with pytest.raises(ToolError, match="Nothing was changed"):
            await delete_event.run({"event": named}, turn)
        with pytest.raises(ToolError, match="Nothing was changed"):
            await update_event.run({"event": named, "title": "x"}, turn)
    assert await listed(turn) == [read]
