"""The cookies of a session: the one place where they are set, read and removed.

Behind https their names begin with __Host- (RFC 6265bis): no other host and no plain http can set
them. On this machine alone, plain http gets them without.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.responses import Response

from assistant.config import settings
from assistant.services.attempts import LASTS
from assistant.services.renewal import ABSOLUTE, Tokens
from assistant.services.tokens import ACCESS_SECONDS

KEPT_SECONDS = int(ABSOLUTE.total_seconds())


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of ours. seconds: how long browsers keep it. open: scripts of the page read it."""

    plain_name: str
    seconds: int
    open: bool = False

    @property
    def name(self) -> str:
        """As browsers know it."""
        prefix = "__Host-" if settings().cookies_are_secure and not self.open else ""
        return prefix + self.plain_name

    def of(self, connection: HTTPConnection) -> str:
        """What the browser sent, "" for nothing."""
        return connection.cookies.get(self.name, "")

    def put(self, answer: Response, value: str) -> None:
        """Let the browser keep it."""
        answer.set_cookie(self.name, value, max_age=self.seconds, **self._flags())

    def drop(self, answer: Response) -> None:
        """Let the browser forget it."""
        answer.delete_cookie(self.name, **self._flags())

    def _flags(self) -> dict[str, Any]:
        secure = settings().cookies_are_secure
        return {"path": "/", "httponly": not self.open, "samesite": "lax", "secure": secure}


SESSION = Cookie("session", ACCESS_SECONDS)
REFRESH = Cookie("refresh", KEPT_SECONDS)
ATTEMPT = Cookie("attempt", int(LASTS.total_seconds()))
# Tells the page whose it is: drafts in the browser are kept apart by it. It opens nothing, and
# outlives the session, so that what was typed is still kept when that runs out.
USER = Cookie("user", KEPT_SECONDS, open=True)
# Tells the page that was just loaded for how many seconds its tokens are still good.
LEFT = Cookie("left", ACCESS_SECONDS, open=True)


def keep_session(answer: Response, tokens: Tokens) -> None:
    """Give the browser what it needs to be known."""
    SESSION.put(answer, tokens.access)
    REFRESH.put(answer, tokens.refresh)
    USER.put(answer, str(tokens.user_id))
    LEFT.put(answer, str(ACCESS_SECONDS))


def drop_session(answer: Response) -> None:
    """Leave nothing of the session in the browser."""
    for cookie in (SESSION, REFRESH, USER, LEFT):
        cookie.drop(answer)


def mark_of(request: HTTPConnection) -> UUID | None:
    """The random mark of a browser that has begun to sign in."""
    try:
        return UUID(ATTEMPT.of(request))
    except ValueError:
        return None
