"""GET /api/approvals: the calls that wait for the user. POST /api/approvals/{id} decides one.

A call that can be taken back for some seconds after it was allowed is taken back by a "deny".
"""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    JsonValue,
    StringConstraints,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.agent.arguments import MALFORMED, accepted
from assistant.api.answers import NO_STORE, answering, asked_by, user_of
from assistant.services import decisions
from assistant.services.approvals import REASON_CHARACTERS, Scope, Yes
from assistant.services.inputs import identifier

BODY_BYTES = 2_000_000  # the longest text that a tool takes, each character an escape
NO_DECISION = "This is no decision that can be read. Nothing was changed; load the page anew."
TOO_LARGE = "What you have written is too long. Nothing was changed; shorten it and try again."

Given = dict[str, JsonValue]


def _carried(given: Given) -> Given:
    """The arguments, if everything behind can carry them."""
    if MALFORMED in accepted(given, ""):
        raise ValueError("no arguments")
    return given


class Decision(BaseModel):
    """The body. shown: what the card stands for. arguments: what the user has made of them.

    scope: what else is allowed from now on. reason: why not; the model reads it.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    verdict: Literal["allow", "deny"]
    shown: Annotated[str, StringConstraints(max_length=64)] = ""
    arguments: Annotated[Given, AfterValidator(_carried)] | None = None
    scope: Scope = "once"
    reason: Annotated[str, StringConstraints(max_length=REASON_CHARACTERS)] = ""


@answering
async def waiting(request: Request) -> Response:
    """{"waiting": the cards, the oldest first, each with its call and its conversation}."""
    user = await user_of(request)
    return JSONResponse({"waiting": await decisions.waiting(user.id)}, headers=NO_STORE)


@answering
async def decide(request: Request) -> Response:
    """Decide a call of the signed-in user. A decision that comes too late is refused."""
    user, decision = await asked_by(request, Decision, BODY_BYTES, NO_DECISION, TOO_LARGE)
    approval_id = identifier(request.path_params["approval_id"], "request")
    if decision.verdict == "deny":
        await decisions.refuse(user, approval_id, decision.reason)
    else:
        yes = Yes(decision.shown, decision.arguments, decision.scope)
        await decisions.allow(user, approval_id, yes)
    return JSONResponse({"verdict": decision.verdict}, headers=NO_STORE)


routes = [
    Route("/api/approvals", waiting, methods=["GET"]),
    Route("/api/approvals/{approval_id}", decide, methods=["POST"]),
]
