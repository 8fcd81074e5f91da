"""Texts of iCalendar, also such as others made up to do harm."""

import pytest
from icalendar.timezone import tzp

from assistant.connectors.ics import parsed, written
from assistant.errors import ToolError
from tests.connectors.ics_texts import calendar, event

CUSTOM = (
    "BEGIN:VTIMEZONE\r\nTZID:Our Zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\n"
)
LUNCH = event("DTSTART;TZID=Our Zone:20261203T120000", "SUMMARY:Lunch")


def test_a_text_comes_out_as_it_went_in() -> None:
    text = calendar(event("DTSTART:20261203T120000Z", "SUMMARY:A\\, b", "X-OTHER;Y=1:kept"))
    again = written(parsed(text))
    assert b"SUMMARY:A\\, b" in again
    assert b"X-OTHER;Y=1:kept" in again
    assert parsed(again).master == parsed(text).master


def test_a_zone_of_its_own_is_kept_for_others_but_not_reckoned_with() -> None:
    ics = parsed(calendar(CUSTOM, LUNCH))
    assert tzp.timezone("Our Zone") is None
    assert CUSTOM.encode() in written(ics)
    assert b"DTSTART;TZID=Our Zone:20261203T120000" in written(ics)


@pytest.mark.parametrize("evading", ["BEGIN:VTIME\r\n ZONE", "begin:vtimezone", "BEGIN:VTIMEZONE "])
def test_a_zone_that_is_written_otherwise_is_found_too(evading: str) -> None:
    text = calendar(CUSTOM.replace("BEGIN:VTIMEZONE", evading), LUNCH)
    assert b"SECONDLY" in parsed(text).zones
    assert tzp.timezone("Our Zone") is None


@pytest.mark.parametrize("evading", ["BEGIN;X=1:VTIMEZONE", 'BEGIN;X=":":VTIMEZONE'])
def test_a_zone_that_cannot_be_cut_out_makes_the_text_unreadable(evading: str) -> None:
    with pytest.raises(ToolError, match="cannot be read"):
        parsed(calendar(CUSTOM.replace("BEGIN:VTIMEZONE", evading), LUNCH))
    assert tzp.timezone("Our Zone") is None


def test_a_zone_without_an_end_takes_the_event_with_it() -> None:
    with pytest.raises(ToolError, match="cannot be read"):
        parsed(calendar(CUSTOM.replace("END:VTIMEZONE\r\n", ""), LUNCH))


def test_a_named_zone_is_defined_for_programs_that_do_not_know_it() -> None:
    text = written(parsed(calendar(event("DTSTART;TZID=Europe/Lisbon:20261203T120000"))))
    assert text.count(b"BEGIN:VTIMEZONE") == 1
    assert b"TZID:Europe/Lisbon" in text
    assert written(parsed(text)).count(b"BEGIN:VTIMEZONE") == 1


@pytest.mark.filterwarnings("ignore::icalendar.error.GloballyUniqueTZIDGuessed")
@pytest.mark.parametrize(
    "name", ["W. Europe Standard Time", "/freeassociation.sourceforge.net/Europe/Berlin"]
)
def test_names_of_zones_that_other_programs_have_are_understood(name: str) -> None:
    master = parsed(calendar(event(f"DTSTART;TZID={name}:20261203T120000"))).master
    assert master is not None
    assert str(master.start.utcoffset()) == "1:00:00"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        calendar("BEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\n"),
        calendar(event("DTSTART;TZID=Europe:20261203T120000")),
        calendar(event(f"DTSTART;TZID={'a/' * 100_000}:20261203T120000")),
        calendar(event(f'DTSTART;TZID="{":/" * 100}":20261203T120000')),
        calendar(event("SUMMARY:" + "x" * 400_000)),
        calendar("BEGIN:VEVENT\r\n" * 3000),
    ],
)
def test_what_is_no_event_is_called_unreadable(text: bytes) -> None:
    with pytest.raises(ToolError, match="cannot be read"):
        parsed(text)
