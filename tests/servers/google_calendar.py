"""Google's calendar API on loopback: calendars, events, series, and what goes wrong with them."""

import itertools
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from dateutil.rrule import rrulestr

Fields = dict[str, Any]
TOKEN = "a-token-in-force"
NAME = re.compile(r"[a-v0-9]{5,1024}")


class GoogleCalendarServer:
    """What it holds, and what it was asked.

    refusals: statuses and reasons that it gives instead of its next answers, status 0 for an answer
    that it does give. told: whom it has sent word, for each change. lets_in: whether the header
    Authorization of a request does.
    """

    def __init__(self) -> None:
        self.url = ""
        self.calendars: dict[str, Fields] = {}
        self.events: dict[str, dict[str, Fields]] = {}
        self.refusals: deque[tuple[int, str]] = deque()
        self.told: list[tuple[str, list[str]]] = []
        self.page = 250
        self.lets_in: Callable[[str | None], bool] = f"Bearer {TOKEN}".__eq__
        self._numbers = itertools.count(1)

    def make_calendar(self, name: str, summary: str, role: str = "owner") -> None:
        """One more calendar of the user."""
        self.calendars[name] = {"id": name, "summary": summary, "accessRole": role}
        self.events[name] = {}

    def put(self, calendar: str, fields: Fields) -> Fields:
        """Keep an event as it is now, whoever has made or changed it."""
        self.events[calendar][fields["id"]] = fields
        fields["etag"] = f'"{next(self._numbers)}"'
        return fields

    def tell(self, request: web.Request, kind: str, *versions: Fields) -> None:
        """Send word to all attendees, where the request asks for it."""
        people = {each["email"] for fields in versions for each in fields.get("attendees", ())}
        if request.query.get("sendUpdates") == "all" and people:
            self.told.append((kind, sorted(people)))


@asynccontextmanager
async def google_calendar() -> AsyncIterator[GoogleCalendarServer]:
    """The server, as long as the block lasts."""
    server = GoogleCalendarServer()
    app = web.Application(middlewares=[_guarded(server)])
    app.add_routes(_routes(server))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/calendar/v3"
    try:
        yield server
    finally:
        await runner.cleanup()


def _guarded(server: GoogleCalendarServer) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Any) -> web.StreamResponse:
        if not server.lets_in(request.headers.get("Authorization")):
            return _refused(401, "authError")
        if server.refusals and (refusal := server.refusals.popleft())[0]:
            return _refused(*refusal)
        calendar = request.match_info.get("calendar")
        if calendar is not None and calendar not in server.calendars:
            return _refused(404, "notFound")
        return await handler(request)

    return guard


def _refused(status: int, reason: str) -> web.Response:
    errors = [{"domain": "global", "reason": reason, "message": reason}]
    return web.json_response({"error": {"code": status, "errors": errors}}, status=status)


def _routes(server: GoogleCalendarServer) -> list[web.RouteDef]:
    events = "/calendar/v3/calendars/{calendar}/events"
    one = f"{events}/{{event}}"
    return [
        web.get("/calendar/v3/users/me/calendarList", partial(_calendars, server)),
        web.get(events, partial(_list, server)),
        web.post(events, partial(_insert, server)),
        web.get(one, partial(_get, server)),
        web.patch(one, partial(_patch, server)),
        web.delete(one, partial(_delete, server)),
    ]


async def _calendars(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    return _page(server, request, list(server.calendars.values()))


async def _list(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    assert request.query["singleEvents"] == "true"
    since, until = (datetime.fromisoformat(request.query[n]) for n in ("timeMin", "timeMax"))
    kept = server.events[request.match_info["calendar"]]
    found = [
        each
        for fields in list(kept.values())
        for each in _singles(fields, kept, until)
        if _when(each["end"]) > since and _when(each["start"]) < until
        if each["status"] != "cancelled"
    ]
    found.sort(key=lambda each: _when(each["start"]))
    return _page(server, request, found)


def _page(server: GoogleCalendarServer, request: web.Request, items: list[Fields]) -> web.Response:
    first = int(request.query.get("pageToken", 0))
    last = first + min(server.page, int(request.query["maxResults"]))
    body: Fields = {"items": items[first:last]}
    if last < len(items):
        body["nextPageToken"] = str(last)
    return web.json_response(body)


async def _insert(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    fields = await request.json()
    calendar = request.match_info["calendar"]
    if not NAME.fullmatch(fields["id"]) or not {"start", "end"} <= set(fields):
        return _refused(400, "invalid")
    if fields["id"] in server.events[calendar]:
        return _refused(409, "duplicate")
    fields |= {"status": "confirmed", "organizer": {"email": "alice@example.com", "self": True}}
    server.tell(request, "invited", fields)
    return web.json_response(server.put(calendar, fields))


async def _get(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    found = _found(server, request)
    return web.json_response(found) if found else _refused(404, "notFound")


async def _patch(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    found = _found(server, request)
    if not found:
        return _refused(404, "notFound")
    if request.headers.get("If-Match", found["etag"]) != found["etag"]:
        return _refused(412, "conditionNotMet")
    patched = _merged(found, await request.json())
    server.tell(request, "changed", found, patched)
    return web.json_response(server.put(request.match_info["calendar"], patched))


async def _delete(server: GoogleCalendarServer, request: web.Request) -> web.Response:
    found = _found(server, request)
    if not found:
        return _refused(404, "notFound")
    if found["status"] == "cancelled":
        return _refused(410, "deleted")
    if request.headers.get("If-Match", found["etag"]) != found["etag"]:
        return _refused(412, "conditionNotMet")
    server.tell(request, "cancelled", found)
    server.put(request.match_info["calendar"], {**found, "status": "cancelled"})
    return web.Response(status=204)


def _merged(fields: Fields, patch: Fields) -> Fields:
    """As a JSON merge patch does it: null takes away, lists are replaced."""
    merged = dict(fields)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name, {}), value)
        else:
            merged[name] = value
    return merged


def _found(server: GoogleCalendarServer, request: web.Request) -> Fields | None:
    kept = server.events[request.match_info["calendar"]]
    name = request.match_info["event"]
    if name in kept:
        return kept[name]
    series = kept.get(name.partition("_")[0])
    far = datetime(2100, 1, 1, tzinfo=UTC)
    singles = _singles(series, kept, far) if series else iter(())
    return next((each for each in singles if each["id"] == name), None)


def _singles(fields: Fields, kept: dict[str, Fields], until: datetime) -> Iterator[Fields]:
    """An event, or each one of a series that is not kept by itself."""
    if not fields.get("recurrence"):
        yield fields
        return
    start = _when(fields["start"], local=True)
    length = _when(fields["end"]) - _when(fields["start"])
    rule = rrulestr(fields["recurrence"][0].removeprefix("RRULE:"), dtstart=start)
    for each in rule:
        if each > until:
            return
        name = f"{fields['id']}_{_stamp(each, fields['start'])}"
        if name not in kept and fields["status"] != "cancelled":
            times = {
                "start": _like(fields["start"], each),
                "end": _like(fields["end"], each + length),
            }
            rest = {key: value for key, value in fields.items() if key != "recurrence"}
            yield {**rest, **times, "id": name, "recurringEventId": fields["id"]}


def _when(told: Fields, *, local: bool = False) -> datetime:
    if "date" in told:
        return datetime.combine(date.fromisoformat(told["date"]), time(), UTC)
    when = datetime.fromisoformat(told["dateTime"])
    return when.astimezone(ZoneInfo(told["timeZone"])) if local else when


def _like(told: Fields, when: datetime) -> Fields:
    if "date" in told:
        return {"date": when.date().isoformat()}
    return {"dateTime": when.isoformat(), "timeZone": told["timeZone"]}


def _stamp(when: datetime, told: Fields) -> str:
    if "date" in told:
        return f"{when:%Y%m%d}"
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"
