"""Prices: made once at Stripe, found by their key, and known by the plan that they are of."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.errors import Refused
from assistant.services.stripe_prices import price_of, sold, tier_at
from assistant.services.tiers import TIERS
from tests.services.paying import sells, stripe

__all__ = ["sells", "stripe"]


async def test_a_price_is_made_once_however_many_ask(sells):
    made = await asyncio.gather(*(price_of(TIERS["pro"]) for _ in range(5)))
    assert {*made, await price_of(TIERS["pro"])} == {made[0]}
    (price,) = sells.all("price")
    assert (price["unit_amount"], price["currency"]) == (2_900, "usd")
    assert price["recurring"]["interval"] == "month"
    (product,) = sells.all("product")
    assert product["name"] == "Pro plan"


async def test_another_price_of_the_same_plan_is_another_one(sells):
    dearer = replace(TIERS["pro"], price=Decimal("31.50"))
    assert await price_of(dearer) != await price_of(TIERS["pro"])
    assert sorted(each["unit_amount"] for each in sells.all("price")) == [2_900, 3_150]


async def test_a_price_says_which_plan_it_is_of(sells):
    assert await tier_at(await price_of(TIERS["team"])) == "team"
    other = sells.client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 100,
            "recurring": {"interval": "month"},
            "product_data": {"name": "something else"},
            "metadata": {"tier": "gold"},
        }
    )
    assert await tier_at(other.id) == ""


def test_what_is_sold_is_a_plan_with_a_price_for_so_many_seats():
    assert sold("team", 3) is TIERS["team"]
    for tier, seats in (("free", 1), ("enterprise", 5), ("gold", 1), ("pro", 2), ("team", 0)):
        with pytest.raises(Refused):
            sold(tier, seats)
