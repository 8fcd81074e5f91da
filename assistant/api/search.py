"""POST /api/search: what a user's titles and messages hold.

What is searched for travels in the body: addresses are kept by proxies and by browsers.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import answering, asked_by, count_address
from assistant.services import rate_limits
from assistant.services.search import Found, search

QUERY_CHARACTERS = 200
BODY_BYTES = 4_000  # each character may be written as an escape of twelve bytes
PRIVATE = {"cache-control": "private, no-store"}
NO_SEARCH = f"A search has between 1 and {QUERY_CHARACTERS} characters."


class Asked(BaseModel):
    """The body. q: words, and phrases in double quotes."""

    model_config = ConfigDict(hide_input_in_errors=True)

    q: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUERY_CHARACTERS)
    ]


@answering
async def found(request: Request) -> Response:
    """The titles and messages that hold every word and phrase of `q`."""
    user, asked = await asked_by(request, Asked, BODY_BYTES, NO_SEARCH)
    await rate_limits.count("searches", user.id)
    await count_address(request, "searches_from")
    answer = await search(user.id, asked.q)
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


routes = [Route("/api/search", found, methods=["POST"])]
