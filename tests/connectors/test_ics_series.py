"""When the events of a series take place, and rules that are made to be reckoned out for ever."""

from datetime import UTC, date, datetime

import pytest

from assistant.connectors.ics import parsed
from assistant.connectors.ics_series import (
    Budget,
    is_series,
    occurrences,
    one_of,
    stamp,
    stamped,
    unstamped,
)
from tests.connectors.ics_texts import calendar, event, series

SINCE, UNTIL = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def days(*components: str) -> list[int] | None:
    found = occurrences(parsed(calendar(*components)), SINCE, UNTIL)
    return None if found is None else sorted(each.start.day for each in found)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY", [1, 8, 15, 22, 29]),
        ("FREQ=WEEKLY;COUNT=2", [1, 8]),
        ("FREQ=WEEKLY;UNTIL=20261215T090000Z", [1, 8, 15]),
        ("FREQ=WEEKLY;UNTIL=20261215", [1, 8]),
        ("FREQ=DAILY;INTERVAL=10", [1, 11, 21, 31]),
        ("FREQ=MONTHLY;BYDAY=-1TH", [1, 31]),
        ("FREQ=YEARLY", [1]),
    ],
)
def test_rules_that_people_use(rule: str, expected: list[int]) -> None:
    assert days(series(rule)) == expected


def test_days_that_are_left_out_moved_or_named_one_by_one() -> None:
    master = series(
        "FREQ=WEEKLY;COUNT=3",
        "EXDATE;TZID=Europe/Lisbon:20261208T090000",
        "RDATE;TZID=Europe/Lisbon:20261205T090000",
    )
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Lisbon:20261215T090000", "DTSTART:20261216T090000Z",
        "DTEND:20261216T100000Z",
    )  # fmt: skip
    assert days(master, moved) == [1, 5, 16]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=YEARLY;BYHOUR=1,2,3",
        f"FREQ=YEARLY;BYYEARDAY={','.join(str(day) for day in range(1, 100))}",
    ],
)
def test_rules_that_may_never_end_are_not_reckoned_out(rule: str) -> None:
    assert days(series(rule)) is None


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:00010101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"),
        ("DTSTART:19000101T000000Z", "DURATION:P200000D", "RRULE:FREQ=DAILY"),
        ("DTSTART:20261201T000000Z", "DTEND:20261101T000000", "RRULE:FREQ=DAILY"),
        ("DTSTART:20261201T000000Z", "RRULE:FREQ=NEVER"),
        ("DTSTART:soon", "RRULE:FREQ=DAILY"),
        ("SUMMARY:no start",),
    ],
)
def test_times_that_make_no_sense_are_not_reckoned_out(lines: tuple[str, ...]) -> None:
    assert days(event(*lines)) is None


def test_a_series_that_moves_by_centuries_is_not_reckoned_out() -> None:
    far = "RECURRENCE-ID;RANGE=THISANDFUTURE:19010101T090000Z"
    moved = event(far, "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")
    assert days(series("FREQ=DAILY"), moved) is None


def test_stamps_name_one_of_a_series_and_come_back() -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY;COUNT=3")))
    found = occurrences(ics, SINCE, UNTIL)
    assert found is not None
    names = sorted(map(stamped, found))
    assert names == ["20261201T090000Z", "20261208T090000Z", "20261215T090000Z"]
    for name in names:
        one = one_of(ics, name)
        assert one is not None
        assert stamped(one) == name
    assert one_of(ics, "20261202T090000Z") is None


@pytest.mark.parametrize(
    ("when", "name"),
    [
        (date(2026, 12, 1), "20261201"),
        (datetime(2026, 12, 1, 9), "20261201T090000"),  # noqa: DTZ001
        (datetime(2026, 12, 1, 9, tzinfo=UTC), "20261201T090000Z"),
    ],
)
def test_a_stamp_tells_days_open_times_and_moments_apart(when: date, name: str) -> None:
    assert stamp(when) == name
    assert unstamped(name).date() == date(2026, 12, 1)


@pytest.mark.parametrize("name", ["", "soon", "2026", "20261301"])
def test_what_is_no_stamp_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unstamped(name)


def test_a_series_may_name_its_days_without_a_rule() -> None:
    days_named = event("DTSTART:20261201T090000Z", "RDATE:20261203T090000Z")
    [found] = parsed(calendar(days_named)).events
    assert is_series(found)
    [alone] = parsed(calendar(event("DTSTART:20261201T090000Z"))).events
    assert not is_series(alone)


def test_a_budget_is_spent_by_work_only() -> None:
    assert not Budget().is_spent
    assert Budget(-1).is_spent
