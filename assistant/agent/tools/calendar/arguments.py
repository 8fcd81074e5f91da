"""What the arguments of the calendar's tools may be, and the moments that they mean."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.agent.backends.calendar import Moment
from assistant.errors import ToolError

# Overrides and isolates make a text read otherwise than it is written.
_TURNED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_YEARS = range(1900, 2200)
RULES = {
    "never": "",
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
    "yearly": "FREQ=YEARLY",
}


def _hides(sign: str) -> bool:
    """Whether a character is none to be read, but changes how others are."""
    return sign in _TURNED or (unicodedata.category(sign) in _UNWRITABLE and sign not in "\n\t")


def shown(text: str) -> str:
    """What others wrote, as one line of what can be read in it."""
    return " ".join("".join(" " if _hides(sign) else sign for sign in text).split())


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n")
    for sign in filter(_hides, value):
        raise ValueError(f"the character U+{ord(sign):04X} is not allowed")
    return value.strip()


def _line(value: str) -> str:
    if set(value) & set("\r\n\t"):
        raise ValueError("it must be one line, without tabs")
    return _text(value)


def _said_line(value: str) -> str:
    value = _line(value)
    if not value:
        raise ValueError("it must say something")
    return value


def _address(value: str) -> str:
    value = value.strip()
    if not _ADDRESS.fullmatch(value):
        raise ValueError(
            "it must be one plain address such as bob@example.com, without a name; another "
            "script's domain in its xn-- form"
        )
    return value


def _moment(value: str) -> str:
    try:
        year = datetime.fromisoformat(value).year
    except ValueError:
        year = 0
    if year not in _YEARS:
        raise ValueError("it must be like 2026-12-03T12:00 or 2026-12-03")
    return value


def _moment_or_none(value: str) -> str:
    return _moment(value) if value else value


def _day(value: str) -> str:
    if value and not is_day(_moment(value)):
        raise ValueError("it must be a day like 2026-12-03")
    return value


def _zone(value: str) -> str:
    if value:
        zone(value)
    return value


Line = Annotated[str, Field(max_length=300), AfterValidator(_line)]
Title = Annotated[str, Field(max_length=300), AfterValidator(_said_line)]
Text = Annotated[str, Field(max_length=5000), AfterValidator(_text)]
Address = Annotated[str, Field(max_length=254), AfterValidator(_address)]
Addresses = Annotated[list[Address], Field(max_length=50)]
When = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
OptionalWhen = Annotated[str, Field(max_length=40), AfterValidator(_moment_or_none)]
Day = Annotated[str, Field(max_length=40), AfterValidator(_day)]
Zone = Annotated[str, Field(max_length=60), AfterValidator(_zone)]
CalendarName = Annotated[str, Field(max_length=1000), AfterValidator(_said_line)]
CalendarNames = Annotated[list[CalendarName], Field(max_length=20)]
Repeats = Literal["never", "daily", "weekdays", "weekly", "monthly", "yearly"]


class Which(BaseModel):
    """An event, in the very words of list_events.

    attendees: all whom it shows, and its organiser if that is somebody else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(max_length=1000), AfterValidator(_said_line)]
    calendar: CalendarName
    title: Annotated[str, Field(max_length=300), AfterValidator(_line)]
    start: When
    attendees: Annotated[
        list[Annotated[str, Field(max_length=254), AfterValidator(_line)]], Field(max_length=200)
    ] = Field(default=[])


def zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("it must be an IANA name such as Europe/Lisbon") from error


def is_day(text: str) -> bool:
    """Whether a When means a whole day."""
    return "T" not in text and " " not in text


def is_local(text: str) -> bool:
    """Whether a When leaves its time zone open."""
    return not is_day(text) and datetime.fromisoformat(text).tzinfo is None


def moment(text: str, local: ZoneInfo) -> Moment:
    """The moment, or the day, that a When means. local: for a time without an offset."""
    found = datetime.fromisoformat(text)
    if is_day(text):
        return found.date()
    return found.replace(tzinfo=local) if found.tzinfo is None else found.astimezone(local)


def instant(when: Moment, local: ZoneInfo) -> datetime:
    """A moment in UTC, so that two compare as they follow each other; a day is its first one."""
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(), local)
    return when.astimezone(UTC)


def span(start: str, end: str, local: ZoneInfo) -> tuple[Moment, Moment]:
    """From when to when an event is; of whole days the end given is the last one.

    Raises ToolError when the two do not go together.
    """
    if not start or not end:
        raise ToolError("Give both start and end.")
    if is_day(start) != is_day(end) or is_local(start) != is_local(end):
        raise ToolError("Give start and end in the same form: both days, or both times alike.")
    first, last = moment(start, local), moment(end, local)
    if is_day(start):
        last += timedelta(days=1)
    if instant(last, local) <= instant(first, local):
        raise ToolError("The end must come after the start.")
    return first, last


def rule(repeats: Repeats, until: str, start: Moment) -> str:
    """The rule by which an event comes again. until: the last day of it, or "" for no end."""
    if not RULES[repeats] or not until:
        return RULES[repeats]
    last = date.fromisoformat(until)
    if not isinstance(start, datetime):
        return f"{RULES[repeats]};UNTIL={last:%Y%m%d}"
    end = datetime.combine(last, time(23, 59, 59), start.tzinfo).astimezone(UTC)
    return f"{RULES[repeats]};UNTIL={end:%Y%m%dT%H%M%SZ}"
