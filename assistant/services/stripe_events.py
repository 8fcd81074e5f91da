"""Stripe's notices: whose a notice is, taken once, and remembered when it could not be taken.

A notice says only that something has changed: what has, is read at Stripe.
"""

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import text

from assistant.config import settings
from assistant.database import system_session, user_connection
from assistant.errors import BillingOff, Refused
from assistant.services.entitlement import Event, catch_up
from assistant.services.stripe_client import asking
from assistant.services.stripe_standing import moment_of
from assistant.services.tiers import is_sold

if TYPE_CHECKING:
    import stripe

TOLERANCE_SECONDS = 300  # between the signature's time and ours
TELLING = (
    "checkout.session.",
    "customer.subscription.",
    "subscription_schedule.",
    "invoice.",
    "charge.refunded",
    "charge.dispute.",
)  # how the types begin that may change what somebody has
FORGED = "This notice does not bear Stripe's signature, or is too old."

_TAKEN = "select true from stripe_events where event_id = $1 and status = 'done'"
_FAILED = """
    insert into stripe_events as known (id, user_id, event_id, type, happened_at, status, reason)
    values (gen_random_uuid(), $1, $2, $3, $4, 'failed', $5)
    on conflict (event_id) do update set reason = excluded.reason, tries = known.tries + 1
    where known.status = 'failed'
"""

log = structlog.get_logger()


def verified(body: bytes, signature: str) -> "stripe.Event":
    """The notice in this body. Raises Refused for one that is not Stripe's, or not of now.

    Raises BillingOff where nothing is sold, or no secret is set that would tell.
    """
    secret = settings().stripe_webhook_secret.get_secret_value()
    if not is_sold() or not secret:
        raise BillingOff
    from stripe import SignatureVerificationError, Webhook

    if not signature.isascii():  # of which the SDK makes a TypeError
        raise Refused(FORGED)
    try:
        notice: stripe.Event = Webhook.construct_event(body, signature, secret, TOLERANCE_SECONDS)
    except (SignatureVerificationError, ValueError) as error:
        raise Refused(FORGED) from error
    return notice


async def receive(notice: "stripe.Event") -> None:
    """Take a notice: afterwards what is written here is as Stripe has it, or this raises.

    What concerns nobody here, and what is known already, changes nothing.
    """
    if not notice.type.startswith(TELLING):
        log.info("stripe_event_ignored", id=notice.id, type=notice.type, why="type")
        return
    user_id = await _whose(notice)
    if user_id is None:
        log.info("stripe_event_ignored", id=notice.id, type=notice.type, why="customer")
        return
    happened_at = moment_of(notice.created)
    if happened_at is not None and not await _is_taken(user_id, notice.id):
        await _take(user_id, Event(notice.id, notice.type, happened_at))


async def _whose(notice: "stripe.Event") -> UUID | None:
    """The user whose customer a notice is about, None for somebody else's."""
    about = notice.data.object
    customer = getattr(about, "customer", None)
    if customer is None and notice.type.startswith("charge.dispute."):
        async with asking(missing="payment") as stripe:
            customer = (await stripe.charges.retrieve_async(about.charge)).customer
    if not isinstance(customer, str):
        customer = getattr(customer, "id", "")
    return await user_of(customer) if customer else None


async def user_of(customer: str) -> UUID | None:
    """The user who is this customer of Stripe's."""
    query = text("select user_id from subscriptions where stripe_customer = :customer")
    async with system_session() as session:
        return (await session.execute(query, {"customer": customer})).scalar_one_or_none()


async def _is_taken(user_id: UUID, event_id: str) -> bool:
    async with user_connection(user_id) as connection:
        return await connection.fetchval(_TAKEN, event_id) is not None


async def _take(user_id: UUID, event: Event) -> None:
    try:
        await catch_up(user_id, event)
    except Exception as error:
        reason = type(error).__name__
        log.warning("stripe_event_failed", id=event.id, type=event.type, reason=reason)
        async with user_connection(user_id) as connection:
            await connection.execute(_FAILED, user_id, *event, reason)
        raise
