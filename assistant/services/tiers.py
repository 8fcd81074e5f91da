"""What each plan allows, and the one function that decides whether a user may."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assistant.config import settings
from assistant.database import user_connection

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """A plan. label: what people call it. messages: in a month.

    turn_usd, day_usd, month_usd: what its answers may cost. file_bytes: the room for files.
    features: what it allows beyond talking. price: USD for a month and seat, None for one by
    arrangement. trial_days: free at the beginning, once for each user. has_seats: whether several
    may be paid for.
    """

    id: str
    label: str
    messages: int = 100
    turn_usd: Decimal = Decimal("0.25")
    day_usd: Decimal = Decimal(1)
    month_usd: Decimal = Decimal(3)
    file_bytes: int = GB // 10
    features: frozenset[str] = frozenset()
    price: Decimal | None = Decimal(0)
    trial_days: int = 0
    has_seats: bool = False


PRO_FEATURES = frozenset({"second_factor"})
FREE = Tier("free", "Free")
TIERS = {
    tier.id: tier
    for tier in (
        FREE,
        Tier(
            "pro",
            "Pro",
            2_000,
            Decimal(1),
            Decimal(8),
            Decimal(25),
            5 * GB,
            PRO_FEATURES,
            Decimal(29),
            trial_days=14,
        ),
        Tier(
            "team",
            "Team",
            5_000,
            Decimal(2),
            Decimal(15),
            Decimal(50),
            20 * GB,
            PRO_FEATURES,
            Decimal(35),
            has_seats=True,
        ),
        Tier(
            "enterprise",
            "Enterprise",
            100_000,
            Decimal(5),
            Decimal(200),
            Decimal(2_000),
            100 * GB,
            PRO_FEATURES,
            None,
            has_seats=True,
        ),
    )
}


ENDED = frozenset({"canceled", "unpaid"})  # who is past due still has time to pay
# Of a row of `subscriptions`, by the database's clock, be what Stripe tells of it late.
STATUS_NOW = """case when lasts_until <= now() then 'canceled'
        when status = 'past_due' and grace_until <= now() then 'unpaid' else status end"""
PLAN_NOW = f"select tier, {STATUS_NOW} as status from subscriptions"  # noqa: S608


async def may(user_id: UUID, feature: str) -> bool:
    """Whether the user's plan allows this feature. A plan that we do not know allows none."""
    return feature in (await tier_of(user_id)).features


async def tier_of(user_id: UUID) -> Tier:
    """What the user has now."""
    async with user_connection(user_id) as connection:
        (plan,) = await connection.fetch(PLAN_NOW)
    return in_force(plan["tier"], plan["status"])


def in_force(tier: str, status: str) -> Tier:
    """What a user has now: what they pay for, or where nothing is sold what the setting says.

    tier, status: of their subscription, the latter as STATUS_NOW.
    """
    if not is_sold():
        return TIERS[settings().default_tier]
    return FREE if status in ENDED else TIERS.get(tier, FREE)


def is_sold() -> bool:
    """Whether plans cost anything here."""
    return bool(settings().stripe_secret_key.get_secret_value())
