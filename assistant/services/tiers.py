"""What each plan allows, and the one function that decides whether a user may."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from assistant.config import settings
from assistant.database import user_session
from assistant.models import Subscription


@dataclass(frozen=True, slots=True)
class Tier:
    """A plan. label: what people call it. features: what it allows beyond talking.

    file_bytes: the room for files.
    """

    id: str
    label: str
    features: frozenset[str] = frozenset()
    file_bytes: int = 100_000_000


PRO_FEATURES = frozenset({"second_factor"})
FREE = Tier("free", "Free")
TIERS = {
    tier.id: tier
    for tier in (
        FREE,
        Tier("pro", "Pro", PRO_FEATURES, 5_000_000_000),
        Tier("team", "Team", PRO_FEATURES, 20_000_000_000),
        Tier("enterprise", "Enterprise", PRO_FEATURES, 100_000_000_000),
    )
}


ENDED = frozenset({"canceled", "unpaid"})  # who is past due still has time to pay


async def may(user_id: UUID, feature: str) -> bool:
    """Whether the user's plan allows this feature. A plan that we do not know allows none."""
    return feature in (await tier_of(user_id)).features


async def tier_of(user_id: UUID) -> Tier:
    """What the user has now."""
    async with user_session(user_id) as session:
        plan = (await session.scalars(select(Subscription))).one()
    return in_force(plan)


def in_force(plan: Subscription) -> Tier:
    """What a user has now: what they pay for, or where nothing is sold what the setting says."""
    if not settings().stripe_secret_key.get_secret_value():
        return TIERS[settings().default_tier]
    return FREE if plan.status in ENDED else TIERS.get(plan.tier, FREE)
