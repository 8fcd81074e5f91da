"""How a route answers: who asks, and what becomes of an error."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.api.cookies import REFRESH, SESSION
from assistant.api.sentence_page import reads_pages, sentence_page
from assistant.config import settings
from assistant.errors import (
    UNEXPECTED,
    AssistantError,
    BillingAway,
    BillingOff,
    BillingRefused,
    Busy,
    DatabaseAway,
    Leaving,
    NotFound,
    NotSignedIn,
    Refused,
    SessionRanOut,
    StepUpNeeded,
    StorageAway,
)
from assistant.services import rate_limits
from assistant.services.addresses import SIGN_IN, with_next
from assistant.services.renewal import holder_of
from assistant.services.sessions import User, staying, who_is

STATUS: dict[type[Exception], int] = {
    NotSignedIn: 401,
    SessionRanOut: 401,
    NotFound: 404,
    Refused: 422,
    StepUpNeeded: 403,
    Leaving: 403,
    Busy: 429,
    DatabaseAway: 503,
    StorageAway: 503,
    BillingAway: 503,
    BillingRefused: 503,
    BillingOff: 404,
}
NO_STORE = {"cache-control": "no-store"}
BODY_SECONDS = 10.0
TOO_SLOW = "This request did not arrive in time. Nothing was changed; try again."

log = structlog.get_logger()
Form = TypeVar("Form", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


async def user_of(request: Request) -> User:
    """The signed-in user of a request.

    Raises NotSignedIn, StepUpNeeded before the code, and Leaving when the account will be erased.
    """
    return staying(await owner_of(request))


async def owner_of(request: Request) -> User:
    """As `user_of`, also of an account that will be erased: for what its one page needs."""
    return _verified(await who_is(SESSION.of(request)))


def _verified(user: User) -> User:
    if not user.verified:
        raise StepUpNeeded("code")
    return user


async def visitor_of(request: Request) -> User:
    """As `owner_of`, be the access token expired: for a link or a form that the browser follows.

    No script could renew the session and ask once more. The page that it leads to renews it.
    """
    return _verified(await session_of(request))


async def session_of(connection: HTTPConnection) -> User:
    """Whose session the browser has, be the access token expired or the code not given.

    Raises NotSignedIn.
    """
    try:
        return await who_is(SESSION.of(connection))
    except NotSignedIn:
        return await holder_of(REFRESH.of(connection))


async def count_address(request: Request, what: str) -> None:
    """Count that whoever asks does it, by their address. Raises Busy."""
    await rate_limits.count_address(what, address_of(request))


def address_of(connection: HTTPConnection) -> str:
    """Where whoever asks sits, "" where nobody says: beyond the proxies that stand before us."""
    # A proxy may add a line of its own to the one that whoever asks has made up.
    said = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
    hops = settings().proxy_hops
    if 0 < hops <= len(said):
        return said[-hops].strip()
    return connection.client.host if connection.client else ""


async def body_of(
    request: Request, at_most: int, too_large: str, seconds: float | None = None
) -> bytes:
    """The body in memory: it is in clear, and no disk may hold that.

    at_most: its bytes. seconds: until it is here. Raises Refused with the sentence `too_large`, or
    when it is late.
    """
    require_size(request, at_most, too_large)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds or BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > at_most:
                    raise Refused(too_large)
    except TimeoutError as error:
        raise Refused(TOO_SLOW) from error
    return bytes(body)


async def asked_by(
    request: Request, form: type[Form], at_most: int, unreadable: str, too_large: str = ""
) -> tuple[User, Form]:
    """Who asks, and what the JSON of the body says. Raises as `user_of`, and Refused.

    at_most: bytes. unreadable: the sentence for what does not fit the form; too_large: for a body
    that is larger, where that is another one.
    """
    await user_of(request)
    body = await body_of(request, at_most, too_large or unreadable)
    try:
        asked = form.model_validate_json(body)
    except ValidationError as error:
        raise Refused(unreadable) from error
    return await user_of(request), asked  # as of now: a body may come long after its head


async def words_of(request: Request, at_most: int, fields: int, too_large: str) -> dict[str, str]:
    """The words of a form, by its fields. Raises Refused with the sentence `too_large`.

    at_most: bytes. fields: how many there may be.
    """
    require_size(request, at_most, too_large)
    async with request.form(max_files=0, max_fields=fields) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def number_in(text: str, digits: int) -> int | None:
    """The number that stands in a part of a request; None for anything else, or more digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def sent_to(address: str) -> RedirectResponse:
    """Lets the browser that has sent a form read this page of ours instead."""
    return RedirectResponse(address, 303, headers=NO_STORE)


def require_size(request: Request, at_most: int, too_large: str) -> None:
    """Raises Refused with the sentence `too_large` for a body that announces more bytes."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced[:20]) > at_most:
        raise Refused(too_large)


def to_sign_in(request: Request, path: str) -> Response:
    """Sends a browser to sign in and on to this page of ours. Raises NotSignedIn to a script."""
    if not reads_pages(request.scope):
        raise NotSignedIn
    return sent_to(with_next(SIGN_IN, path))


def answering(endpoint: Endpoint) -> Endpoint:
    """Turn the errors of an endpoint into answers: a sentence and a status, never a trace.

    where: the page on which the user can prove again who they are.
    """

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except StepUpNeeded as error:
            return refusal(request, str(error), STATUS[StepUpNeeded], where=error.where)
        except AssistantError as error:
            return refusal(request, str(error), STATUS.get(type(error), 400), _later(error))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except HTTPException as error:  # Starlette could not read the form
            return refusal(request, error.detail, error.status_code)
        except Exception:
            log.exception("request_failed", path=request.url.path)
            return refusal(request, UNEXPECTED, 500)

    return answer


def _later(error: AssistantError) -> dict[str, str]:
    """When to ask again (RFC 9110, 10.2.3), where that is known."""
    seconds = 1 if isinstance(error, DatabaseAway) else 0
    if isinstance(error, Busy):
        seconds = error.seconds
    return {"retry-after": str(seconds)} if seconds else {}


def refusal(
    request: Request,
    sentence: str,
    status: int,
    headers: dict[str, str] | None = None,
    **more: str,
) -> Response:
    """The sentence: on a page where a browser shows it, else as JSON for the script that asked."""
    headers = NO_STORE | (headers or {})
    if reads_pages(request.scope):
        return sentence_page(request, sentence, status, headers)
    return JSONResponse({"error": sentence, **more}, status, headers=headers)
