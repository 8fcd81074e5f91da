"""Events as the tools see them, from and to the JSON of Google's calendar."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.agent.backends.calendar import Attendee, Change, Draft, Event, Moment
from assistant.errors import ToolError

Fields = dict[str, Any]
TITLE, LINE, TEXT = 300, 500, 5000  # what is taken of what others wrote
ANSWERS = ("accepted", "declined", "tentative")
RULE = "RRULE:"
KEPT = (
    "summary",
    "location",
    "description",
    "start",
    "end",
    "attendees",
    "recurrence",
    "transparency",
    "reminders",
)
NAMES = {"title": "summary", "location": "location", "description": "description"}


def as_event(found: Fields, calendar: str, local: ZoneInfo) -> Event:
    """The event. local: for times that name no zone. Raises ToolError when it has no times."""
    try:
        start, end = _moment(found["start"], local), _moment(found["end"], local)
    except (KeyError, TypeError, ValueError) as error:
        raise ToolError("Google Calendar sent an event that cannot be read.") from error
    rules = [each for each in found.get("recurrence", ()) if each.startswith(RULE)]
    organiser = found.get("organizer", {})
    return Event(
        id=str(found["id"]),
        calendar=calendar,
        title=str(found.get("summary", ""))[:TITLE],
        start=start,
        end=end,
        location=str(found.get("location", ""))[:LINE],
        description=str(found.get("description", ""))[:TEXT],
        organiser=str(organiser.get("email", "")),
        attendees=tuple(map(_attendee, found.get("attendees", ()))),
        repeats=rules[0].removeprefix(RULE) if rules else _days_by_name(found),
        series=str(found.get("recurringEventId", "")),
        busy=found.get("transparency") != "transparent",
        host="" if organiser.get("self") else str(organiser.get("email", "")),
    )


def fields_of(draft: Draft, local: ZoneInfo) -> Fields:
    """What Google is to be told of a new event."""
    fields: Fields = {
        "summary": draft.title,
        "location": draft.location,
        "description": draft.description,
        "start": _told(draft.start, local),
        "end": _told(draft.end, local),
        "attendees": [{"email": each} for each in draft.attendees],
        "recurrence": [RULE + draft.repeats] if draft.repeats else [],
    }
    return {name: value for name, value in fields.items() if value}


def changed_fields(change: Change, before: Fields, local: ZoneInfo) -> Fields:
    """What Google is to be told of a changed one; attendees who stay keep their answers."""
    fields: Fields = {
        name: value for each, name in NAMES.items() if (value := getattr(change, each)) is not None
    }
    if change.time is not None:
        # The other form of a time must go, or the event would have both.
        empty = {"date": None, "dateTime": None, "timeZone": None}
        fields["start"], fields["end"] = ({**empty, **_told(each, local)} for each in change.time)
    if change.attendees is not None:
        known = {str(each.get("email", "")).lower(): each for each in before.get("attendees", ())}
        fields["attendees"] = [
            known.get(each.lower(), {"email": each}) for each in change.attendees
        ]
    return fields


def kept_fields(found: Fields) -> Fields:
    """What brings a deleted event back."""
    kept = {name: found[name] for name in KEPT if name in found}
    return {**kept, "status": found.get("status", "confirmed")}


def is_same(found: Fields, fields: Fields) -> bool:
    """Whether an event has these fields already."""
    return all(found.get(name) == value for name, value in fields.items())


def _days_by_name(found: Fields) -> str:
    return "RDATE" if found.get("recurrence") else ""


def _moment(time: Fields, local: ZoneInfo) -> Moment:
    if "date" in time:
        return date.fromisoformat(time["date"])
    when = datetime.fromisoformat(time["dateTime"])
    zone = _zone(str(time.get("timeZone", "")), local)
    return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)


def _zone(name: str, local: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(name[:60])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return local


def _told(when: Moment, local: ZoneInfo) -> dict[str, str]:
    if not isinstance(when, datetime):
        return {"date": when.isoformat()}
    zone = getattr(when.tzinfo, "key", None) or local.key
    return {"dateTime": when.isoformat(), "timeZone": zone}


def _attendee(found: Fields) -> Attendee:
    answer = str(found.get("responseStatus", ""))
    return Attendee(
        str(found.get("email", ""))[:LINE],
        str(found.get("displayName", ""))[:LINE],
        answer if answer in ANSWERS else "",
    )
