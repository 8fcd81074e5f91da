"""Texts of iCalendar for tests."""


def event(*lines: str, uid: str = "1") -> str:
    """A component of an event."""
    return "\r\n".join(
        ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", "")
    )


def calendar(*components: str) -> bytes:
    """A whole text."""
    inner = "".join(components)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inner}END:VCALENDAR\r\n".encode()


def series(rule: str, *lines: str) -> str:
    """A series that begins on Tuesday, 1 December 2026, at nine in Lisbon, for an hour."""
    start = "DTSTART;TZID=Europe/Lisbon:20261201T090000"
    return event(start, "DURATION:PT1H", f"RRULE:{rule}", *lines)
