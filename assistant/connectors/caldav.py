"""Calendars over CalDAV (RFC 4791): iCloud, Fastmail, Nextcloud and others.

The `caldav` library is not used: its HTTP stack shadows urllib3 and cannot be held to addresses
that were vetted.
"""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urljoin
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from assistant.agent.backends.calendar import Change, Done, Draft, Event, Found, OneCalendar
from assistant.connectors import ics_changes
from assistant.connectors.caldav_home import SPACES, Home, found_calendars, found_home
from assistant.connectors.dav import UNCHANGED, Account, Answer, Dav
from assistant.connectors.ics import GONE, Ics, parsed, written
from assistant.connectors.ics_events import event_of, in_window
from assistant.connectors.network import Reach
from assistant.errors import ToolError

REPORT = (
    f"<c:calendar-query {SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter>"
    '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
    '<c:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/>'
    "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)
TYPE = {"Content-Type": "text/calendar; charset=utf-8"}
UNPACKED = {"Accept-Encoding": "identity"}  # Apache has another ETag for what it packs
NEW = {"If-None-Match": "*"}
WRITTEN = "The event was written, but {} did not show it again. Look it up with list_events."
CHANGED = "The event was changed since, so nothing was overwritten."


class Caldav:
    """The calendars of one account; a `Calendar`. timezone: of times that name no zone."""

    def __init__(self, account: Account, reach: Reach, timezone: str = "UTC") -> None:
        self._account = account
        self._dav = Dav(account, reach)
        self._local = ZoneInfo(timezone)
        self._home: Home | None = None

    async def calendars(self) -> tuple[OneCalendar, ...]:
        """See `Calendar`."""
        return await found_calendars(self._dav, await self._found_home())

    async def events(self, calendar: str, since: datetime, until: datetime) -> Found:
        """See `Calendar`."""
        query = REPORT.format(since.astimezone(UTC), until.astimezone(UTC))
        found = await self._dav.resources("REPORT", calendar, query, 1)
        texts = {
            unquote(each.url.rpartition("/")[2]): each.text("c:calendar-data").encode()
            for each in found
            if "c:calendar-data" in each.properties
        }
        return await asyncio.to_thread(in_window, texts, calendar, self._local, since, until)

    async def event(self, calendar: str, event: str) -> Event:
        """See `Calendar`."""
        _, ics = await self._read(calendar, event)
        found = await self._as_event(ics, calendar, event)
        return replace(found, host=await self._host(found.organiser))

    async def _host(self, organiser: str) -> str:
        """The organiser, "" where that is the user."""
        if not organiser:
            return ""
        own = (*(await self._found_home()).addresses, self._account.user)
        return "" if organiser.lower() in map(str.lower, own) else organiser

    async def create(self, calendar: str, draft: Draft, key: str) -> Done:
        """See `Calendar`."""
        uid = hashlib.sha256(key.encode()).hexdigest()[:40]
        event = f"{uid}.ics"
        ics = ics_changes.made(draft, uid, await self._organiser(draft.attendees))
        told = await self._tells(calendar, draft.attendees)
        answer = await self._dav.ask("PUT", _url(calendar, event), written(ics), {**TYPE, **NEW})
        if answer.status == 412:  # this very event is there already
            return Done(await self.event(calendar, event), told=told)
        return Done((await self._now(calendar, event, answer, ics))[0], told=told)

    async def update(self, calendar: str, event: str, change: Change) -> Done:
        """See `Calendar`."""
        read, ics = await self._read(calendar, event)
        before = await self._as_event(ics, calendar, event)
        told = await self._tells(calendar, (*before.attendees, *(change.attendees or ())))
        organiser = await self._organiser(change.attendees)
        which = event.partition("#")[2]
        await asyncio.to_thread(ics_changes.change, ics, which, change, organiser)
        after, saved = await self._overwrite(calendar, event, read, ics)
        return Done(after, saved, told)

    async def delete(self, calendar: str, event: str) -> JsonValue:
        """See `Calendar`."""
        read, ics = await self._read(calendar, event)
        resource, _, which = event.partition("#")
        if which:
            await asyncio.to_thread(ics_changes.leave_out, ics, which)
            _, saved = await self._overwrite(calendar, resource, read, ics)
            return saved
        await self._dav.done("DELETE", _url(calendar, event), headers=_only(read))
        return _saved(calendar, event, read.body, "")

    async def restore(self, saved: JsonValue) -> Event:
        """See `Calendar`."""
        if not isinstance(saved, dict):
            raise TypeError("only what `delete` or `update` gave can be restored")
        calendar, event, text, version = (str(saved[name]) for name in SAVED)
        if calendar not in {each.id for each in await self.calendars()}:
            raise ToolError(f"The calendar itself is gone. {UNCHANGED}")
        ics = parsed(text.encode())
        for each in ics.events:
            ics_changes.bump(each, by=2)  # newer than what is taken back
        condition = {"If-Match": version} if version else NEW
        url = _url(calendar, event)
        answer = await self._dav.ask("PUT", url, written(ics), {**TYPE, **condition})
        if answer.status == 412:
            return await self._already(calendar, event, ics)
        return (await self._now(calendar, event, answer, ics))[0]

    async def _found_home(self) -> Home:
        if self._home is None:
            self._home = await found_home(self._dav)
        return self._home

    async def _read(self, calendar: str, event: str) -> tuple[Answer, Ics]:
        answer = await self._dav.done("GET", _url(calendar, event), headers=UNPACKED)
        if "ETag" not in answer.headers:
            raise ToolError(f"{self._dav.host} tells no versions of its events. {UNCHANGED}")
        return answer, await asyncio.to_thread(parsed, answer.body)

    async def _as_event(self, ics: Ics, calendar: str, event: str) -> Event:
        return await asyncio.to_thread(event_of, ics, calendar, event, self._local)

    async def _overwrite(
        self, calendar: str, event: str, read: Answer, ics: Ics
    ) -> tuple[Event, JsonValue]:
        """Put the new text in the place of the one that was read, if that is still there."""
        url = _url(calendar, event)
        answer = await self._dav.ask("PUT", url, written(ics), {**TYPE, **_only(read)})
        after, version = await self._now(calendar, event, answer, ics)
        return after, _saved(calendar, event, read.body, version)

    async def _now(self, calendar: str, event: str, answer: Answer, ics: Ics) -> tuple[Event, str]:
        """The event and its version after it was written. Raises ToolError when it was not.

        A server that gives a version has kept the very text; any other must be asked.
        """
        if not 200 <= answer.status < 300:
            raise self._dav.refused(answer)
        if version := answer.headers.get("ETag"):
            return await self._as_event(ics, calendar, event), version
        try:
            read, ics = await self._read(calendar, event)
        except ToolError as error:
            raise ToolError(WRITTEN.format(self._dav.host)) from error
        return await self._as_event(ics, calendar, event), read.headers["ETag"]

    async def _organiser(self, attendees: tuple[str, ...] | None) -> str:
        """The user's address, where somebody is invited. Raises ToolError when none is known."""
        if not attendees:
            return ""
        for address in (*(await self._found_home()).addresses, self._account.user):
            if "@" in address:
                return address
        raise ToolError(
            f"{self._dav.host} does not tell which mail address is the user's, so nobody can be "
            f"invited from this calendar. {UNCHANGED}"
        )

    async def _tells(self, calendar: str, people: tuple[object, ...]) -> bool:
        """Whether the server itself sends invitations (RFC 6638)."""
        if not people:
            return True
        answer = await self._dav.ask("OPTIONS", calendar)
        return "calendar-auto-schedule" in answer.headers.get("DAV", "")

    async def _already(self, calendar: str, event: str, ics: Ics) -> Event:
        """The event, when it is again what it was. Raises ToolError when it is anything else."""
        _, now = await self._read(calendar, event)
        resource = event.partition("#")[0]
        there = await self._as_event(now, calendar, resource)
        if there != await self._as_event(ics, calendar, resource):
            raise ToolError(CHANGED)
        return there


SAVED = ("calendar", "event", "ics", "version")


def _saved(calendar: str, event: str, text: bytes, version: str) -> JsonValue:
    values = (calendar, event, text.decode(errors="replace"), version)
    return dict(zip(SAVED, values, strict=True))


def _only(read: Answer) -> dict[str, str]:
    """The condition that nobody has changed what was read."""
    return {"If-Match": read.headers["ETag"]}


def _url(calendar: str, event: str) -> str:
    """Where an event stands. Raises ToolError for a name that would lead out of the calendar."""
    resource = event.partition("#")[0]
    if resource in ("", ".", ".."):
        raise ToolError(GONE)
    return urljoin(calendar, quote(resource, safe=""))
