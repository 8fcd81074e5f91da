"""The prices of the plans at Stripe: found by their key, and made once where they are missing.

Whoever changes a price in `tiers.py` makes a new one at Stripe; who has paid the old one so far
goes on with it.
"""

from typing import TYPE_CHECKING

from assistant.errors import Refused
from assistant.services.stripe_client import asking, once
from assistant.services.tiers import FREE, TIERS, Tier

if TYPE_CHECKING:
    from stripe import Price
    from stripe.params import PriceCreateParams

CENTS = 100
BY_ARRANGEMENT = "The {} plan is made by arrangement: ask whoever runs this server. "
NOT_SOLD = "There is no such plan to pay for. Nothing was changed."
ONE_SEAT = "The {} plan is for one person. Nothing was changed."
SEATS = 1_000


def sold(tier_id: str, seats: int) -> Tier:
    """The plan with this id, for so many seats. Raises Refused for one that cannot be bought."""
    tier = TIERS.get(tier_id, FREE)
    if tier.price is None:
        raise Refused(f"{BY_ARRANGEMENT.format(tier.label)}Nothing was changed.")
    if not tier.price or not 1 <= seats <= SEATS:
        raise Refused(NOT_SOLD)
    if seats > 1 and not tier.has_seats:
        raise Refused(ONE_SEAT.format(tier.label))
    return tier


async def price_of(tier: Tier) -> str:
    """The id of the price at Stripe of a plan that is sold. Raises BillingOff and BillingAway."""
    key = f"assistant_{tier.id}_{cents_of(tier)}"
    async with asking() as stripe:
        there = await stripe.prices.list_async({"lookup_keys": [key], "active": True})
    return there.data[0].id if there.data else await _made(tier, key)


def cents_of(tier: Tier) -> int:
    """What a seat costs in a month."""
    return int((tier.price or 0) * CENTS)


async def _made(tier: Tier, key: str) -> str:
    """Two who make it at once make one."""
    wanted = monthly(tier, cents_of(tier))
    wanted["lookup_key"] = key
    wanted["transfer_lookup_key"] = True  # from one that was put away
    async with asking() as stripe:
        price = await stripe.prices.create_async(wanted, once("price", key))
    return price.id


def monthly(tier: Tier, cents: int) -> "PriceCreateParams":
    """A price to be made at Stripe: so many cents for a seat of this plan in a month."""
    of_tier = {"tier": tier.id}
    return {
        "currency": "usd",
        "unit_amount": cents,
        "recurring": {"interval": "month"},
        "metadata": of_tier,
        "product_data": {"name": f"{tier.label} plan", "metadata": of_tier},
    }


def tier_in(price: "Price", otherwise: str = "") -> str:
    """The id of the plan that a price is of, "" for one that is none of ours.

    otherwise: what the subscription says of itself, where its price is one by arrangement.
    """
    named = getattr(price.metadata, "tier", otherwise)
    return named if named in TIERS else ""


async def tier_at(price_id: str) -> str:
    """As `tier_in`, of the price with this id."""
    async with asking() as stripe:
        return tier_in(await stripe.prices.retrieve_async(price_id))
