"""POST /api/stripe/webhook: Stripe's notices, each signed; nobody needs to be signed in.

400 for what is not Stripe's, 413 for what is too large, 500 for what could not be taken now: Stripe
then sends it again, for three days.
"""

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, body_of, refusal
from assistant.errors import AssistantError, BillingOff, Refused
from assistant.services import stripe_events

BODY_BYTES = 1_000_000
TOO_LARGE = "This notice is too large."
NOT_TAKEN = "This notice could not be taken now. Send it again."
TAKEN = {"taken": True}

log = structlog.get_logger()


@answering
async def webhook(request: Request) -> Response:
    """Take a notice."""
    try:
        body = await body_of(request, BODY_BYTES, TOO_LARGE)
    except Refused as error:
        log.warning("stripe_event_refused", why=str(error))
        return refusal(request, str(error), 413 if str(error) == TOO_LARGE else 400)
    try:
        notice = stripe_events.verified(body, request.headers.get("stripe-signature", ""))
    except Refused as error:
        log.warning("stripe_event_refused", why="signature")
        return refusal(request, str(error), 400)
    try:
        await stripe_events.receive(notice)
    except BillingOff:
        raise
    except AssistantError:
        return refusal(request, NOT_TAKEN, 500)
    return JSONResponse(TAKEN, headers=NO_STORE)


routes = [Route("/api/stripe/webhook", webhook, methods=["POST"])]
