"""Asks Stripe now and then how everybody stands who has a customer there: notices may be lost.

Whose turn has come is held by a conditional update, so that of several workers one asks. What
cannot be asked now is asked again when the hold has run out.
"""

from uuid import UUID

import structlog
from sqlalchemy import text

from assistant.database import system_session, user_connection
from assistant.errors import BillingAway, DatabaseAway
from assistant.services.entitlement import catch_up
from assistant.services.tiers import is_sold

SECONDS = 60.0
USERS = 50  # in one round

_DUE = text("select user_id from subscriptions where check_at <= now() order by check_at limit :n")
_HOLD = """
    update subscriptions set check_at = now() + interval '5 minutes'
    where check_at <= now() returning user_id
"""
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
                await catch_up(user_id)
        except (BillingAway, DatabaseAway):
            log.warning("reconciling_waits")
            return
        except Exception:  # one that is odd must not hold up the others
            log.exception("reconciling_failed", user=str(user_id))


async def _is_held(user_id: UUID) -> bool:
    """Whether this process asks for the user. Notices that nobody repeats any more go, too."""
    async with user_connection(user_id) as connection:
        held = await connection.fetchval(_HOLD) is not None
        if held:
            await connection.execute(_OLD)
    return held
