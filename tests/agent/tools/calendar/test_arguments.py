"""What the calendar's tools take, and what the times in it mean."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from assistant.agent.tools.calendar.arguments import (
    Address,
    Day,
    Line,
    OptionalWhen,
    Text,
    Title,
    When,
    Zone,
    instant,
    is_day,
    is_local,
    moment,
    rule,
    shown,
    span,
    zone,
)
from assistant.errors import ToolError

LISBON, TOKYO = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Tokyo")


def takes(kind: object, value: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("sign", ["\r", "\x00", "\x1b", "\u202e", "\u2066", "\u2028", "\ud800"])
def test_signs_that_hide_or_break_lines_are_refused(sign: str) -> None:
    for kind in (Line, Title, Text, Address):
        assert not takes(kind, f"a{sign}b@example.com")


def test_a_title_is_one_line_that_says_something_and_a_description_may_be_more() -> None:
    assert takes(Text, "a\nb\tc")
    assert TypeAdapter(Text).validate_python("a\r\nb") == "a\nb"
    assert not takes(Title, "a\nb")
    assert not takes(Title, "")
    assert not takes(Title, "  ")
    assert takes(Title, "مرحبا 👩‍👩‍👧 Ž")


@pytest.mark.parametrize("good", ["bob@example.com", "a.b+c@xn--bcher-kva.example", "o'x@a-b.co"])
def test_plain_addresses_are_taken(good: str) -> None:
    assert takes(Address, good)


@pytest.mark.parametrize(
    "bad",
    ["", "bob", "Bob <bob@example.com>", "a@b.c,d@e.f", "a@b.c;d@e.f", "a b@c.de", "a@b", "@b.c",
     "mailto:a@b.c", "b\u043eb@example.com", "a@ex\u0430mple.com", "a@b.c\nx", "a@b..c"],
)  # fmt: skip
def test_what_is_no_plain_address_or_looks_like_another_is_refused(bad: str) -> None:
    assert not takes(Address, bad)


@pytest.mark.parametrize(
    "bad",
    ["", "tomorrow", "2026-13-01", "2026-12-03T25:00", "12:00", "0001-01-01", "9999-12-31T23:59"],
)
def test_what_is_no_moment_is_refused(bad: str) -> None:
    assert not takes(When, bad)
    assert takes(OptionalWhen, bad) is (bad == "")


def test_a_day_is_no_time() -> None:
    assert takes(Day, "2026-12-03")
    assert takes(Day, "")
    assert not takes(Day, "2026-12-03T12:00")


@pytest.mark.parametrize("bad", ["Lisbon", "../../etc/passwd", "Europe", "a\x00b", "/UTC"])
def test_an_unknown_zone_is_refused(bad: str) -> None:
    assert not takes(Zone, bad)
    with pytest.raises(ValueError, match="IANA"):
        zone(bad)


def test_a_time_without_a_zone_is_local_and_one_with_an_offset_is_not() -> None:
    assert is_local("2026-12-03T12:00")
    assert not is_local("2026-12-03T12:00Z")
    assert not is_local("2026-12-03")
    assert is_day("2026-12-03")
    assert moment("2026-12-03T12:00", TOKYO) == datetime(2026, 12, 3, 12, tzinfo=TOKYO)
    assert moment("2026-12-03T12:00Z", TOKYO) == datetime(2026, 12, 3, 21, tzinfo=TOKYO)
    assert moment("2026-12-03", TOKYO) == date(2026, 12, 3)


def test_a_day_begins_at_its_own_midnight() -> None:
    assert instant(date(2026, 12, 3), TOKYO) == datetime(2026, 12, 2, 15, tzinfo=UTC)


def test_days_end_with_the_last_one() -> None:
    expected = (date(2026, 12, 3), date(2026, 12, 5))
    assert span("2026-12-03", "2026-12-04", LISBON) == expected
    assert span("2026-12-03", "2026-12-03", LISBON)[1] == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-12-03T12:00", "2026-12-03T12:00"),
        ("2026-12-03T12:00", "2026-12-03T11:00"),
        ("2026-12-03", "2026-12-02"),
        ("2026-12-03", "2026-12-03T12:00"),
        ("2026-12-03T12:00", "2026-12-03T13:00Z"),
        ("2026-12-03T12:00+09:00", "2026-12-03T12:00+10:00"),
        ("", "2026-12-03"),
        ("2026-12-03", ""),
    ],
)
def test_times_that_do_not_go_together_are_refused(start: str, end: str) -> None:
    with pytest.raises(ToolError):
        span(start, end, LISBON)


def test_an_hour_that_comes_twice_is_still_an_hour() -> None:
    start, end = span("2026-10-25T00:30Z", "2026-10-25T01:30Z", LISBON)
    assert start.replace(tzinfo=None) == end.replace(tzinfo=None)  # type: ignore[call-arg]


def test_a_rule_ends_with_its_last_day_in_the_form_of_its_start() -> None:
    start = datetime(2026, 12, 3, 12, tzinfo=TOKYO)
    assert rule("never", "2027-01-01", start) == ""
    assert rule("weekly", "", start) == "FREQ=WEEKLY"
    assert rule("daily", "2027-01-01", start) == "FREQ=DAILY;UNTIL=20270101T145959Z"
    assert rule("yearly", "2027-01-01", date(2026, 12, 3)) == "FREQ=YEARLY;UNTIL=20270101"


def test_what_others_wrote_is_shown_as_one_line_of_what_can_be_read() -> None:
    assert shown("a\r\nid: 5\u202e\x00 b\t c") == "a id: 5 b c"
