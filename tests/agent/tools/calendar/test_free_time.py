"""Which times are free, also when clocks change and events overlap."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.tools.calendar.free_time import Hours, free_times

LISBON = ZoneInfo("Europe/Lisbon")
WORK = Hours(time(9), time(18), frozenset(range(5)))
ALWAYS = Hours(time(0), time(0), frozenset(range(7)))
HALF = timedelta(minutes=30)


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LISBON)


def test_what_nothing_takes_within_the_hours_is_free() -> None:
    taken = [(at(3, 10), at(3, 11)), (at(3, 13), at(3, 14, 30))]
    assert free_times(at(3, 0), at(4, 0), taken, WORK, HALF) == [
        (at(3, 9), at(3, 10)),
        (at(3, 11), at(3, 13)),
        (at(3, 14, 30), at(3, 18)),
    ]


def test_gaps_that_are_too_short_are_none() -> None:
    taken = [(at(3, 9, 29), at(3, 12)), (at(3, 12, 30), at(3, 20))]
    assert free_times(at(3, 0), at(4, 0), taken, WORK, HALF) == [(at(3, 12), at(3, 12, 30))]


def test_events_that_overlap_or_lie_in_each_other_take_their_time_once() -> None:
    taken = [(at(3, 10), at(3, 15)), (at(3, 11), at(3, 12)), (at(3, 14), at(3, 16))]
    assert free_times(at(3, 0), at(4, 0), taken, WORK, HALF) == [
        (at(3, 9), at(3, 10)),
        (at(3, 16), at(3, 18)),
    ]


def test_weekends_are_left_out_or_not() -> None:
    found = free_times(at(4, 12), at(7, 12), [], WORK, HALF)
    assert found == [(at(4, 12), at(4, 18)), (at(7, 9), at(7, 12))]
    assert len(free_times(at(4, 12), at(7, 12), [], Hours(time(9), time(18), frozenset(range(7))),
                          HALF)) == 4  # fmt: skip


def test_hours_may_go_on_over_midnight() -> None:
    night = Hours(time(22), time(2), frozenset({3}))
    assert free_times(at(4, 0), at(5, 0), [], night, HALF) == [(at(4, 0), at(4, 2))]
    assert free_times(at(3, 0), at(4, 0), [], night, HALF) == [(at(3, 22), at(4, 0))]


def test_midnight_as_the_end_is_the_end_of_the_day() -> None:
    evening = Hours(time(20), time(0), frozenset(range(7)))
    assert free_times(at(3, 0), at(4, 0), [], evening, HALF) == [(at(3, 20), at(4, 0))]


def test_events_of_other_zones_take_the_same_time() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    taken = [(at(3, 9).astimezone(tokyo), at(3, 17).astimezone(tokyo))]
    assert free_times(at(3, 0), at(4, 0), taken, WORK, HALF) == [(at(3, 17), at(3, 18))]


def test_the_day_with_an_hour_less_has_it_less() -> None:
    since, until = at(29, 0, month=3), at(30, 0, month=3)
    [(start, end)] = free_times(since, until, [], ALWAYS, HALF)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


MOMENTS = st.integers(0, 7 * 48).map(lambda halves: at(1, 0) + HALF * halves)


@given(taken=st.lists(st.tuples(MOMENTS, MOMENTS).map(sorted).map(tuple), max_size=12))
def test_nothing_free_is_taken_and_nothing_else_is_left(taken) -> None:
    found = free_times(at(1, 0), at(8, 0), taken, ALWAYS, HALF)
    for number in range(7 * 48):
        start, end = at(1, 0) + HALF * number, at(1, 0) + HALF * (number + 1)
        is_taken = any(a < end and b > start for a, b in taken)
        is_free = any(a <= start and b >= end for a, b in found)
        assert is_taken is not is_free
