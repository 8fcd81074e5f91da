"""Across the calendars: what each of them does alike, at a real Radicale and at Google's wire."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.agent.backends.calendar import Calendar, Change, Draft, Event
from assistant.connectors.caldav import Caldav
from assistant.connectors.google_calendar import GoogleCalendar
from assistant.errors import ToolError

LISBON = ZoneInfo("Europe/Lisbon")
DECEMBER = (datetime(2026, 12, 1, tzinfo=LISBON), datetime(2027, 1, 1, tzinfo=LISBON))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=LISBON)


LUNCH = Draft("Lunch, with; all", at(3, 12), at(3, 13), "Café “Zé”", "Bring:\n a pen \\ paper")
STANDUP = Draft("Standup", at(1, 9), at(1, 9, 15), repeats="FREQ=WEEKLY;COUNT=4")


@pytest.fixture(params=["caldav", "google"])
def calendar(request: pytest.FixtureRequest, caldav: Caldav, google: GoogleCalendar) -> Calendar:
    return {"caldav": caldav, "google": google}[request.param]


@pytest.fixture
async def work(calendar: Calendar) -> str:
    return next(each.id for each in await calendar.calendars() if each.name == "Work")


async def december(calendar: Calendar, work: str) -> list[Event]:
    return list((await calendar.events(work, *DECEMBER)).events)


async def test_the_calendars_that_hold_events_are_listed(calendar) -> None:
    found = await calendar.calendars()
    assert {(each.name, each.writable) for each in found} == {("Work", True), ("Home", True)}


async def test_an_event_comes_back_as_it_was_made(calendar, work) -> None:
    done = await calendar.create(work, LUNCH, "key")
    [event] = await december(calendar, work)
    assert event == done.event == await calendar.event(work, event.id)
    assert (event.title, event.location) == (LUNCH.title, LUNCH.location)
    assert event.description == LUNCH.description
    assert (event.start, event.end) == (LUNCH.start, LUNCH.end)
    assert event.start.utcoffset() == LUNCH.start.utcoffset()
    assert event.busy
    assert not event.series


async def test_whole_days_stay_days(calendar, work) -> None:
    draft = Draft("Holidays", date(2026, 12, 24), date(2026, 12, 27))
    await calendar.create(work, draft, "key")
    [event] = await december(calendar, work)
    assert (event.start, event.end) == (draft.start, draft.end)
    assert not isinstance(event.start, datetime)


async def test_the_same_key_makes_one_event_however_often_it_is_tried(calendar, work) -> None:
    first = await calendar.create(work, LUNCH, "key")
    assert (await calendar.create(work, LUNCH, "key")).event == first.event
    await calendar.create(work, LUNCH, "another key")
    assert len(await december(calendar, work)) == 2


async def test_only_what_meets_the_time_is_found(calendar, work) -> None:
    await calendar.create(work, LUNCH, "key")
    assert not (await calendar.events(work, at(3, 13), at(4, 0))).events
    assert not (await calendar.events(work, at(3, 10), at(3, 12))).events
    assert len((await calendar.events(work, at(3, 12, 59), at(3, 14))).events) == 1


async def test_a_series_is_found_one_by_one(calendar, work) -> None:
    series = (await calendar.create(work, STANDUP, "key")).event
    assert series.repeats == STANDUP.repeats
    events = await december(calendar, work)
    assert [event.start for event in events] == [at(day, 9) for day in (1, 8, 15, 22)]
    assert {event.series for event in events} == {series.id}
    assert len({event.id for event in events}) == 4
    assert await calendar.event(work, events[2].id) == events[2]


async def test_a_series_keeps_its_hour_when_the_clocks_change(calendar, work) -> None:
    start = datetime(2027, 3, 22, 9, tzinfo=LISBON)
    draft = Draft("Walk", start, start.replace(hour=10), repeats="FREQ=WEEKLY;COUNT=2")
    await calendar.create(work, draft, "key")
    end = datetime(2027, 4, 5, tzinfo=LISBON)
    found = (await calendar.events(work, start, end)).events
    assert [event.start.astimezone(LISBON).hour for event in found] == [9, 9]
    assert found[0].start.utcoffset() != found[1].start.utcoffset()


async def test_a_change_changes_only_what_it_names(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    wanted = Change(title="Late lunch", time=(at(3, 14), at(3, 15)))
    done = await calendar.update(work, event.id, wanted)
    expected = replace(event, title="Late lunch", start=at(3, 14), end=at(3, 15))
    assert done.event == expected
    assert await december(calendar, work) == [expected]


async def test_what_is_set_to_nothing_is_gone(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    done = await calendar.update(work, event.id, Change(location="", description=""))
    assert (done.event.location, done.event.description) == ("", "")


async def test_a_time_may_become_a_day_and_back(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    days = (date(2026, 12, 5), date(2026, 12, 6))
    assert (await calendar.update(work, event.id, Change(time=days))).event.start == days[0]
    times = (at(5, 8), at(5, 9))
    assert (await calendar.update(work, event.id, Change(time=times))).event.start == times[0]


async def test_a_change_can_be_taken_back_also_twice(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    done = await calendar.update(work, event.id, Change(title="Dinner", location=""))
    assert await calendar.restore(done.saved) == event
    assert await calendar.restore(done.saved) == event
    assert await december(calendar, work) == [event]


async def test_what_was_changed_since_is_not_overwritten_by_taking_back(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    done = await calendar.update(work, event.id, Change(title="Dinner"))
    await calendar.update(work, event.id, Change(title="Breakfast"))
    with pytest.raises(ToolError, match="changed since, so nothing was overwritten"):
        await calendar.restore(done.saved)
    assert (await calendar.event(work, event.id)).title == "Breakfast"


async def test_what_is_deleted_is_gone_and_can_be_brought_back(calendar, work) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    saved = await calendar.delete(work, event.id)
    assert not await december(calendar, work)
    assert await calendar.restore(saved) == event
    assert await calendar.restore(saved) == event
    assert await december(calendar, work) == [event]


@pytest.mark.parametrize("does", ["event", "update", "delete"])
async def test_an_event_that_is_gone_is_called_so(calendar, work, does) -> None:
    event = (await calendar.create(work, LUNCH, "key")).event
    await calendar.delete(work, event.id)
    more = [Change(title="x")] if does == "update" else []
    with pytest.raises(ToolError, match=r"Nothing was changed"):
        await getattr(calendar, does)(work, event.id, *more)


async def test_one_of_a_series_is_moved_alone(calendar, work) -> None:
    await calendar.create(work, STANDUP, "key")
    second = (await december(calendar, work))[1]
    done = await calendar.update(work, second.id, Change(time=(at(9, 10), at(9, 11))))
    assert done.event == replace(second, start=at(9, 10), end=at(9, 11))
    starts = [event.start for event in await december(calendar, work)]
    assert starts == [at(1, 9), at(9, 10), at(15, 9), at(22, 9)]
    await calendar.restore(done.saved)
    starts = [event.start for event in await december(calendar, work)]
    assert starts == [at(1, 9), at(8, 9), at(15, 9), at(22, 9)]


async def test_one_of_a_series_is_deleted_alone_and_brought_back(calendar, work) -> None:
    await calendar.create(work, STANDUP, "key")
    before = await december(calendar, work)
    saved = await calendar.delete(work, before[1].id)
    assert await december(calendar, work) == [before[0], *before[2:]]
    await calendar.restore(saved)
    assert await december(calendar, work) == before


async def test_one_that_was_moved_can_be_deleted_too(calendar, work) -> None:
    await calendar.create(work, STANDUP, "key")
    second = (await december(calendar, work))[1]
    moved = await calendar.update(work, second.id, Change(title="Moved"))
    await calendar.delete(work, moved.event.id)
    assert [each.title for each in await december(calendar, work)] == ["Standup"] * 3
    with pytest.raises(ToolError, match="Nothing was changed"):
        await calendar.event(work, second.id)


async def test_a_whole_series_is_deleted_by_its_own_id(calendar, work) -> None:
    series = (await calendar.create(work, STANDUP, "key")).event
    saved = await calendar.delete(work, series.id)
    assert not await december(calendar, work)
    assert await calendar.restore(saved) == series
    assert len(await december(calendar, work)) == 4


async def test_who_is_invited_stands_in_the_event(calendar, work) -> None:
    draft = replace(LUNCH, attendees=("bob@example.com", "eve@example.org"))
    event = (await calendar.create(work, draft, "key")).event
    assert {each.address for each in event.attendees} == set(draft.attendees)
    assert event.organiser == "alice@example.com"
    wanted = Change(attendees=("bob@example.com", "carol@example.com"))
    done = await calendar.update(work, event.id, wanted)
    assert {each.address for each in done.event.attendees} == set(wanted.attendees)


@pytest.mark.parametrize("name", ["../home/x.ics", "..", ".", "", "a/../../b", "x\r\nEvil: 1", "#"])
async def test_an_id_leads_nowhere_else(calendar, work, name) -> None:
    with pytest.raises(ToolError):
        await calendar.event(work, name)
