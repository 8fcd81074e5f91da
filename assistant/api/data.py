"""What belongs to the user: take all of it along, bring it back, delete it, and think better of it.

GET /api/account, GET /api/export, POST /api/import, /api/account/delete and /api/account/keep.
"""

from dataclasses import asdict
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import (
    NO_STORE,
    answering,
    owner_of,
    require_size,
    sent_to,
    to_sign_in,
    user_of,
    visitor_of,
)
from assistant.api.downloads import Download, while_alive
from assistant.errors import NotSignedIn, StepUpNeeded
from assistant.services import erasure, rate_limits
from assistant.services.addresses import SETTINGS, with_next
from assistant.services.export import ONE_EACH, export
from assistant.services.imports import TOO_LARGE, import_from
from assistant.services.sessions import User, require_fresh
from assistant.services.unpacking import ARCHIVE_BYTES


@answering
async def account(request: Request) -> Response:
    """{"erase_at": when the account will be erased, or null; "step_up": where to go first, or ""}.

    step_up: the page on which the user has to prove again who they are before an export.
    exporting: whether one is being written already.
    """
    user = await owner_of(request)
    day = await erasure.erased_at(user.id)
    told = {
        "erase_at": day.isoformat() if day else None,
        "step_up": await _step_up(user),
        "exporting": user.id in ONE_EACH.users,
    }
    return JSONResponse(told, headers=NO_STORE)


async def _step_up(user: User) -> str:
    try:
        await require_fresh(user)
    except StepUpNeeded as error:
        return with_next(error.where, SETTINGS)
    return ""


@answering
async def take_along(request: Request) -> Response:
    """The archive with everything, as a download; or the page on which to sign in again first."""
    try:
        user = await visitor_of(request)
        await require_fresh(user)
    except NotSignedIn:
        return to_sign_in(request, SETTINGS)
    except StepUpNeeded as error:
        return sent_to(with_next(error.where, SETTINGS))
    await rate_limits.count("archives", user.id)
    pieces = while_alive(user, export(user))  # what is cut off cannot be opened
    first = await anext(pieces)  # raises Busy while there still can be another answer
    name = f"assistant-{datetime.now(UTC):%Y-%m-%d}.zip"
    return Download(name, first, pieces, "application/zip")


@answering
async def bring_back(request: Request) -> Response:
    """Import the archive in the body.

    {"conversations", "files", "notes": how many of each, "taken", "kept": the names of settings,
    "instructions": for the user to take over, "skipped": [{"item", "why"}],
    "unnamed": how many more were skipped}
    """
    user = await user_of(request)
    require_size(request, ARCHIVE_BYTES, TOO_LARGE)
    await rate_limits.count("archives", user.id)
    done = await import_from(user, request.stream())
    skipped = [each._asdict() for each in done.skipped]
    return JSONResponse(asdict(done) | {"skipped": skipped}, headers=NO_STORE)


@answering
async def delete(request: Request) -> Response:
    """Let the account be erased in two weeks. The form holds the word that was typed."""
    user = await user_of(request)
    async with request.form(max_files=0, max_fields=1) as form:
        word = str(form.get("word", ""))
    await erasure.ask(user, word)
    return Response(status_code=204, headers=NO_STORE)


@answering
async def keep(request: Request) -> Response:
    """Take a deletion back."""
    user = await owner_of(request)
    await erasure.keep(user.id)
    return Response(status_code=204, headers=NO_STORE)


routes = [
    Route("/api/account", account),
    Route("/api/export", take_along, methods=["GET"]),
    Route("/api/import", bring_back, methods=["POST"]),
    Route("/api/account/delete", delete, methods=["POST"]),
    Route("/api/account/keep", keep, methods=["POST"]),
]
