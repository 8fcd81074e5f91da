"""POST /api/files: keep the body as a file. GET /api/files: all, and the room that they take.

Its name comes in the header "file-name", percent-encoded: addresses are kept by proxies.
GET /api/files/{id}: download it; HEAD tells whether it is there. DELETE, and POST .../restore.

What is taken along is a download in every browser: it never runs and never shows as a page of ours.
"""

from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import (
    NO_STORE,
    answering,
    body_of,
    count_address,
    user_of,
    visitor_of,
)
from assistant.services import files, rate_limits
from assistant.services.file_uploads import FILE_BYTES, TOO_LARGE, upload
from assistant.services.inputs import identifier
from assistant.services.one_each import OneEach
from assistant.services.sessions import staying
from assistant.services.tiers import tier_of

NAMED = "file-name"
UPLOAD_SECONDS = 300.0
UNDER_WAY = "Another file of yours is on its way. Wait until it is here; then send this one again."
DOWNLOAD = {"content-security-policy": "default-src 'none'; sandbox", **NO_STORE}

ONE_EACH = OneEach(UNDER_WAY)  # a body lies in memory


@answering
async def keep(request: Request) -> Response:
    """Keep the body under the name that comes with it: {"id", "name", "media", "size", "at"}."""
    user = await user_of(request)
    await rate_limits.count("uploads", user.id)
    await count_address(request, "uploads_from")
    with ONE_EACH.held(user.id):
        body = await body_of(request, FILE_BYTES, TOO_LARGE, UPLOAD_SECONDS)
        file = await upload(user.id, unquote(request.headers.get(NAMED, "")), body)
    return JSONResponse(_told(file), 201, headers=NO_STORE)


@answering
async def listed(request: Request) -> Response:
    """{"files", "deleted": what can be brought back, each with "until", "room", "plan"}."""
    user = await user_of(request)
    tier = await tier_of(user.id)
    back = [
        {**_told(each.file), "until": each.until.isoformat()}
        for each in await files.deleted(user.id)
    ]
    kept = [_told(each) for each in await files.listed(user.id)]
    told = {"files": kept, "deleted": back, "room": tier.file_bytes, "plan": tier.label}
    return JSONResponse(told, headers=NO_STORE)


@answering
async def take_along(request: Request) -> Response:
    """The file as it came, as a download."""
    user = staying(await visitor_of(request))
    file = await files.find(user.id, _id(request))
    if request.method == "HEAD":
        return Response(headers=DOWNLOAD | {"content-length": str(file.size)})
    content = await files.content_of(user.id, file)
    named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(content, headers=DOWNLOAD | named, media_type=file.media)


@answering
async def remove(request: Request) -> Response:
    """Delete the file."""
    user = await user_of(request)
    await files.remove(user.id, _id(request))
    return Response(status_code=204, headers=NO_STORE)


@answering
async def bring_back(request: Request) -> Response:
    """Take a deletion back."""
    user = await user_of(request)
    await files.restore(user.id, _id(request), None)
    return Response(status_code=204, headers=NO_STORE)


def _told(file: files.File) -> dict[str, Any]:
    facts = {"id": str(file.id), "name": file.name, "media": file.media, "size": file.size}
    return {**facts, "at": file.created_at.isoformat()}


def _id(request: Request) -> UUID:
    return identifier(request.path_params["file_id"], "file")


routes = [
    Route("/api/files", keep, methods=["POST"]),
    Route("/api/files", listed, methods=["GET"]),
    Route("/api/files/{file_id}", take_along, methods=["GET"]),
    Route("/api/files/{file_id}", remove, methods=["DELETE"]),
    Route("/api/files/{file_id}/restore", bring_back, methods=["POST"]),
]
