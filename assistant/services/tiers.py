"""What each plan allows, and the one function that decides whether a user may."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from assistant.config import settings
from assistant.database import user_session
from assistant.models import Subscription


@dataclass(frozen=True, slots=True)
class Tier:
    """A plan. label: what people call it. features: what it allows beyond talking."""

    id: str
    label: str
    features: frozenset[str] = frozenset()


PRO_FEATURES = frozenset({"second_factor"})
FREE = Tier("free", "Free")
TIERS = {
    tier.id: tier
    for tier in (
        FREE,
        Tier("pro", "Pro", PRO_FEATURES),
        Tier("team", "Team", PRO_FEATURES),
        Tier("enterprise", "Enterprise", PRO_FEATURES),
    )
}


async def may(user_id: UUID, feature: str) -> bool:
    """Whether the user's plan allows this feature. A plan that we do not know allows none."""
    return feature in TIERS.get(await _tier(user_id), FREE).features


async def _tier(user_id: UUID) -> str:
    if not settings().stripe_secret_key.get_secret_value():  # nothing is sold here
        return settings().default_tier
    async with user_session(user_id) as session:
        return (await session.scalars(select(Subscription.tier))).one()
