"""Whether a user has not paid, for the pages that are not about money."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assistant.database import user_connection
from assistant.models.billing import STATUS_NOW
from assistant.services.stripe_standing import PAUSED
from assistant.services.tiers import ENDED, FREE, TIERS, Tier, is_sold

_DUE = f"""
    select tier, grace_until, {STATUS_NOW} as status from subscriptions
    where status in ('past_due', 'unpaid') and trouble <> '{PAUSED}'
"""  # noqa: S608  (nothing in it comes from outside)


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """A plan that is not paid for. until: when it ends for that reason, None when it has ended."""

    tier: Tier
    until: datetime | None


async def payment_due(user_id: UUID) -> PaymentDue | None:
    """What the user has still to pay for, None for nothing. Stripe is not asked."""
    if not is_sold():
        return None
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(_DUE)
    if row is None:
        return None
    ended = row["status"] in ENDED
    return PaymentDue(TIERS.get(row["tier"], FREE), None if ended else row["grace_until"])
