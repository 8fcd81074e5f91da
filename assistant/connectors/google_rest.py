"""Requests to Google's REST API in the name of a user who has granted it."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.google_grant import Token, authorised, reasons
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
    403: f"Google Calendar does not allow this. {UNCHANGED}",
    404: GONE,
    410: GONE,
    412: f"The event was changed elsewhere meanwhile. {UNCHANGED} Look it up again.",
    429: OFTEN,
}


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

        version: what is changed must still have this etag. Raises AccessRefused when the grant is
        gone, ToolError for all else.
        """
        fields = {"If-Match": version} if version else {}
        if body is not None:
            fields["Content-Type"] = "application/json"

        async def send(token: str) -> httpx2.Response:
            with plainly("Google Calendar", _then(method)):
                async with client(
                    self._reach, seconds=self._seconds, most_bytes=MOST_BYTES
                ) as http:
                    return await http.request(
                        method,
                        self._base_url + path,
                        params=query,
                        content=b"" if body is None else json.dumps(body).encode(),
                        headers={**fields, "Authorization": f"Bearer {token}"},
                    )

        said = await authorised(self._token, send)
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
    if said.status_code == 403 and reasons(said) & RATES:
        return OFTEN
    return REFUSALS.get(said.status_code, f"Google Calendar cannot answer now. {UNCHANGED}")
