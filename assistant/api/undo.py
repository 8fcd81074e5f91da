"""POST /api/undo/{id}: take back what a call has done."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, user_of
from assistant.services.inputs import identifier
from assistant.services.undo import undo


@answering
async def take_back(request: Request) -> Response:
    """{"said": what is so again}. id: of the row in the log of calls."""
    user = await user_of(request)
    said = await undo(user.id, identifier(request.path_params["execution_id"], "call"))
    return JSONResponse({"said": said}, headers=NO_STORE)


routes = [Route("/api/undo/{execution_id}", take_back, methods=["POST"])]
