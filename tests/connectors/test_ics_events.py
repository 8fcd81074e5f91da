"""Events as the tools see them, from what calendars hold."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.backends.calendar import Attendee, Found
from assistant.connectors.ics import parsed
from assistant.connectors.ics_events import event_of, in_window
from assistant.errors import ToolError
from tests.connectors.ics_texts import calendar, event, series

TOKYO = ZoneInfo("Asia/Tokyo")
SINCE, UNTIL = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


def found(*texts: bytes) -> Found:
    named = {f"{number}.ics": text for number, text in enumerate(texts)}
    return in_window(named, "cal", TOKYO, SINCE, UNTIL)


def test_all_that_is_known_of_an_event() -> None:
    [one] = found(
        calendar(
            event(
                "DTSTART;TZID=Europe/Lisbon:20261203T120000", "DTEND:20261203T130000Z",
                "SUMMARY:Lunch\\, late", "LOCATION:Café", "DESCRIPTION:a\\nb", "TRANSP:TRANSPARENT",
                'ORGANIZER;CN="Eve":MAILTO:eve@example.com',
                "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.com",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:al@example.com",
            )
        )
    ).events  # fmt: skip
    assert (one.id, one.calendar, one.series, one.repeats) == ("0.ics", "cal", "", "")
    assert (one.title, one.location, one.description) == ("Lunch, late", "Café", "a\nb")
    assert one.organiser == "eve@example.com"
    assert one.attendees == (
        Attendee("bob@example.com", "Bob", "accepted"), Attendee("al@example.com"),
    )  # fmt: skip
    assert not one.busy


def test_a_time_without_a_zone_is_the_users_own() -> None:
    [one] = found(calendar(event("DTSTART:20261203T120000"))).events
    assert one.start == datetime(2026, 12, 3, 12, tzinfo=TOKYO)


def test_a_day_without_an_end_is_one_day() -> None:
    [one] = found(calendar(event("DTSTART;VALUE=DATE:20261203"))).events
    assert (one.start, one.end) == (date(2026, 12, 3), date(2026, 12, 4))


def test_what_is_called_off_is_not_listed() -> None:
    assert not found(calendar(event("DTSTART:20261203T120000Z", "STATUS:CANCELLED"))).events


def test_a_single_day_of_a_series_that_somebody_was_invited_to_is_one_of_it() -> None:
    alone = event("RECURRENCE-ID:20261203T120000Z", "DTSTART:20261203T130000Z")
    [one] = found(calendar(alone)).events
    assert (one.id, one.series) == ("0.ics#20261203T120000Z", "0.ics")


def test_what_cannot_be_read_is_counted_and_hides_nothing_else() -> None:
    good = calendar(event("DTSTART:20261203T120000Z", "SUMMARY:Good"))
    said = found(b"rubbish", calendar(series("FREQ=SECONDLY")), good)
    assert [each.title for each in said.events] == ["Good"]
    assert said.unread.startswith("2 events of this calendar are not listed")
    assert not found(good).unread


def test_a_calendar_that_is_full_to_the_brim_is_cut_and_says_so() -> None:
    crowd = [event("DTSTART:20261203T120000Z", uid=str(number)) for number in range(2003)]
    said = found(calendar(*crowd))
    assert len(said.events) == 2000
    assert said.unread.startswith("3 events")


def test_events_come_in_order_whatever_their_zones() -> None:
    said = found(
        calendar(event("DTSTART;TZID=America/New_York:20261203T080000", "SUMMARY:3")),
        calendar(event("DTSTART;VALUE=DATE:20261203", "SUMMARY:1")),
        calendar(event("DTSTART;TZID=Europe/Lisbon:20261203T120000", "SUMMARY:2")),
    )
    assert [each.title for each in said.events] == ["1", "2", "3"]


def test_what_others_wrote_is_taken_up_to_a_length() -> None:
    [one] = found(calendar(event("DTSTART:20261203T120000Z", f"SUMMARY:{'x' * 9000}"))).events
    assert len(one.title) == 300


@pytest.mark.parametrize("name", ["0.ics#20261202T090000Z", "0.ics#soon", "0.ics#20261301"])
def test_one_that_is_not_in_the_series_is_gone(name: str) -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY")))
    with pytest.raises(ToolError, match="gone"):
        event_of(ics, "cal", name, TOKYO)


def test_a_series_tells_its_rule_and_one_of_it_does_not() -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY;COUNT=3")))
    assert event_of(ics, "cal", "0.ics", TOKYO).repeats == "FREQ=WEEKLY;COUNT=3"
    one = event_of(ics, "cal", "0.ics#20261208T090000Z", TOKYO)
    assert (one.repeats, one.series) == ("", "0.ics")


def test_an_event_without_a_time_is_unreadable() -> None:
    with pytest.raises(ToolError, match="cannot be read"):
        event_of(parsed(calendar(event("SUMMARY:x"))), "cal", "0.ics", TOKYO)
