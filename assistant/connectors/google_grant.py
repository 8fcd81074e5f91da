"""What connectors need of a grant at Google, how they use it, and what is said when it is gone."""

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import httpx2

from assistant.errors import AccessRefused

Use = Literal["calendar", "mail"]
SCOPE = "https://www.googleapis.com/auth/"
# The least that does it: without the first one, nobody could say in which calendars events are.
SCOPES: dict[Use, frozenset[str]] = {
    "calendar": frozenset({f"{SCOPE}calendar.calendarlist.readonly", f"{SCOPE}calendar.events"}),
    "mail": frozenset({f"{SCOPE}gmail.modify"}),
}
TAKEN_BACK = (
    "Google has taken this access back. Connect it again. The user can do so in Settings, "
    "Connections."
)
TOO_LITTLE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})


class Token(Protocol):
    """Gives an access token in force."""

    async def __call__(self, refused: str = "") -> str:
        """refused: the one that Google has just not accepted. Raises ToolError."""


async def authorised(
    token: Token, send: Callable[[str], Awaitable[httpx2.Response]]
) -> httpx2.Response:
    """The answer to a request; it is sent anew when only its token was too old.

    Raises AccessRefused when the grant is gone, and what `send` and `token` raise.
    """
    first = await token()
    said = await send(first)
    if said.status_code == 401 and (second := await token(first)) != first:
        said = await send(second)
    if said.status_code == 401 or (said.status_code == 403 and reasons(said) & TOO_LITTLE):
        raise AccessRefused(TAKEN_BACK)
    return said


def reasons(said: httpx2.Response) -> set[str]:
    """Why Google refuses, in its own words; it says the same of limits and of rights otherwise."""
    try:
        error = said.json()["error"]
        named = [*error.get("errors", ()), *error.get("details", ())]
        return {str(each.get("reason")) for each in named}
    except (ValueError, LookupError, TypeError, AttributeError):
        return set()
