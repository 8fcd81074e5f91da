"""The requests to models over HTTP: a page of them, and all as a file.

GET /api/usage?before=place, GET /api/usage.csv?days=31
"""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, number_in, to_sign_in, user_of, visitor_of
from assistant.api.downloads import Download, text_file
from assistant.errors import NotSignedIn, Refused
from assistant.services.addresses import USAGE
from assistant.services.audit_queries import Before
from assistant.services.one_each import OneEach
from assistant.services.sessions import staying
from assistant.services.usage_requests import ALL_DAYS, PAGE, Line, as_csv, page

NO_DAYS = "The number of days is not one. Leave it out for all of them."
DAYS_DIGITS = 4
LONGEST_PLACE = 200
WRITING = OneEach("A file of your requests is being written already. Wait until that is done.")


@answering
async def requests(request: Request) -> Response:
    """{"requests", "before": where to go on or ""}."""
    user = await user_of(request)
    before = request.query_params.get("before", "")[:LONGEST_PLACE]
    found = await page(user.id, Before.read(before) if before else None, limit=PAGE + 1)
    shown = found[:PAGE]
    told = {
        "requests": [_shown(one) for one in shown],
        "before": shown[-1].place.spelled() if len(found) > PAGE else "",
    }
    return JSONResponse(told, headers=NO_STORE)


def _shown(one: Line) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "at": one.at.isoformat(),
        "model": one.label,
        "purpose": one.purpose,
        "read": one.input_tokens + one.cache_read_tokens + one.cache_write_tokens,
        "written": one.output_tokens,
        "cost": f"{one.cost:f}",
        "estimated": one.estimated,
        "ended": one.ended,
        "correction": one.correction,
        "href": f"/chat/{one.conversation_id}?m={one.message_id}" if one.conversation_id else "",
    }


@answering
async def export(request: Request) -> Response:
    """All requests, or those of the last days, as a download."""
    try:
        user = staying(await visitor_of(request))
    except NotSignedIn:
        return to_sign_in(request, USAGE)
    days = _days(request.query_params.get("days"))
    pieces = text_file(user, WRITING, as_csv(user.id, days))
    first = await anext(pieces)  # raises Busy while there still can be another answer
    name = f"usage-{datetime.now(UTC):%Y-%m-%d}.csv"
    return Download(name, first, pieces, "text/csv; charset=utf-8")


def _days(said: str | None) -> int:
    """The days that an address asks for, all where it says nothing. Raises Refused."""
    if said is None:
        return ALL_DAYS
    if not (days := number_in(said, DAYS_DIGITS)):
        raise Refused(NO_DAYS)
    return days


routes = [
    Route("/api/usage", requests, methods=["GET"]),
    Route("/api/usage.csv", export, methods=["GET"]),
]
