"""The audit log over HTTP: a page of it, a check of all of it, and the whole as a file.

POST /api/audit (words that are looked for travel in the body: addresses are kept by others),
GET /api/audit/verify, /api/audit/export.csv and /api/audit/export.json.
"""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, asked_by, to_sign_in, user_of, visitor_of
from assistant.api.downloads import Download, Piecewise, text_file, while_alive
from assistant.errors import NotSignedIn, Refused
from assistant.services import audit_chain
from assistant.services.addresses import AUDIT
from assistant.services.audit import page
from assistant.services.audit_chain import Progress, Verdict
from assistant.services.audit_entry import Entry, plain
from assistant.services.audit_export import as_csv, as_json
from assistant.services.audit_queries import Before, Filters
from assistant.services.one_each import OneEach
from assistant.services.sessions import User, staying

BODY_BYTES = 4_000
NO_QUESTION = "The log does not understand this filter. Nothing was changed; choose another one."
CHECKING = OneEach("The log is being checked already. Wait until that is done.")
WRITING = OneEach("A file of the log is being written already. Wait until that download is done.")
SHOWN = 4_000  # characters of what was asked or answered; a file holds all
Word = Annotated[str, StringConstraints(max_length=200)]
Status = Literal[
    "", "started", "done", "failed", "denied", "asked", "approved", "expired", "undone"
]  # fmt: skip


class Asked(BaseModel):
    """What is wanted of the log; see `Filters`. before: where the last page has ended."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")

    what: Word = ""
    status: Status = ""
    conversation: UUID | None = None
    days: Annotated[int, Field(ge=0, le=3_660)] = 0
    words: Word = ""
    before: Word = ""

    def filters(self) -> Filters:
        return Filters(self.what, self.status, self.conversation, self.days, self.words)


@answering
async def entries(request: Request) -> Response:
    """{"entries", "before": where to go on or "", "back_to", "tools": [{name, called}]}."""
    user, asked = await asked_by(request, Asked, BODY_BYTES, NO_QUESTION)
    read = await page(user.id, asked.filters(), Before.read(asked.before) if asked.before else None)
    told = {
        "entries": [_shown(one) for one in read.entries],
        "before": read.before.spelled() if read.before else "",
        "back_to": read.back_to and read.back_to.isoformat(),
        "tools": [{"name": tool.name, "called": tool.called} for tool in read.tools],
    }
    return JSONResponse(told, headers=NO_STORE)


def _shown(one: Entry) -> dict[str, Any]:
    told = plain(one)
    told["conversation"] = told.pop("conversation_id") or ""
    for name in ("asked", "answered"):
        if len(told[name]) > SHOWN:
            told[name] = f"{told[name][:SHOWN]}… cut here; the exported file has all of it"
    return told


@answering
async def verify(request: Request) -> Response:
    """Lines of JSON: {"checked", "of"} as long as it lasts, then the verdict.

    The verdict is {"rows": how many hold, "broken": the first that does not or 0, "why", "id",
    "at"}. A check ends with the answer: whoever leaves ends it.
    """
    lines = _checking(await user_of(request))
    return Piecewise(await anext(lines), lines, "application/x-ndjson")


async def _checking(user: User) -> AsyncGenerator[bytes, None]:
    with CHECKING.held(user.id):
        async with aclosing(while_alive(user, audit_chain.checking(user.id))) as steps:
            async for step in steps:
                yield f"{json.dumps(_told(step))}\n".encode()


def _told(step: Progress | Verdict) -> dict[str, Any]:
    if isinstance(step, Progress):
        return {"checked": step.rows, "of": step.of}
    return asdict(step) | {"id": str(step.id or ""), "at": step.at and step.at.isoformat()}


def _file(
    ending: str, media_type: str, write: Callable[[UUID, Filters], AsyncGenerator[str, None]]
) -> Route:
    """The route of a file in one form."""

    @answering
    async def download(request: Request) -> Response:
        """The log as far as the filters of the address let it, as a download."""
        try:
            user = staying(await visitor_of(request))
        except NotSignedIn:
            return to_sign_in(request, AUDIT)
        try:
            filters = Asked.model_validate(dict(request.query_params)).filters()
        except ValidationError as error:
            raise Refused(NO_QUESTION) from error
        pieces = text_file(user, WRITING, write(user.id, filters))
        first = await anext(pieces)  # raises Busy while there still can be another answer
        name = f"audit-log-{datetime.now(UTC):%Y-%m-%d}.{ending}"
        return Download(name, first, pieces, media_type)

    return Route(f"/api/audit/export.{ending}", download, methods=["GET"])


routes = [
    Route("/api/audit", entries, methods=["POST"]),
    Route("/api/audit/verify", verify, methods=["GET"]),
    _file("csv", "text/csv; charset=utf-8", as_csv),
    _file("json", "application/json", as_json),
]
