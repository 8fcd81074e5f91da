"""Asks Stripe now and then how everybody stands who has a customer there: notices may be lost.

Whose turn has come is held by a conditional update, so that of several workers one asks. What
cannot be asked now is asked again when the hold has run out; for whom Stripe refuses to answer, or
whose standing is odd, after pauses that grow.
"""

from uuid import UUID

import structlog
from sqlalchemy import text

from assistant.database import system_session, user_connection
from assistant.errors import BillingAway, BillingRefused, DatabaseAway
from assistant.services.checkout import close_if_over
from assistant.services.entitlement import catch_up
from assistant.services.plan_endings import pause_if_leaving
from assistant.services.tiers import is_sold

SECONDS = 60.0
USERS = 50  # in one round

_DUE = text("select user_id from subscriptions where check_at <= now() order by check_at limit :n")
_HOLD = """
    update subscriptions set check_at = now() + interval '5 minutes'
    where check_at <= now() returning user_id
"""
_LATER = """
    update subscriptions set check_at = now()
        + least(interval '5 minutes' * power(2, least(asked - told, 9)), interval '1 day')
"""  # as many of the last questions as have found no answer
_OLD = "delete from stripe_events where created_at < now() - interval '90 days'"

log = structlog.get_logger()


async def reconcile_once() -> None:
    """Ask for those whose time has come. While Stripe is away nobody else is asked for."""
    if not is_sold():
        return
    async with system_session() as session:
        users = (await session.scalars(_DUE, {"n": USERS})).all()
    for user_id in users:
        try:
            if await _is_held(user_id):
                await close_if_over(await catch_up(user_id))
                await pause_if_leaving(user_id)
        except Exception as error:
            if _is_outage(error):
                log.warning("reconciling_waits", why=type(error).__name__)
                return
            log.exception("reconciling_failed", user=str(user_id))
            await _put_off(user_id)


async def _is_held(user_id: UUID) -> bool:
    """Whether this process asks for the user. Notices that nobody repeats any more go, too."""
    async with user_connection(user_id) as connection:
        held = await connection.fetchval(_HOLD) is not None
        if held:
            await connection.execute(_OLD)
    return held


def _is_outage(error: Exception) -> bool:
    """Whether nobody else would be answered either."""
    if isinstance(error, BillingRefused):
        return False
    return isinstance(error, BillingAway | DatabaseAway)


async def _put_off(user_id: UUID) -> None:
    """One whom nothing can be told of must not hold up the others."""
    async with user_connection(user_id) as connection:
        await connection.execute(_LATER)
