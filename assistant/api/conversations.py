"""GET /api/conversations/{id}/messages: a page of a conversation, newest last.

GET /api/messages/{id}/cost: what one answer cost.
"""

from dataclasses import asdict
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, number_in, user_of
from assistant.errors import Refused
from assistant.services.answer_costs import requests_for
from assistant.services.inputs import identifier
from assistant.services.messages import PAGE_AT_MOST, page


@answering
async def messages(request: Request) -> Response:
    """The messages before `before` (default: the newest), at most `limit` of them."""
    user = await user_of(request)
    before = request.query_params.get("before")
    read = await page(
        user.id,
        identifier(request.path_params["conversation_id"], "conversation"),
        identifier(before, "message") if before else None,
        _limit(request.query_params.get("limit", "30")),
    )
    return JSONResponse(read._asdict(), headers=NO_STORE)


@answering
async def cost(request: Request) -> Response:
    """{"usd", "requests"}: the sum, and each request for the answer; USD as decimal text."""
    user = await user_of(request)
    asked = await requests_for(user.id, identifier(request.path_params["message_id"], "message"))
    told = [{**asdict(each), "usd": f"{each.usd:f}"} for each in asked]
    total = sum((each.usd for each in asked), Decimal(0))
    return JSONResponse({"usd": f"{total:f}", "requests": told}, headers=NO_STORE)


def _limit(text: str) -> int:
    limit = number_in(text, 3)
    if limit is None or not 1 <= limit <= PAGE_AT_MOST:
        raise Refused(f"A page holds between 1 and {PAGE_AT_MOST} messages.")
    return limit


routes = [
    Route("/api/conversations/{conversation_id}/messages", messages),
    Route("/api/messages/{message_id}/cost", cost),
]
