"""How a route answers: who asks, and what becomes of an error."""

from collections.abc import Awaitable, Callable
from functools import wraps

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.errors import (
    UNEXPECTED,
    AssistantError,
    Busy,
    DatabaseAway,
    NotFound,
    NotSignedIn,
    Refused,
)
from assistant.services.accounts import User, who_is

COOKIE = "session"
STATUS: dict[type[Exception], int] = {
    NotSignedIn: 401,
    NotFound: 404,
    Refused: 422,
    Busy: 429,
    DatabaseAway: 503,
}
NO_STORE = {"cache-control": "no-store"}
LATER: dict[type[Exception], dict[str, str]] = {DatabaseAway: {"retry-after": "1"}}  # seconds

log = structlog.get_logger()
Endpoint = Callable[[Request], Awaitable[Response]]


async def user_of(request: Request) -> User:
    """The signed-in user of a request. Raises NotSignedIn."""
    return await who_is(request.cookies.get(COOKIE))


def answering(endpoint: Endpoint) -> Endpoint:
    """Turn the errors of an endpoint into answers: a sentence and a status, never a trace."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except AssistantError as error:
            later = LATER.get(type(error))
            return _refusal(str(error), STATUS.get(type(error), 400), later)
        except HTTPException as error:  # Starlette could not read the form
            return _refusal(error.detail, error.status_code)
        except Exception:
            log.exception("request_failed", path=request.url.path)
            return _refusal(UNEXPECTED, 500)

    return answer


def _refusal(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers=NO_STORE | (headers or {}))
