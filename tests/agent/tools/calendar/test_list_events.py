"""What the model reads of the calendars."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.agent.acts import Effect, ToolContext
from assistant.agent.backends.calendar import Attendee
from assistant.agent.tools.calendar import list_events
from assistant.errors import ToolError
from tests.agent.tools.calendar.memory import Memory, context

START = datetime(2026, 12, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = {"start": "2026-12-03", "end": "2026-12-03"}


async def said(memory: Memory, **asked: object) -> str:
    return (await list_events.run({**DAY, **asked}, context(memory))).content


async def test_it_reads_and_what_it_reads_is_others_words() -> None:
    assert list_events.untrusted
    assert (
        list_events.effect is (await list_events.intent(DAY, ToolContext())).effect is Effect.READ
    )


async def test_all_calendars_are_named_and_their_events_listed_in_order(memory: Memory) -> None:
    memory.put("Late", START + HOUR, START + 2 * HOUR)
    memory.put("Early", START, START + HOUR, calendar="h")
    head, early, late = (await said(memory)).split("\n\n")
    assert head == (
        "Times are Europe/Lisbon. Calendars: “Work”, “Home” (read only), “Twice” (id t1), "
        "“Twice” (id t2), “Team”"
    )
    assert early.startswith("title: Early\nid: early\ncalendar: Home\nstart: 2026-12-03T12:00")
    assert late.startswith("title: Late\nid: late\ncalendar: Work")


async def test_times_are_the_users_own(memory: Memory) -> None:
    memory.put("Lunch", START, START + HOUR)
    tokyo = context(memory, "Asia/Tokyo")
    output = await list_events.run({"start": "2026-12-03T20:00", "end": "2026-12-03T21:30"}, tokyo)
    assert "start: 2026-12-03T21:00" in output.content
    earlier = {"start": "2026-12-03T12:00", "end": "2026-12-03T13:00"}
    assert "No events." in (await list_events.run(earlier, tokyo)).content


async def test_only_the_chosen_calendars_are_asked(memory: Memory) -> None:
    memory.put("One", START, START + HOUR)
    memory.put("Two", START, START + HOUR, calendar="h")
    only_home = await said(memory, calendars=["Home"])
    assert "title: Two" in only_home
    assert "title: One" not in only_home
    with pytest.raises(ToolError, match="no calendar “Nowhere”"):
        await said(memory, calendars=["Nowhere"])


@pytest.mark.parametrize("words", ["lunch", "CAFÉ lunch", "bob@example.com", "pen"])
async def test_words_are_looked_for_everywhere(memory: Memory, words: str) -> None:
    more = {"location": "Café", "description": "a pen", "attendees": (Attendee("bob@example.com"),)}
    memory.put("Lunch", START, START + HOUR, **more)
    memory.put("Dinner", START, START + HOUR)
    found = await said(memory, words=words)
    assert "title: Lunch" in found
    assert "title: Dinner" not in found


async def test_what_is_not_shown_is_said(memory: Memory) -> None:
    for number in range(103):
        memory.put(f"Event {number}", START, START + HOUR)
    memory.unread = "2 events cannot be read."
    content = await said(memory, calendars=["Work"])
    assert content.count("title: ") == 100
    assert content.endswith("3 later events are not shown: ask for less time."
                            "\n\n2 events cannot be read.")  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [{"end": "2026-12-02"}, {"end": "2028-12-03"}, {"end": "2026-12-03T12:00"}, {"start": "now"},
     {"calendars": ["a"] * 21}, {"words": "x" * 301}],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(memory: Memory, asked: dict[str, object]) -> None:
    with pytest.raises(ToolError):
        await said(memory, **asked)


async def test_without_a_calendar_it_says_how_to_connect_one() -> None:
    with pytest.raises(ToolError, match="No calendar is connected"):
        await list_events.run(DAY, ToolContext())
