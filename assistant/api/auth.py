"""Signing in and out, what else one goes to a provider for, and what keeps a session going.

Plain requests of the browser, not events of the page: only so can a cookie be set that no script
reads.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from html import escape
from uuid import UUID, uuid4

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import (
    NO_STORE,
    STATUS,
    answering,
    count_address,
    refusal,
    sent_to,
    session_of,
    to_sign_in,
    visitor_of,
)
from assistant.api.cookies import ATTEMPT, REFRESH, drop_session, keep_session, mark_of
from assistant.config import settings
from assistant.errors import (
    DatabaseAway,
    GrantFailed,
    NotFound,
    NotSignedIn,
    Refused,
    SessionRanOut,
    SignInFailed,
    StepUpNeeded,
)
from assistant.services import attempts, google_access, identities
from assistant.services.accounts import arrive, sign_in_by_name
from assistant.services.addresses import SETTINGS, SIGN_IN, own_path, with_next
from assistant.services.attempts import Attempt
from assistant.services.oauth import configured
from assistant.services.renewal import Tokens, refresh
from assistant.services.sessions import User, require_fresh, revoke, staying
from assistant.services.tokens import ACCESS_SECONDS

FORM_FIELDS = 4
LEAVE = """<!doctype html>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<meta http-equiv="refresh" content="0; url={address}">
"""
log = structlog.get_logger()
OF_A_PROXY = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@answering
async def ways(request: Request) -> Response:
    """How one can sign in here: {"local": bool, "providers": [{"id", "label"}]}."""
    providers = [{"id": each.id, "label": each.label} for each in configured()]
    offered = {"local": _may_be_local(request), "providers": providers}
    return JSONResponse(offered, headers=NO_STORE)


def _may_be_local(request: Request) -> bool:
    """Whether the browser may be on this machine: what a proxy passes on can come from anywhere."""
    return settings().local_sign_in and not any(name in request.headers for name in OF_A_PROXY)


@answering
async def local_sign_in(request: Request) -> Response:
    """Sign in by a name; exists on loopback only (`accounts.sign_in_by_name`)."""
    if not _may_be_local(request):
        raise NotFound("page")
    await count_address(request, "sign_ins")
    async with request.form(max_files=0, max_fields=FORM_FIELDS) as form:
        name, path = (str(form.get(field, "")) for field in ("name", "next"))
    try:
        tokens = await sign_in_by_name(name, request.headers.get("user-agent", ""))
    except Refused:
        return _failed("name", path)
    except SignInFailed as error:
        return _failed(error.why, path)
    return await _signed_in(request, tokens, own_path(path))


async def _signed_in(request: Request, tokens: Tokens, path: str) -> Response:
    """To the page, with a session that is new; the browser's old one is over."""
    with suppress(NotSignedIn, NotFound):
        before = await session_of(request)
        await revoke(before, before.session_id)
    answer = sent_to(path)
    keep_session(answer, tokens)
    return answer


@answering
async def login(request: Request) -> Response:
    """Send the browser to a provider. next: the page to come back to; again: sign in anew."""
    await count_address(request, "sign_ins")
    asked = request.query_params
    mark = mark_of(request) or uuid4()
    try:
        address = await attempts.begin(
            request.path_params["provider"],
            mark,
            asked.get("next", ""),
            again="again" in asked,
        )
    except SignInFailed as error:
        return _failed(error.why, asked.get("next", ""))
    answer = sent_to(address)
    ATTEMPT.put(answer, str(mark))
    return answer


@answering
async def link(request: Request) -> Response:
    """Send the signed-in user to a provider, to sign in by it, too, from now on."""

    async def begin(user: User, mark: UUID) -> str:
        await require_fresh(user)
        provider = request.path_params["provider"]
        return await attempts.begin(provider, mark, SETTINGS, linking=user)

    try:
        return await _sent_away(request, begin)
    except SignInFailed as error:
        return _failed(error.why, SETTINGS)


@answering
async def connect(request: Request) -> Response:
    """Send the signed-in user to a provider, to let us into an account of theirs there."""
    async with request.form(max_files=0, max_fields=FORM_FIELDS) as form:
        uses = str(form.get("uses", ""))

    async def begin(user: User, mark: UUID) -> str:
        return await google_access.begin(request.path_params["provider"], user, mark, uses)

    try:
        return await _sent_away(request, begin)
    except SignInFailed as error:
        return _not_connected(error.why)


async def _sent_away(request: Request, begin: Callable[[User, UUID], Awaitable[str]]) -> Response:
    """To where an attempt of the signed-in user begins, or to where they prove who they are."""
    mark = mark_of(request) or uuid4()
    try:
        address = await begin(await _present(request), mark)
    except NotSignedIn:
        return to_sign_in(request, SETTINGS)
    except StepUpNeeded as error:
        return sent_to(with_next(error.where, SETTINGS))
    # A redirect would count as the form's own target, which the page's policy forbids.
    answer = HTMLResponse(LEAVE.format(address=escape(address)), headers=NO_STORE)
    ATTEMPT.put(answer, str(mark))
    return answer


async def _present(request: Request) -> User:
    """Who asks for more, or comes back from that. Raises NotSignedIn, StepUpNeeded and Leaving."""
    return staying(await visitor_of(request))


@answering
async def callback(request: Request) -> Response:
    """Take what the provider says: sign in who came, or do what the user has asked for."""
    try:
        answer = _once_each(request)
        provider = request.path_params["provider"]
        attempt = await attempts.claim(provider, mark_of(request), answer.get("state", ""))
        if attempt.by is not None:
            return await _asked_for(request, attempt, answer)
        person, _ = await attempts.finish(attempt, answer)
        tokens = await arrive(person, request.headers.get("user-agent", ""))
    except GrantFailed as error:
        return _not_connected(error.why)
    except SignInFailed as error:
        return _failed(error.why, "")
    except StepUpNeeded as error:
        return sent_to(with_next(error.where, SETTINGS))
    return await _signed_in(request, tokens, attempt.path)


def _once_each(request: Request) -> dict[str, str]:
    """The query; what is said twice (RFC 6749, 3.1) could be understood in two ways."""
    said = request.query_params.multi_items()
    if len(said) != len(dict(said)):
        raise SignInFailed
    return dict(said)


async def _asked_for(request: Request, attempt: Attempt, answer: dict[str, str]) -> Response:
    """Do what a signed-in user went to the provider for; nobody else may come back from that."""
    try:
        user = await _present(request)
    except NotSignedIn as error:
        raise attempt.failed("refused") from error
    if user != attempt.by:
        raise attempt.failed("refused")
    if attempt.uses:
        await google_access.finish(user.id, attempt, answer)
        return sent_to(f"{attempt.path}?google=connected")
    person, _ = await attempts.finish(attempt, answer)
    await identities.link(user, person)
    return sent_to(attempt.path)


@answering
async def renew(request: Request) -> Response:
    """New tokens for the page; it learns for how many seconds they are good.

    ran_out: the session's time is over and nobody has signed out, so what the page shows may stay.
    """
    try:
        tokens = await refresh(REFRESH.of(request))
    except SessionRanOut as error:
        return refusal(request, str(error), STATUS[SessionRanOut], ran_out="yes")
    answer = JSONResponse({"seconds": ACCESS_SECONDS}, headers=NO_STORE)
    keep_session(answer, tokens)
    return answer


@answering
async def leave(request: Request) -> Response:
    """Sign out, also when there is no session any more.

    What the page keeps of the user in the browser it removes itself (`drafts.js`): what others
    keep there stays theirs.
    """
    answer = sent_to(SIGN_IN)
    drop_session(answer)
    try:
        with suppress(NotSignedIn, NotFound):
            user = await session_of(request)
            await revoke(user, user.session_id)
    except DatabaseAway:  # it goes on until it expires, but this browser has lost it
        log.warning("session_not_ended", reason="the database is away")
    return answer


def _failed(why: str, path: str) -> Response:
    """To the one page that says what happened and offers to try again."""
    return sent_to(with_next(f"{SIGN_IN}?error={why}", path))


def _not_connected(why: str) -> Response:
    """To the settings, which know a sentence for this."""
    return sent_to(f"{SETTINGS}?google={why}")


routes = [
    Route("/auth/ways", ways),
    Route("/auth/login/local", local_sign_in, methods=["POST"]),
    Route("/auth/login/{provider}", login),
    Route("/auth/callback/{provider}", callback),
    Route("/auth/link/{provider}", link, methods=["POST"]),
    Route("/auth/connect/{provider}", connect, methods=["POST"]),
    Route("/auth/refresh", renew, methods=["POST"]),
    Route("/auth/logout", leave, methods=["POST"]),
]
