"""POST /api/conversations/{id}/shown: show the branch on which a message stands.

The answer is a page of that branch, as `conversations.py` tells them, that reaches up to the
message where one page can.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, asked_by
from assistant.services.inputs import identifier
from assistant.services.messages import PAGE_AT_MOST, page
from assistant.services.versions import show

BODY_BYTES = 1_000
PAGE = 30
NO_CHOICE = "This names no message. Nothing was changed; load the page anew."


class Choice(BaseModel):
    """The body. message: the id of one that is to be shown."""

    model_config = ConfigDict(hide_input_in_errors=True, strict=True)

    message: Annotated[str, StringConstraints(max_length=36)]


@answering
async def shown(request: Request) -> Response:
    """Show a message of the signed-in user, and what was said last below it."""
    user, choice = await asked_by(request, Choice, BODY_BYTES, NO_CHOICE)
    conversation_id = identifier(request.path_params["conversation_id"], "conversation")
    depth = await show(user.id, conversation_id, identifier(choice.message, "message"))
    read = await page(user.id, conversation_id, None, min(max(PAGE, depth), PAGE_AT_MOST))
    return JSONResponse(read._asdict(), headers=NO_STORE)


routes = [Route("/api/conversations/{conversation_id}/shown", shown, methods=["POST"])]
