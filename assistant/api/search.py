"""GET /api/search?q=...: what a user's titles and messages hold."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import answering, user_of
from assistant.errors import Refused
from assistant.services.search import Found, search

QUERY_CHARACTERS = 200
PRIVATE = {"cache-control": "private, no-store"}


@answering
async def found(request: Request) -> Response:
    """The titles and messages that hold every word of `q`; a phrase stands in double quotes."""
    user = await user_of(request)
    query = request.query_params.get("q", "").strip()
    if not 1 <= len(query) <= QUERY_CHARACTERS:
        raise Refused(f"A search has between 1 and {QUERY_CHARACTERS} characters.")
    answer = await search(user.id, query)
    return JSONResponse(
        {
            "titles": [_shown(each) for each in answer.titles],
            "messages": [_shown(each) for each in answer.messages],
            "complete": answer.complete,
        },
        headers=PRIVATE,
    )


def _shown(each: Found) -> dict[str, Any]:
    return {
        "conversation": str(each.conversation_id),
        "title": each.title,
        "archived": each.archived,
        "at": each.at.isoformat(),
        "pieces": each.pieces,
        "message": str(each.message_id) if each.message_id else None,
        "role": each.role,
    }


routes = [Route("/api/search", found)]
