"""Google's JSON of events, both ways."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.backends.calendar import Attendee, Change, Draft
from assistant.connectors.google_events import (
    as_event,
    changed_fields,
    fields_of,
    is_same,
    kept_fields,
)
from assistant.errors import ToolError

LISBON = ZoneInfo("Europe/Lisbon")
START, END = datetime(2026, 7, 3, 12, tzinfo=LISBON), datetime(2026, 7, 3, 13, tzinfo=LISBON)
TIMES = {
    "start": {"dateTime": "2026-07-03T11:00:00Z", "timeZone": "Europe/Lisbon"},
    "end": {"dateTime": "2026-07-03T13:00:00+01:00", "timeZone": "Nowhere/Else"},
}


def test_all_that_is_known_of_an_event() -> None:
    found = {
        **TIMES, "id": "abc", "summary": "Lunch", "transparency": "transparent",
        "organizer": {"email": "eve@example.com"}, "recurringEventId": "ab",
        "attendees": [
            {"email": "bob@example.com", "displayName": "Bob", "responseStatus": "accepted"},
            {"email": "al@example.com", "responseStatus": "needsAction"},
        ],
    }  # fmt: skip
    event = as_event(found, "cal", LISBON)
    assert (event.start, event.end) == (START, END)
    assert event.start.tzinfo == event.end.tzinfo == LISBON
    assert (event.series, event.organiser, event.busy) == ("ab", "eve@example.com", False)
    assert event.host == "eve@example.com"
    own = {**found, "organizer": {"email": "al@example.com", "self": True}}
    assert as_event(own, "cal", LISBON).host == ""
    assert event.attendees == (
        Attendee("bob@example.com", "Bob", "accepted"), Attendee("al@example.com"),
    )  # fmt: skip


def test_a_series_tells_its_rule_or_that_its_days_are_named() -> None:
    rules = {"recurrence": ["EXDATE:20261203", "RRULE:FREQ=WEEKLY"]}
    assert as_event({**TIMES, "id": "a", **rules}, "", LISBON).repeats == "FREQ=WEEKLY"
    named = {"recurrence": ["RDATE:20261203"]}
    assert as_event({**TIMES, "id": "a", **named}, "", LISBON).repeats == "RDATE"


@pytest.mark.parametrize(
    "found",
    [{}, {"id": "a"}, {"id": "a", "start": {}, "end": {}}, {"id": "a", **TIMES, "end": None},
     {"id": "a", **TIMES, "start": {"dateTime": "soon"}}],
)  # fmt: skip
def test_an_event_without_times_cannot_be_read(found) -> None:
    with pytest.raises(ToolError, match="cannot be read"):
        as_event(found, "", LISBON)


def test_a_new_event_says_only_what_it_has() -> None:
    assert fields_of(Draft("Lunch", START, END), LISBON) == {
        "summary": "Lunch",
        "start": {"dateTime": "2026-07-03T12:00:00+01:00", "timeZone": "Europe/Lisbon"},
        "end": {"dateTime": "2026-07-03T13:00:00+01:00", "timeZone": "Europe/Lisbon"},
    }
    more = Draft("x", date(2026, 7, 3), date(2026, 7, 4), attendees=("b@c.de",), repeats="R")
    fields = fields_of(more, LISBON)
    assert (fields["start"], fields["attendees"]) == ({"date": "2026-07-03"}, [{"email": "b@c.de"}])
    assert fields["recurrence"] == ["RRULE:R"]


def test_a_time_without_a_named_zone_gets_the_users() -> None:
    fields = fields_of(Draft("x", START.astimezone(UTC), END), ZoneInfo("Asia/Tokyo"))
    assert fields["start"]["timeZone"] == "Asia/Tokyo"


def test_a_change_says_only_what_it_changes_and_lets_one_form_of_time_go() -> None:
    assert changed_fields(Change(title=""), {}, LISBON) == {"summary": ""}
    days = changed_fields(Change(time=(date(2026, 7, 3), date(2026, 7, 4))), {}, LISBON)
    assert days["start"] == {"date": "2026-07-03", "dateTime": None, "timeZone": None}


def test_who_stays_keeps_the_answer() -> None:
    before = {"attendees": [{"email": "Bob@example.com", "responseStatus": "accepted"}]}
    wanted = Change(attendees=("bob@example.com", "al@example.com"))
    assert changed_fields(wanted, before, LISBON)["attendees"] == [
        *before["attendees"],
        {"email": "al@example.com"},
    ]


def test_what_is_kept_of_a_deleted_event_brings_it_back() -> None:
    found = {"id": "a", "etag": "1", "summary": "x", "status": "tentative", "htmlLink": "y"}
    assert kept_fields(found) == {"summary": "x", "status": "tentative"}
    assert is_same(found, kept_fields(found))
    assert not is_same({**found, "status": "cancelled"}, kept_fields(found))
