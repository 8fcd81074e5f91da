"""POST /api/files?name=: keep the body as a file. GET /api/files/{id}: download it. DELETE.

What is taken along is a download in every browser: it never runs and never shows as a page of ours.
"""

from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, body_of, user_of, visitor_of
from assistant.services import files, rate_limits
from assistant.services.file_uploads import FILE_BYTES, TOO_LARGE, upload
from assistant.services.inputs import identifier
from assistant.services.one_each import OneEach
from assistant.services.sessions import staying

UPLOAD_SECONDS = 300.0
UNDER_WAY = "Another file of yours is on its way. Wait until it is here; then send this one again."
DOWNLOAD = {"content-security-policy": "default-src 'none'; sandbox", **NO_STORE}

ONE_EACH = OneEach(UNDER_WAY)  # a body lies in memory


@answering
async def keep(request: Request) -> Response:
    """Keep the body under the name in the address: {"id", "name", "media", "size"}."""
    user = await user_of(request)
    await rate_limits.count("uploads", user.id)
    with ONE_EACH.held(user.id):
        body = await body_of(request, FILE_BYTES, TOO_LARGE, UPLOAD_SECONDS)
        file = await upload(user.id, request.query_params.get("name", ""), body)
    told = {"id": str(file.id), "name": file.name, "media": file.media, "size": file.size}
    return JSONResponse(told, 201, headers=NO_STORE)


@answering
async def take_along(request: Request) -> Response:
    """The file as it came, as a download."""
    user = staying(await visitor_of(request))
    file = await files.find(user.id, _id(request))
    content = await files.content_of(user.id, file)
    named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(content, headers=DOWNLOAD | named, media_type=file.media)


@answering
async def remove(request: Request) -> Response:
    """Delete the file."""
    user = await user_of(request)
    await files.remove(user.id, _id(request))
    return Response(status_code=204, headers=NO_STORE)


def _id(request: Request) -> UUID:
    return identifier(request.path_params["file_id"], "file")


routes = [
    Route("/api/files", keep, methods=["POST"]),
    Route("/api/files/{file_id}", take_along, methods=["GET"]),
    Route("/api/files/{file_id}", remove, methods=["DELETE"]),
]
