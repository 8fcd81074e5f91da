"""The layer around all routes: who may speak from where, and in whose name the socket speaks.

- A request that changes something, and the socket, must come from an origin of ours (CSRF).
- The socket's cookie is checked here and goes no further: Reflex keeps headers with its state, so
  it gets the ids of user and session instead, under a name that it never echoes to the browser.
- A client token is bound to the session by HMAC, so that knowing a token opens nobody's state.
- A page that needs a user sends a visitor without one to the sign-in page.
- A page answers at its address, without a slash at the end and without a redirect to one.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.answers import COOKIE
from assistant.config import settings
from assistant.errors import DatabaseAway, NotSignedIn
from assistant.services.accounts import User, vouched, who_is
from assistant.vault import derived_key

SOCKET = "/_event"
SIGN_IN = "/sign-in"
CLOSED = "/closed"  # where signing in by a name does not exist
OPEN_PATHS = ("/api/", "/auth/", "/assets/")
NO_PAGES = (*OPEN_PATHS, "/_", "/ping")  # Reflex's own routes, too
USER_HEADER = b"x-auth-request-access-token"
WITHHELD = (b"cookie", b"authorization", USER_HEADER)
SAFE = ("GET", "HEAD", "OPTIONS")
FOREIGN = ("This request came from another site.", 403)


class Guard:
    """ASGI middleware. origins: those whose pages may change something or open the socket."""

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, refuse it, or send it to the sign-in page."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._origin_is_ours(scope):
            await _refuse(scope, receive, send, *FOREIGN)
        else:
            try:
                await self._pass(scope, receive, send)
            except DatabaseAway as error:
                await _refuse(scope, receive, send, str(error), 503)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(SOCKET):
            await self._app(_bound(scope, await _user(scope)), receive, send)
        elif elsewhere := await _elsewhere(scope):
            await RedirectResponse(elsewhere, 303)(scope, receive, send)
        else:
            await self._app(_in_its_folder(scope), receive, send)

    def _origin_is_ours(self, scope: Scope) -> bool:
        harmless = scope["type"] == "http" and scope["method"] in SAFE
        if harmless and not scope["path"].startswith(SOCKET):
            return True
        return Headers(scope=scope).get("origin") in self._origins


async def _user(scope: Scope) -> User | None:
    try:
        return await who_is(HTTPConnection(scope).cookies.get(COOKIE))
    except NotSignedIn:
        return None


async def _elsewhere(scope: Scope) -> str:
    """Where a visitor of a page belongs instead: strangers to sign in, others to the chat."""
    path = scope["path"].rstrip("/")
    wants_html = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["type"] != "http" or scope["method"] != "GET" or not wants_html:
        return ""
    if path == SIGN_IN:
        return "/" if await _user(scope) else "" if settings().local_sign_in else CLOSED
    if path == CLOSED or path.startswith(OPEN_PATHS) or await _user(scope):
        return ""
    return SIGN_IN


def _in_its_folder(scope: Scope) -> Scope:
    """The scope of a page as its file is found: each page is a folder of the build with an index.

    What serves the files would send browsers from the folder's name to the one with a slash.
    """
    path: str = scope["path"]
    is_file = "." in path.rpartition("/")[2]
    if scope["type"] != "http" or is_file or path.endswith("/") or path.startswith(NO_PAGES):
        return scope
    return {**scope, "path": f"{path}/"}


def _bound(scope: Scope, user: User | None) -> Scope:
    """The socket's scope as Reflex may see it: nobody's cookie, and a token of this session."""
    headers = [(k, v) for k, v in scope["headers"] if _plain(k) not in WITHHELD]
    if user is not None:
        headers.append((USER_HEADER, vouched(user).encode()))
    query = parse_qs(scope["query_string"].decode("latin-1"))
    query["token"] = [_bound_token(user, query.get("token", [""])[0])]
    return {**scope, "headers": headers, "query_string": urlencode(query, doseq=True).encode()}


def _plain(name: bytes) -> bytes:
    """A header's name; servers that make variables of names take "_" and "-" for the same."""
    return name.lower().replace(b"_", b"-")


def _bound_token(user: User | None, token: str) -> str:
    session = user.session_id if user else "nobody"
    bound = f"{session} {token}".encode()
    digest = hmac.new(derived_key("socket token"), bound, hashlib.sha256).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


async def _refuse(scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4000 + status})
    else:
        await PlainTextResponse(sentence, status)(scope, receive, send)
