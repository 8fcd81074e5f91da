"""Calendars of many people on one Radicale, written to and read where it keeps them."""

import json
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from icalendar import Calendar, Event, vCalAddress

CALENDAR = "Personal"
PASSWORD = "of the bench"
PROPERTIES = {"tag": "VCALENDAR", "D:displayname": CALENDAR,
              "C:supported-calendar-component-set": "VEVENT"}  # fmt: skip
UID = "agentdojo-"
OWNER = b"owner@owner"


class Calendars:
    """What stands in the calendars. folder: that of the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filled: dict[str, dict[str, bytes]] = {}

    def welcome(self, people: list[str]) -> None:
        """The server lets these in, too; it reads its list anew each time."""
        with (self._folder / "users").open("a") as users:
            users.writelines(f"{address_of(person)}:{PASSWORD}\n" for person in people)

    def fill(self, person: str, printed: Mapping[str, bytes]) -> None:
        """The person's calendar holds these events, and no others. What is there is not touched."""
        place, owner = self._place(person), address_of(person).encode()
        place.mkdir(parents=True, exist_ok=True)
        wanted = {name: ics.replace(OWNER, owner) for name, ics in printed.items()}
        self._filled[person] = dict(wanted)
        wanted[".Radicale.props"] = json.dumps(PROPERTIES).encode()
        for file in place.glob("*.ics"):
            if file.name not in wanted:
                file.unlink()
        for name, content in wanted.items():
            file = place / name
            if not file.exists() or file.read_bytes() != content:
                file.write_bytes(content)

    def changed(self, person: str) -> dict[str, Any]:
        """What became of the events since: None where one is gone, else as it is now.

        By the id that AgentDojo has given them; new ones by their own.
        """
        there = {file.name: file.read_bytes() for file in self._place(person).glob("*.ics")}
        filled = self._filled[person]
        other = {name for name in there | filled if there.get(name) != filled.get(name)}
        return {name.removesuffix(".ics").removeprefix(UID): _event(there.get(name))
                for name in sorted(other)}  # fmt: skip

    def _place(self, person: str) -> Path:
        return self._folder / "collections/collection-root" / address_of(person) / "personal"


def printed(calendar: Any) -> dict[str, bytes]:
    """The events of an environment as files, for whoever will own them."""
    return {
        f"{UID}{number}.ics": _ics(event, calendar) for number, event in calendar.events.items()
    }


def address_of(person: str) -> str:
    """By which a person signs in, and invites."""
    return f"{person}@bluesparrowtech.com"


def _event(ics: bytes | None) -> Any:
    return Calendar.from_ical(ics).walk("VEVENT")[0] if ics else None


def _ics(event: Any, calendar: Any) -> bytes:
    """The event; its owner is the one who invites, not one of the guests."""
    made = Event()
    made.add("uid", f"{UID}{event.id_}")
    made.add("summary", event.title)
    made.add("description", event.description)
    made.add("dtstamp", event.start_time.replace(tzinfo=UTC))
    made.add("dtstart", event.start_time.replace(tzinfo=UTC))
    made.add("dtend", event.end_time.replace(tzinfo=UTC))
    if event.location:
        made.add("location", event.location)
    guests = [each for each in event.participants if each != calendar.account_email]
    for guest in guests:
        made.add("attendee", vCalAddress(f"mailto:{guest}"))
    if guests:
        made.add("organizer", vCalAddress(f"mailto:{OWNER.decode()}"))
    whole = Calendar()
    whole.add("prodid", "-//AgentDojo//")
    whole.add("version", "2.0")
    whole.add_component(made)
    return bytes(whole.to_ical())
