"""A plan by arrangement: the operator agrees on a price, and Stripe sends an invoice each month.

Whoever has a lower plan so far has it no more; what was paid for it is credit on the next invoice.
"""

import re
from decimal import Decimal
from uuid import UUID

from assistant.config import settings
from assistant.errors import Refused
from assistant.models import Subscription
from assistant.services.checkout import become_customer, lives
from assistant.services.entitlement import catch_up
from assistant.services.stripe_client import asking, once
from assistant.services.stripe_prices import CENTS, SEATS, monthly
from assistant.services.tiers import TIERS

PLAN = TIERS["enterprise"]
DAYS = 30  # to pay an invoice in
MOST = Decimal(100_000)  # USD for a seat
UNPLACED = ("failed", "unrecognized_location")  # of customers whose tax cannot be worked out
EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}\.[^@\s]{2,50}")
UNUSABLE = (
    "An arrangement takes a price of up to $100,000 in whole cents for each seat, 1 to 1,000 "
    "seats, and an address of mail that invoices go to. Nothing was changed."
)
NOWHERE = (
    "Stripe Tax does not know where {} is. Give this customer an address in Stripe's dashboard; "
    "then arrange it again. No plan was changed."
)
HAS_IT = "This user has a plan by arrangement already: cancel that one at Stripe first."


async def arrange(user_id: UUID, email: str, price: Decimal, seats: int = 1) -> Subscription:
    """Give a user the plan for this price, USD a month and seat; returns how they stand then.

    email: where Stripe sends the invoices; it is kept there only. Asked twice it is done once.
    Raises Refused, BillingOff and BillingAway.
    """
    is_whole = price.is_finite() and 0 < price <= MOST and not price * CENTS % 1
    if not is_whole or not 1 <= seats <= SEATS or not EMAIL.fullmatch(email):
        raise Refused(UNUSABLE)
    await become_customer(user_id)
    plan = await catch_up(user_id)
    if lives(plan) and plan.tier == PLAN.id:
        raise Refused(HAS_IT)
    await _sell(plan, email, int(price * CENTS), seats)
    return await catch_up(user_id)


async def _sell(plan: Subscription, email: str, cents: int, seats: int) -> None:
    customer = plan.stripe_customer or ""
    terms = (plan.user_id, plan.stripe_subscription, cents, seats)
    taxed = settings().stripe_tax
    async with asking() as stripe:
        payer = await stripe.customers.update_async(customer, {"email": email, "expand": ["tax"]})
        if taxed and (payer.tax is None or payer.tax.automatic_tax in UNPLACED):
            raise Refused(NOWHERE.format(customer))
        price = await stripe.prices.create_async(
            monthly(PLAN, cents), once("arranged price", *terms)
        )
        await stripe.subscriptions.create_async(
            {
                "customer": customer,
                "items": [{"price": price.id, "quantity": seats}],
                "collection_method": "send_invoice",
                "days_until_due": DAYS,
                "automatic_tax": {"enabled": taxed},
                "metadata": {"user_id": str(plan.user_id), "tier": PLAN.id},
            },
            once("arranged", *terms),
        )
