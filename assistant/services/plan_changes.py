"""Changes of a plan: what one would cost is said first, and then it is done."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Change:
    """What a change would do. kind: "upgrade", "downgrade", "seats" or "cancel".

    due_now: USD that are taken at once. then: USD a month from then on. at: when it comes into
    force: now, or when the paid time is over. lines: the same, as sentences.
    """

    kind: str
    due_now: Decimal
    then: Decimal
    at: datetime
    lines: tuple[str, ...]


async def preview(user_id: UUID, tier_id: str, seats: int = 1) -> Change:
    """What a change to this plan would do; nothing is changed. The plan "free" is to cancel.

    Raises Refused for who has nothing to change, BillingOff and BillingAway.
    """
    raise NotImplementedError


async def change(user_id: UUID, tier_id: str, seats: int = 1) -> None:
    """Change the plan as `preview` says. A card that is declined changes nothing.

    Raises Refused, BillingOff and BillingAway.
    """
    raise NotImplementedError


async def cancel(user_id: UUID) -> None:
    """End the plan when the paid time is over. Raises Refused, BillingOff and BillingAway."""
    raise NotImplementedError


async def resume(user_id: UUID) -> None:
    """Take back a cancellation or an agreed downgrade: the plan goes on as it is.

    Raises Refused, BillingOff and BillingAway.
    """
    raise NotImplementedError
