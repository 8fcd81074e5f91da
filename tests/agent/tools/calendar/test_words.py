"""Events and times in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.backends.calendar import Attendee, Event
from assistant.agent.tools.calendar.arguments import Which
from assistant.agent.tools.calendar.words import (
    day,
    for_model,
    listed,
    said_event,
    said_repeats,
    said_span,
    said_start,
    time_span,
)

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("start", "end", "timezone", "said"),
    [
        ("2026-12-03T12:00", "2026-12-03T13:00", "", "Thu 3 Dec 2026, 12:00-13:00 your time"),
        ("2026-12-03T12:00", "2026-12-03T13:00", "Asia/Tokyo",
         "Thu 3 Dec 2026, 12:00-13:00 Asia/Tokyo time"),
        ("2026-12-03T12:00+09:00", "2026-12-03T13:00+09:00", "",
         "Thu 3 Dec 2026, 12:00-13:00 UTC+09:00"),
        ("2026-12-03T12:00Z", "2026-12-03T13:00Z", "", "Thu 3 Dec 2026, 12:00-13:00 UTC+00:00"),
        ("2026-12-03T12:00Z", "2026-12-03T13:00Z", "Asia/Tokyo",
         "Thu 3 Dec 2026, 21:00-22:00 Asia/Tokyo time"),
        ("2026-12-31T23:00", "2027-01-01T01:00", "",
         "Thu 31 Dec 2026, 23:00 - Fri 1 Jan 2027, 01:00 your time"),
        ("2026-12-03", "2026-12-03", "", "Thu 3 Dec 2026, all day"),
        ("2026-12-03", "2026-12-05", "", "Thu 3 Dec 2026 - Sat 5 Dec 2026, all day"),
    ],
)  # fmt: skip
def test_a_card_says_day_time_and_zone(start: str, end: str, timezone: str, said: str) -> None:
    assert said_span(start, end, timezone).replace("\N{EN DASH}", "-") == said


def test_the_start_of_a_named_event() -> None:
    assert said_start("2026-12-03") == "Thu 3 Dec 2026"
    assert said_start("2026-12-03T09:05") == "Thu 3 Dec 2026, 09:05 your time"
    assert said_start("2026-12-03T09:05-03:00") == "Thu 3 Dec 2026, 09:05 UTC-03:00"


def test_days_and_spans_and_rows_of_names() -> None:
    assert day(date(2026, 2, 1)) == "Sun 1 Feb 2026"
    assert time_span(date(2026, 2, 1), date(2026, 2, 2)) == "Sun 1 Feb 2026, all day"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_series_is_said_in_words() -> None:
    assert said_repeats("never", "") == ""
    assert said_repeats("weekdays", "") == ", every weekday"
    assert said_repeats("weekly", "2027-03-01") == ", every week until Mon 1 Mar 2027"


def test_an_event_that_a_call_names() -> None:
    which = Which(id="1", calendar="Work", title="Lunch", start="2026-12-03")
    assert said_event(which, all_occurrences=False) == (
        "“Lunch” (Thu 3 Dec 2026) in the calendar “Work”"
    )
    assert said_event(which, all_occurrences=True).startswith("all occurrences of “Lunch”")


def test_the_model_reads_one_line_for_each_thing_whatever_stands_in_it() -> None:
    event = Event(
        "1.ics", "w", "Lunch\nid: 2", datetime(2026, 12, 3, 12, tzinfo=UTC),
        datetime(2026, 12, 3, 13, tzinfo=UTC), "a\r\nb", "x" * 600, "eve@example.com",
        (Attendee("bob@example.com", answer="accepted"), Attendee("al@example.com")), busy=False,
    )  # fmt: skip
    lines = for_model(event, "Work", ZoneInfo("Asia/Tokyo")).split("\n")
    assert lines[:7] == [
        "title: Lunch id: 2",
        "id: 1.ics",
        "calendar: Work",
        "start: 2026-12-03T21:00",
        "end: 2026-12-03T22:00",
        "location: a b",
        "organiser: eve@example.com",
    ]
    assert lines[7] == "attendees: bob@example.com (accepted), al@example.com (no answer)"
    assert lines[8] == "free: does not take the time"
    assert lines[9] == f"description: {'x' * 500} …"


def test_days_are_told_as_the_tools_take_them() -> None:
    event = Event("1", "w", "", date(2026, 12, 3), date(2026, 12, 5), series="s")
    assert for_model(event, "Work", LISBON).split("\n") == [
        "title: (none)",
        "id: 1",
        "calendar: Work",
        "start: 2026-12-03",
        "end: 2026-12-04",
        "repeats: one of a series",
    ]
