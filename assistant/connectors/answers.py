"""Answers of a vendor over HTTP and JSON: in the right shape, or one sentence of what is wrong."""

from collections.abc import Mapping
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.network import Reach, client, plainly
from assistant.errors import ToolError

SECONDS = 10
MOST_BYTES = 2 * MEGABYTE
NO_KEY = "does not accept the key that it was given; whoever runs this assistant can set another"
REFUSALS = {
    401: NO_KEY,
    403: NO_KEY,
    402: "has nothing left in its plan; whoever runs this assistant can change that",
    429: "takes no more for now; try again in a minute",
}

Shape = TypeVar("Shape", bound=BaseModel)


async def answer(
    who: str,
    shape: type[Shape],
    request: httpx2.Request,
    *,
    refusals: Mapping[int, str] | None = None,
) -> Shape:
    """What a vendor answers. who: its name, as the sentence begins with it.

    The request goes to a host that the operator has named, wherever that stands, and to no other:
    redirects are not followed, since they would take the key along.
    refusals: what a status means here. Raises ToolError.
    """
    reach = Reach(frozenset({request.url.host}))
    with plainly(who):
        async with client(reach, seconds=SECONDS, most_bytes=MOST_BYTES) as http:
            response = await http.send(request)
    if response.status_code != httpx2.codes.OK:
        raise ToolError(f"{who} {_refusal(response.status_code, refusals or {})}.")
    try:
        return shape.model_validate_json(response.content)
    except ValidationError as error:
        raise ToolError(f"{who} gave an answer that cannot be read.") from error


def _refusal(status: int, refusals: Mapping[int, str]) -> str:
    known = {**REFUSALS, **refusals}
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR and status not in known:
        return f"is out of order now ({status})"
    return known.get(status, f"did not take the question ({status})")
