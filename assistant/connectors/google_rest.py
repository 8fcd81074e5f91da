"""Requests to Google's REST API in the name of a user who has granted it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.network import Reach, client, plainly
from assistant.errors import Gone, ToolError

GOOGLE = "https://www.googleapis.com/calendar/v3"
SECONDS = 10.0
MOST_BYTES = 10 * MEGABYTE
UNCHANGED = "Nothing was changed."
UNKNOWN = "Whether anything was changed is not known; look before you try it again."
GONE = f"There is no such event or calendar at Google any more. {UNCHANGED}"
OFTEN = f"Google Calendar has been asked too often; try again in some minutes. {UNCHANGED}"
RATES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
REFUSALS = {
    400: f"Google Calendar does not take this. {UNCHANGED}",
    401: "Google does not accept this connection any more. Nothing was changed. The user can "
    "connect again in Settings, Connections.",
    403: f"Google Calendar does not allow this. {UNCHANGED}",
    404: GONE,
    410: GONE,
    412: f"The event was changed elsewhere meanwhile. {UNCHANGED} Look it up again.",
    429: OFTEN,
}
Token = Callable[[], Awaitable[str]]


class Rest:
    """One user's access. token: gives an access token that is in force."""

    def __init__(
        self, token: Token, reach: Reach, base_url: str = GOOGLE, seconds: float = SECONDS
    ) -> None:
        self._token = token
        self._reach = reach
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds

    async def json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        version: str = "",
    ) -> dict[str, Any]:
        """The JSON object that a request is answered with; see `done`."""
        return object_in(await self.done(method, path, query, body, version=version), method)

    async def done(  # noqa: PLR0913  (what a request has)
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        *,
        version: str = "",
        fine: tuple[int, ...] = (),
    ) -> httpx2.Response:
        """The answer to a request that succeeds, or whose status is `fine`.

        version: what is changed must still have this etag. Raises ToolError for all else.
        """
        fields = {"Authorization": f"Bearer {await self._token()}"}
        if version:
            fields["If-Match"] = version
        if body is not None:
            fields["Content-Type"] = "application/json"
        with plainly("Google Calendar", _then(method)):
            async with client(self._reach, seconds=self._seconds, most_bytes=MOST_BYTES) as http:
                said = await http.request(
                    method,
                    self._base_url + path,
                    params=query,
                    content=b"" if body is None else json.dumps(body).encode(),
                    headers=fields,
                )
        if not said.is_success and said.status_code not in fine:
            raise (Gone if said.status_code in (404, 410) else ToolError)(_refusal(said))
        return said


def object_in(said: httpx2.Response, method: str) -> dict[str, Any]:
    """The JSON object in an answer. Raises ToolError when there is none."""
    try:
        value = said.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ToolError(f"Google Calendar sent what cannot be read. {_then(method)}")
    return value


def _then(method: str) -> str:
    return UNCHANGED if method == "GET" else UNKNOWN


def _refusal(said: httpx2.Response) -> str:
    if said.status_code == 403 and _reasons(said) & RATES:
        return OFTEN
    return REFUSALS.get(said.status_code, f"Google Calendar cannot answer now. {UNCHANGED}")


def _reasons(said: httpx2.Response) -> set[str]:
    """Why Google refuses, in its own words; it says the same of limits and of rights otherwise."""
    try:
        return {str(each["reason"]) for each in said.json()["error"]["errors"]}
    except (ValueError, KeyError, TypeError):
        return set()
