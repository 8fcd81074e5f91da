"""The layer around all routes: who may speak from where, and in whose name the socket speaks.

- A request that changes something, and the socket, must come from an origin of ours (CSRF).
- The socket's cookie is checked here and goes no further: Reflex keeps headers with its state, so
  it gets the ids of user and session instead, under a name that it never echoes to the browser.
- A client token is bound to the session by HMAC, so that knowing a token opens nobody's state.
- A page that needs a user sends a visitor without one to the sign-in page. An access token that
  has expired is renewed in passing.
- An account that will be erased has one page, until it is kept.
- Where the operator's page is, there is nothing for anybody else.
- A page answers at its address, without a slash at the end and without a redirect to one.
- Whatever name a client calls us by, addresses are made of our own.
"""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from contextlib import suppress
from posixpath import normpath
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.answers import NO_STORE, STATUS, address_of, session_of
from assistant.api.cookies import LEFT, REFRESH, SESSION, keep_session
from assistant.api.sentence_page import reads_pages, sentence_page
from assistant.config import settings
from assistant.errors import DatabaseAway, NotSignedIn
from assistant.services.addresses import (
    ADMIN,
    CLOSED,
    LEAVING,
    SIGN_IN,
    VERIFY,
    own_path,
    with_next,
)
from assistant.services.erasure import erased_at
from assistant.services.oauth import configured
from assistant.services.operators import is_operator
from assistant.services.renewal import Tokens, refresh
from assistant.services.sessions import USER_HEADER, User, forget, vouched, who_is
from assistant.services.tokens import seconds_left
from assistant.vault import derived_key

SOCKET = "/_event"
OPEN_PATHS = ("/api/", "/auth/", "/assets/")
NO_PAGES = (*OPEN_PATHS, "/_", "/ping")  # Reflex's own routes, too
NAMING = USER_HEADER.encode()
WITHHELD = (b"cookie", b"authorization", NAMING)
SAFE = ("GET", "HEAD", "OPTIONS")
NOWHERE = "/404/"  # where no page is
SIGNED = ("/api/stripe/webhook",)  # what comes there from no page bears a signature of its own
FOREIGN = ("This request came from another site.", 403)


class Guard:
    """ASGI middleware. origins: those whose pages may change something or open the socket.

    The first one is that by which everybody knows us.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = [urlsplit(origin).netloc.lower() for origin in origins]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, refuse it, or send it to the sign-in page."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._origin_is_ours(scope):
            await _refuse(scope, receive, send, *FOREIGN)
        else:
            try:
                await self._pass(self._under_our_name(scope), receive, send)
            except DatabaseAway as error:
                await _refuse(scope, receive, send, str(error), STATUS[DatabaseAway])

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(SOCKET):
            await self._app(_bound(scope, await _holder(scope)), receive, send)
        elif _is_page(scope):
            await self._show(scope, receive, send)
        else:
            await self._app(_in_its_folder(_unless_operators(scope)), receive, send)

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        user, renewed = await _visitor(scope)
        if user is not None:
            send = _private(scope, renewed, send)
        if elsewhere := _elsewhere(scope, user) or await _leaving(scope, user):
            await RedirectResponse(elsewhere, 303, NO_STORE)(scope, receive, send)
        else:
            if not (user and _is_operators(scope) and await is_operator(user.id)):
                scope = _unless_operators(scope)
            await self._app(_in_its_folder(scope), receive, send)

    def _under_our_name(self, scope: Scope) -> Scope:
        """The scope with a Host of ours, of which what lies inside makes the targets of redirects.

        Nobody is refused for another one: a proxy may well call us by a name of its own.
        """
        named = [each.lower() for each in Headers(scope=scope).getlist("host")]
        if scope["type"] != "http" or (len(named) == 1 and named[0] in self._hosts):
            return scope
        others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
        return {**scope, "headers": [(b"host", self._hosts[0].encode()), *others]}

    def _origin_is_ours(self, scope: Scope) -> bool:
        harmless = scope["type"] == "http" and scope["method"] in SAFE
        if harmless and not scope["path"].startswith(SOCKET):
            return True
        origin = Headers(scope=scope).get("origin")
        if origin is None and scope["type"] == "http" and scope["path"] in SIGNED:
            return True
        return origin in self._origins


async def _holder(scope: Scope) -> User | None:
    """In whose name the socket speaks.

    Nobody's while the code of a second factor is missing, or when the account will be erased.
    """
    try:
        user = await session_of(HTTPConnection(scope))
    except NotSignedIn:
        return None
    return user if user.verified and not user.leaving else None


def _is_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(OPEN_PATHS):
        return False
    return reads_pages(scope)


def _is_operators(scope: Scope) -> bool:
    """Whether the operator's page is asked for, or the file that it is, however it is written.

    What serves the files takes //admin and /x/../admin for the same.
    """
    path = normpath(f"/{scope['path'].lstrip('/')}")
    return scope["type"] == "http" and f"{path}/".startswith(f"{ADMIN}/")


def _unless_operators(scope: Scope) -> Scope:
    """The scope; for the operator's page that of one which does not exist."""
    return {**scope, "path": NOWHERE} if _is_operators(scope) else scope


async def _visitor(scope: Scope) -> tuple[User | None, Tokens | None]:
    """Who asks for a page, and the new tokens if theirs had to be renewed."""
    connection = HTTPConnection(scope)
    with suppress(NotSignedIn):
        return await who_is(SESSION.of(connection)), None
    with suppress(NotSignedIn):
        renewed = await refresh(REFRESH.of(connection))
        return await who_is(renewed.access), renewed
    return None, None


def _private(scope: Scope, renewed: Tokens | None, send: Send) -> Send:
    """Sends a user's page, with the cookies of new tokens, and so that no browser keeps it.

    It learns for how long the tokens that it came with are still good.

    Back, after signing out, then asks here again, and does not show the page as it was.
    """
    given = Response(headers=NO_STORE)
    if renewed is not None:
        keep_session(given, renewed)
    else:
        LEFT.put(given, str(seconds_left(SESSION.of(HTTPConnection(scope)))))
    added = [each for each in given.raw_headers if each[0] != b"content-length"]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [each for each in message["headers"] if each[0] != b"cache-control"]
            message = {**message, "headers": [*own, *added]}
        await send(message)

    return sending


def _elsewhere(scope: Scope, user: User | None) -> str:
    """Where the visitor of a page belongs instead, "" if they are right here."""
    path, query = scope["path"].rstrip("/"), scope["query_string"].decode("latin-1")
    if path == SIGN_IN:
        return _from_sign_in(parse_qs(query, keep_blank_values=True), user)
    if path == CLOSED:
        return SIGN_IN if _is_open() else ""
    if user and (user.verified or path == VERIFY):
        return ""
    whole = own_path(f"{path or '/'}?{query}" if query else path or "/")
    here = own_path(path or "/") if whole == "/" else whole  # without a query that is none of ours
    return with_next(VERIFY if user else SIGN_IN, here)


async def _leaving(scope: Scope, user: User | None) -> str:
    """The pages of who has deleted their account lead to the one that keeps it."""
    path = scope["path"].rstrip("/")
    if user is None or path in (SIGN_IN, VERIFY, CLOSED):
        return ""
    try:
        leaves = await erased_at(user.id) is not None
    except NotSignedIn:  # erased, and this process remembers the session a little longer
        forget({"user": str(user.id), "session": str(user.session_id)})
        return SIGN_IN
    if path == LEAVING:
        return "" if leaves else "/"
    return LEAVING if leaves else ""


def _from_sign_in(query: dict[str, list[str]], user: User | None) -> str:
    """Who is signed in has no business there, unless to try again."""
    if user is not None and not query.keys() & {"error", "again"}:
        return own_path(query.get("next", ["/"])[0])
    return "" if _is_open() else CLOSED


def _is_open() -> bool:
    """Whether there is a way to sign in."""
    return settings().local_sign_in or bool(configured())


def _in_its_folder(scope: Scope) -> Scope:
    """The scope of a page as its file is found: each page is a folder of the build with an index.

    What serves the files would send browsers from the folder's name to the one with a slash.
    """
    path: str = scope["path"]
    is_file = "." in path.rpartition("/")[2].strip(".")  # "." and ".." are folders
    if scope["type"] != "http" or is_file or path.endswith("/") or path.startswith(NO_PAGES):
        return scope
    return {**scope, "path": f"{path}/"}


def _bound(scope: Scope, user: User | None) -> Scope:
    """The socket's scope as Reflex may see it: nobody's cookie, a token of this session, and where
    its page is.
    """
    headers = [(k, v) for k, v in scope["headers"] if _plain(k) not in WITHHELD]
    if user is not None:
        headers.append((NAMING, vouched(user).encode()))
    query = parse_qs(scope["query_string"].decode("latin-1"))
    query["token"] = [_bound_token(user, query.get("token", [""])[0])]
    asked, client = urlencode(query, doseq=True).encode(), (address_of(HTTPConnection(scope)), 0)
    return {**scope, "headers": headers, "query_string": asked, "client": client}


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
        answer: Response = PlainTextResponse(sentence, status)
        if reads_pages(scope):
            answer = sentence_page(Request(scope), sentence, status, NO_STORE)
        await answer(scope, receive, send)
