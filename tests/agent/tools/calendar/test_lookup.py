"""What a call says of an event must be true, or nothing is done."""

from datetime import UTC, date, datetime

import pytest

from assistant.agent.backends.calendar import Attendee, Event
from assistant.agent.tools.calendar.arguments import Which
from assistant.agent.tools.calendar.lookup import named_calendar, the_event, writable_calendar
from assistant.errors import ToolError
from tests.agent.tools.calendar.memory import Memory, context

START, END = datetime(2026, 7, 3, 11, tzinfo=UTC), datetime(2026, 7, 3, 12, tzinfo=UTC)
TRUE = {"id": "lunch", "calendar": "Work", "title": "Lunch", "start": "2026-07-03T12:00"}


@pytest.fixture
def lunch(memory: Memory) -> Event:
    return memory.put("Lunch", START, END)


async def found(memory: Memory, *, all_occurrences: bool = False, **said: object) -> Event:
    which = Which(**{**TRUE, **said})
    return await the_event(context(memory), which, all_occurrences=all_occurrences)


async def test_a_true_call_finds_its_event(memory: Memory, lunch: Event) -> None:
    assert await found(memory) == lunch
    assert await found(memory, start="2026-07-03T11:00Z") == lunch
    assert await found(memory, calendar="work") == lunch


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"title": "Harmless"}, "another title"),
        ({"start": "2026-07-03T11:00"}, "does not start then"),
        ({"start": "2026-07-03"}, "does not start then"),
        ({"attendees": ["bob@example.com"]}, "other attendees"),
        ({"calendar": "Elsewhere"}, "no calendar “Elsewhere”"),
        ({"calendar": "Home"}, "may only be read"),
        ({"calendar": "Twice"}, "Several calendars"),
        ({"calendar": "t1"}, "gone"),
        ({"id": "other"}, "gone"),
    ],
)
async def test_a_call_that_says_what_is_not_so_is_refused(
    memory: Memory, lunch: Event, said, fault
) -> None:
    with pytest.raises(ToolError, match=fault):
        await found(memory, **said)


async def test_whoever_is_invited_must_be_named_so_that_the_card_names_them(
    memory: Memory,
) -> None:
    people = (Attendee("Bob@example.com"), Attendee("eve@example.com"))
    event = memory.put("Lunch", START, END, attendees=people)
    for named in ([], ["bob@example.com"], ["bob@example.com", "eve@example.org"]):
        with pytest.raises(ToolError, match="other attendees"):
            await found(memory, attendees=named)
    assert await found(memory, attendees=["eve@example.com", "bob@example.com"]) == event


async def test_an_organiser_elsewhere_is_named_with_those_who_are_invited(memory: Memory) -> None:
    """They are told of each change by the servers, and may be no guest themselves."""
    people = (Attendee("me@example.com"),)
    event = memory.put("Lunch", START, END, attendees=people, host="Eve@evil.org")
    with pytest.raises(ToolError, match=r"organiser Eve@evil\.org is told of this, too"):
        await found(memory, attendees=["me@example.com"])
    with pytest.raises(ToolError, match="other attendees"):
        await found(memory, attendees=["eve@evil.org"])
    assert await found(memory, attendees=["me@example.com", "eve@evil.org"]) == event


async def test_nobody_is_told_of_what_has_an_organiser_and_no_guests(memory: Memory) -> None:
    event = memory.put("Lunch", START, END, host="eve@evil.org")
    assert await found(memory) == event


async def test_titles_are_compared_as_they_were_shown(memory: Memory) -> None:
    event = memory.put("Lunch\u202e \r\n late", START, END, id="lunch")
    assert await found(memory, title="Lunch late") == event


async def test_days_compare_with_days(memory: Memory) -> None:
    event = memory.put("Lunch", date(2026, 7, 3), date(2026, 7, 4))
    assert await found(memory, start="2026-07-03") == event


async def test_an_hour_that_comes_twice_is_found_by_its_hands(memory: Memory) -> None:
    late = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    event = memory.put("Lunch", late, late.replace(hour=2))
    assert await found(memory, start="2026-10-25T01:30") == event


async def test_a_series_is_meant_only_where_the_call_says_so(memory: Memory) -> None:
    series = memory.put("Lunch", START, END, id="s", repeats="FREQ=DAILY")
    one = memory.put("Lunch", START, END, series="s")
    assert await found(memory) == one
    assert await found(memory, all_occurrences=True) == series
    assert await found(memory, all_occurrences=True, id="s") == series
    with pytest.raises(ToolError, match="means a whole series"):
        await found(memory, id="s")


async def test_a_series_with_other_people_than_this_one_of_it_is_not_touched_unsaid(
    memory: Memory,
) -> None:
    people = (Attendee("bob@example.com"),)
    memory.put("Lunch", START, END, id="s", repeats="FREQ=DAILY", attendees=people)
    memory.put("Lunch", START, END, series="s")
    with pytest.raises(ToolError, match="other attendees"):
        await found(memory, all_occurrences=True)


async def test_a_calendar_is_known_by_its_id_too(memory: Memory) -> None:
    assert named_calendar(memory.listed, "t2").id == "t2"
    assert (await writable_calendar(context(memory), "WORK")).id == "w"
