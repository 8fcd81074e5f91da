"""What the tools want of an event, put into iCalendar, and nothing else with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.backends.calendar import Change, Draft
from assistant.connectors.ics import Ics, parsed, written
from assistant.connectors.ics_changes import change, leave_out, made
from assistant.connectors.ics_events import event_of
from assistant.errors import ToolError
from tests.connectors.ics_texts import calendar, event, series

START = datetime(2026, 12, 3, 12, tzinfo=ZoneInfo("Europe/Lisbon"))
LUNCH = Draft("Lunch", START, START + timedelta(hours=1))
EVIL = "x\r\nATTENDEE:mailto:evil@example.com\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:y"


def lines(ics: Ics) -> list[str]:
    return written(ics).decode().replace("\r\n ", "").split("\r\n")


def names(ics: Ics) -> list[str]:
    return [line.partition(":")[0].partition(";")[0] for line in lines(ics)]


PLAIN = sorted(names(made(replace(LUNCH, location="a", description="b"), "uid", "")))


@pytest.mark.parametrize("evil", [EVIL, EVIL.replace("\r\n", "\n"), "a\\nATTENDEE:x", '";:,\\'])
def test_no_text_adds_a_line(evil: str) -> None:
    ics = made(replace(LUNCH, title=evil, location=evil, description=evil), "uid", "")
    assert sorted(names(ics)) == PLAIN
    again = event_of(parsed(written(ics)), "", "uid.ics", UTC)
    assert again.title == evil.replace("\r\n", "\n")
    assert not again.attendees


@given(text=st.text(min_size=1, max_size=80))
def test_any_text_comes_back_or_is_refused(text: str) -> None:
    try:
        ics = made(replace(LUNCH, title="t", location="a", description=text), "uid", "")
    except ToolError:
        return
    assert sorted(names(ics)) == PLAIN
    again = event_of(parsed(written(ics)), "", "uid.ics", UTC)
    assert again.description == text.replace("\r\n", "\n")


@pytest.mark.parametrize("sign", ["\r", "\x00", "\x0b", "\x1b", "\x7f", "\ud800"])
def test_control_characters_are_refused(sign: str) -> None:
    with pytest.raises(ToolError, match="control character"):
        made(replace(LUNCH, title=f"a{sign}b"), "uid", "")


def test_an_address_adds_no_line() -> None:
    with pytest.raises((ToolError, ValueError)):
        made(replace(LUNCH, attendees=("a@b.c\nX-EVIL:1",)), "uid", "me@b.c")
    with pytest.raises((ToolError, ValueError)):
        made(replace(LUNCH, attendees=("a@b.c",)), "uid", "me@b.c\r\nX-EVIL:1")


def test_whoever_invites_is_named_and_whoever_is_invited_is_asked() -> None:
    said = lines(made(replace(LUNCH, attendees=("bob@example.com",)), "uid", "me@example.com"))
    assert "ORGANIZER:mailto:me@example.com" in said
    [asked] = [line for line in said if line.startswith("ATTENDEE")]
    assert asked.endswith(":mailto:bob@example.com")
    assert {"PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"} <= set(asked.partition(":")[0].split(";"))


def test_who_stays_keeps_the_answer() -> None:
    ics = parsed(
        calendar(
            event(
                "DTSTART:20261203T120000Z", "ORGANIZER:mailto:me@example.com",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Bob@example.com",
                "ATTENDEE;PARTSTAT=DECLINED:mailto:eve@example.com",
            )
        )
    )  # fmt: skip
    change(ics, "", Change(attendees=("bob@example.com", "new@example.com")), "me@example.com")
    again = event_of(parsed(written(ics)), "", "1.ics", UTC)
    assert [(each.address, each.answer) for each in again.attendees] == [
        ("Bob@example.com", "accepted"),
        ("new@example.com", ""),
    ]


def test_a_change_keeps_what_others_have_put_there_and_counts_on() -> None:
    ics = parsed(
        calendar(
            event("DTSTART:20261203T120000Z", "DURATION:PT1H", "SEQUENCE:4", "X-APPLE:1", "URL:u")
        )
    )
    time = (START, START + timedelta(hours=2))
    change(ics, "", Change(title="New", time=time), "")
    said = lines(ics)
    assert {"SEQUENCE:5", "X-APPLE:1", "URL:u", "SUMMARY:New"} <= set(said)
    assert "DURATION:PT1H" not in said


def test_one_of_a_series_becomes_an_exception_without_a_rule() -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY;COUNT=3")))
    change(ics, "20261208T090000Z", Change(title="Other"), "")
    change(ics, "20261208T090000Z", Change(location="There"), "")
    master, other = parsed(written(ics)).events
    assert "SUMMARY" not in master
    assert (str(other["SUMMARY"]), str(other["LOCATION"])) == ("Other", "There")
    assert "RRULE" not in other


def test_one_of_a_series_is_left_out_with_all_that_was_said_of_it() -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY;COUNT=3")))
    change(ics, "20261208T090000Z", Change(title="Other"), "")
    leave_out(ics, "20261208T090000Z")
    [master] = ics.events
    assert "EXDATE" in master


@pytest.mark.parametrize("which", ["20261209T090000Z", "20251208T090000Z"])
def test_one_that_is_not_in_the_series_can_be_neither_changed_nor_left_out(which: str) -> None:
    ics = parsed(calendar(series("FREQ=WEEKLY;COUNT=3")))
    with pytest.raises(ToolError, match="gone"):
        leave_out(ics, which)
    with pytest.raises(ToolError, match="gone"):
        change(ics, which, Change(title="x"), "")
    assert len(ics.events) == 1
