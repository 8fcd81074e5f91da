"""Google's calendars over its REST API, version 3, with the user's own grant."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from assistant.agent.backends.calendar import Change, Done, Draft, Event, Found, OneCalendar
from assistant.connectors.google_events import (
    Fields,
    as_event,
    changed_fields,
    fields_of,
    is_same,
    kept_fields,
)
from assistant.connectors.google_grant import Token
from assistant.connectors.google_rest import GONE, GOOGLE, Rest, object_in
from assistant.connectors.network import Reach
from assistant.errors import Gone, ToolError

MOST_PAGES = 8
PAGE = 250
TOLD = {True: "all", False: "none"}
WRITERS = ("owner", "writer")
CUT = "This calendar has more events in that time than can be read at once: ask for less time."


class GoogleCalendar:
    """The calendars of one Google account; a `Calendar`. token: gives an access token in force.

    timezone: of times that name no zone.
    """

    def __init__(
        self, token: Token, reach: Reach, base_url: str = GOOGLE, timezone: str = "UTC"
    ) -> None:
        self._rest = Rest(token, reach, base_url)
        self._local = ZoneInfo(timezone)

    async def calendars(self) -> tuple[OneCalendar, ...]:
        """See `Calendar`."""
        found, _ = await self._pages("/users/me/calendarList", {})
        return tuple(
            OneCalendar(
                str(each["id"]),
                str(each.get("summaryOverride") or each.get("summary") or each["id"]),
                each.get("accessRole") in WRITERS,
                each.get("accessRole") != "owner",
            )
            for each in found
            if not each.get("deleted")
        )

    async def events(self, calendar: str, since: datetime, until: datetime) -> Found:
        """See `Calendar`."""
        asked = {
            "timeMin": since.isoformat(),
            "timeMax": until.isoformat(),
            "singleEvents": "true",
            "orderBy": "startTime",
        }
        found, is_cut = await self._pages(_events(calendar), asked)
        events = [
            as_event(each, calendar, self._local)
            for each in found
            if each.get("status") != "cancelled"
        ]
        return Found(tuple(events), CUT if is_cut else "")

    async def event(self, calendar: str, event: str) -> Event:
        """See `Calendar`."""
        return as_event(await self._read(calendar, event), calendar, self._local)

    async def create(self, calendar: str, draft: Draft, key: str) -> Done:
        """See `Calendar`."""
        name = _name(key)
        body = {"id": name, **fields_of(draft, self._local)}
        query = {"sendUpdates": TOLD[bool(draft.attendees)]}
        said = await self._rest.done("POST", _events(calendar), query, body, fine=(409,))
        if said.status_code == 409:  # this very event is there already
            return Done(await self.event(calendar, name))
        return Done(as_event(object_in(said, "POST"), calendar, self._local))

    async def update(self, calendar: str, event: str, change: Change) -> Done:
        """See `Calendar`."""
        before = await self._read(calendar, event)
        fields = changed_fields(change, before, self._local)
        after = await self._patch(calendar, event, fields, before)
        saved = _saved(calendar, event, {name: before.get(name) for name in fields}, after["etag"])
        return Done(as_event(after, calendar, self._local), saved)

    async def delete(self, calendar: str, event: str) -> JsonValue:
        """See `Calendar`."""
        before = await self._read(calendar, event)
        query = {"sendUpdates": TOLD[bool(before.get("attendees"))]}
        url = _events(calendar, event)
        await self._rest.done("DELETE", url, query, version=before["etag"])
        return _saved(calendar, event, kept_fields(before), "")

    async def restore(self, saved: JsonValue) -> Event:
        """See `Calendar`. Google keeps what was deleted, as cancelled, for about a month."""
        if not isinstance(saved, dict):
            raise TypeError("only what `delete` or `update` gave can be restored")
        calendar, event, version = (str(saved[name]) for name in ("calendar", "event", "version"))
        fields = cast("Fields", saved["fields"])
        now = await self._rest.json("GET", _events(calendar, event))
        if not is_same(now, fields):
            expected = now.get("status") == "cancelled" if not version else now["etag"] == version
            if not expected:
                raise ToolError("The event was changed since, so nothing was overwritten.")
            now = await self._patch(calendar, event, fields, now)
        return as_event(now, calendar, self._local)

    async def _read(self, calendar: str, event: str) -> Fields:
        found = await self._rest.json("GET", _events(calendar, event))
        if found.get("status") == "cancelled":
            raise Gone(GONE)
        return found

    async def _patch(self, calendar: str, event: str, fields: Fields, now: Fields) -> Fields:
        """Change these fields of the event as it was read, and only of that."""
        told = TOLD[bool(now.get("attendees") or fields.get("attendees"))]
        url = _events(calendar, event)
        return await self._rest.json("PATCH", url, {"sendUpdates": told}, fields, now["etag"])

    async def _pages(self, path: str, query: Mapping[str, str]) -> tuple[list[Fields], bool]:
        """All things of a list, and whether there are more than may be read."""
        found: list[Fields] = []
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = await self._rest.json("GET", path, {**query, **more, "maxResults": str(PAGE)})
            found.extend(page.get("items", ()))
            if not page.get("nextPageToken"):
                return found, False
            more = {"pageToken": str(page["nextPageToken"])}
        return found, True


def _events(calendar: str, event: str = "") -> str:
    """Where a calendar's events are, or one of them."""
    path = f"/calendars/{quote(calendar, safe='')}/events"
    return f"{path}/{quote(event, safe='')}" if event else path


def _name(key: str) -> str:
    """An event's id that is the same for the same key; Google takes the letters a to v."""
    digest = hashlib.sha256(key.encode()).digest()[:25]
    return base64.b32hexencode(digest).decode().lower()


def _saved(calendar: str, event: str, fields: Fields, version: str) -> JsonValue:
    return {"calendar": calendar, "event": event, "fields": fields, "version": version}
