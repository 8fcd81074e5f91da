"""What every page's state knows: who is signed in, and how it is said what became of a change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import reflex as rx
import structlog

from assistant.errors import UNEXPECTED, AssistantError
from assistant.services.sessions import USER_HEADER, User, recognised

SAVED = "Saved."
KEPT = "What was saved before still holds."

log = structlog.get_logger()


class BaseState(rx.State):
    """The root of our states.

    problem: one sentence about what has just failed. timezone: the browser's, an IANA name.
    signed_out: an event was refused because nobody is signed in (`commands.py` tells the page).
    """

    problem: str = ""
    timezone: str = "UTC"
    signed_out: bool = False

    def _user_id(self) -> UUID:
        """The signed-in user. Raises NotSignedIn."""
        return self._user().id

    def _user(self) -> User:
        """The signed-in user with this browser's session. Raises NotSignedIn."""
        return recognised(self.router.headers.raw_headers.get(USER_HEADER))

    def _put(self, **values: object) -> None:
        """Set what differs: Reflex sends the page whatever is set, be it the same or not."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def sentence(error: Exception) -> str:
    """What the user reads of an error; what we did not expect is logged whole."""
    if isinstance(error, AssistantError):
        return str(error)
    log.error("event_failed", exc_info=error)
    return UNEXPECTED


@asynccontextmanager
async def saying_what_fails(state: BaseState) -> AsyncIterator[None]:
    """Show a failure of the block as one sentence on the page."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  (the one place where the page's errors end)
        async with state:
            state.problem = sentence(error)
