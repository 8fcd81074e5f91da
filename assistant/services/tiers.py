"""What each plan allows, and the one answer to whether a user may do something now."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assistant.config import settings
from assistant.database import user_connection
from assistant.models.billing import NO_PLAN
from assistant.services.features import FEATURES, Thing, needed_for

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """A plan. label: what people call it. messages: in a month.

    turn_usd, day_usd, month_usd: what its answers may cost. file_bytes: the room for files.
    features: what it allows beyond talking, of FEATURES. price: USD for a month and seat, None for
    one by arrangement. trial_days: free at the beginning, once for each user. has_seats: whether
    several may be paid for. support: whom to ask, and how soon they answer.
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
    support: str = "The documentation"


PRO_FEATURES = frozenset(FEATURES)
FREE = Tier(NO_PLAN, "Free")
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
            support="By mail, within two working days",
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
            support="By mail, within one working day",
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
            support="Somebody whom you know by name",
        ),
    )
}


ENDED = frozenset({"canceled", "unpaid"})  # who is past due still has time to pay
# The plan in force, the user's own or that of their seat, and the period by which its month runs:
# the one place where that is decided (`models/seating.py`).
PLAN_NOW = "select tier, status, period_start, period_end, seated from plan_now()"


def allows(tier: Tier, thing: Thing) -> bool:
    """Whether this plan has a feature, a model or a tool. What no plan names, none has."""
    needed = needed_for(thing)
    return not needed or needed in tier.features


async def may(user_id: UUID, thing: Thing) -> bool:
    """Whether the user may use it now. A plan that we do not know allows what Free does."""
    return allows(await tier_of(user_id), thing)


def plan_with(thing: Thing) -> Tier:
    """The smallest plan that has it."""
    return next(tier for tier in TIERS.values() if allows(tier, thing))


def lacking(tier: Tier, thing: Thing, called: str) -> str:
    """Why somebody with this plan may not use it, "" where they may. called: as a sentence begins.

    What was kept, and what to do, is for the caller to say.
    """
    if allows(tier, thing):
        return ""
    return f"{called} comes with the {plan_with(thing).label} plan, and yours is {tier.label}."


def above(tier: Tier) -> Tier | None:
    """The next larger plan, None above the largest."""
    order = list(TIERS.values())
    return next(iter(order[order.index(tier) + 1 :]), None)


async def tier_of(user_id: UUID) -> Tier:
    """What the user has now."""
    async with user_connection(user_id) as connection:
        (plan,) = await connection.fetch(PLAN_NOW)
    return in_force(plan["tier"], plan["status"])


def in_force(tier: str, status: str) -> Tier:
    """What a user has now: what they pay for, or where nothing is sold what the setting says.

    tier, status: of the plan that PLAN_NOW tells.
    """
    if not is_sold():
        return TIERS[settings().default_tier]
    return FREE if status in ENDED else TIERS.get(tier, FREE)


def is_sold() -> bool:
    """Whether plans cost anything here."""
    return bool(settings().stripe_secret_key.get_secret_value())
