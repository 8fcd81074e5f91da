"""Signing in and out: plain forms, so that the cookie is set by the server and httpOnly.

A second cookie tells the page whose it is: drafts in the browser are kept apart by it. It opens
nothing, and outlives the session, so that what was typed is still kept when that runs out.
"""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from assistant.api.answers import COOKIE, answering, user_of
from assistant.config import settings
from assistant.errors import NotSignedIn, Refused
from assistant.services.accounts import SESSION_HOURS, sign_in_by_name, sign_out, who_is

FORM_FIELDS = 4
MARK = "user"
MARK_SECONDS = 30 * 24 * 3600


@answering
async def local_sign_in(request: Request) -> Response:
    """Sign in by a name; exists on loopback only (`accounts.sign_in_by_name`)."""
    async with request.form(max_files=0, max_fields=FORM_FIELDS) as form:
        name = str(form.get("name", ""))
    try:
        token = await sign_in_by_name(name)
    except Refused:
        return _to("/sign-in?error=name")
    return await _signed_in(token)


async def _signed_in(token: str) -> Response:
    """To the chat, with the session's cookie and the user's mark."""
    user = await who_is(token)
    answer = _to("/")
    for name, value, seconds in (
        (COOKIE, token, SESSION_HOURS * 3600),
        (MARK, str(user.id), MARK_SECONDS),
    ):
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=name == COOKIE,
            samesite="lax",
            secure=settings().url.startswith("https:"),
        )
    return answer


@answering
async def leave(request: Request) -> Response:
    """Sign out, also when there is no session any more."""
    answer = _to("/sign-in")
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(MARK)
    answer.headers["clear-site-data"] = '"storage"'  # drafts are the old user's
    with suppress(NotSignedIn):
        await sign_out(await user_of(request))
    return answer


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, headers={"cache-control": "no-store"})


routes = [
    Route("/auth/login/local", local_sign_in, methods=["POST"]),
    Route("/auth/logout", leave, methods=["POST"]),
]
