"""The way to pay: Stripe's page of payment and back, and its portal."""

from uuid import UUID


async def checkout(user_id: UUID, tier_id: str, seats: int = 1, *, back: str = "") -> str:
    """The address of Stripe's page on which the user pays for a plan.

    It leads back to /billing?session_id=..., and with `back`, a path of ours, also &back=...
    Asked twice for the same, it is the same page. Raises Refused for who has a plan already (it
    is changed instead) and for a plan that cannot be bought, BillingOff and BillingAway.
    """
    raise NotImplementedError


async def portal(user_id: UUID) -> str:
    """The address of Stripe's portal: cards, addresses, invoices. It leads back to /billing.

    Raises Refused for who has never paid, BillingOff and BillingAway.
    """
    raise NotImplementedError


async def fulfil(user_id: UUID, session_id: str) -> bool:
    """Take over what the user has just paid for, if Stripe's notice has not come yet.

    session_id: as the browser brings it back; that of somebody else changes nothing. True when the
    payment is there, False while it is still to come. Raises NotFound, BillingOff and BillingAway.
    """
    raise NotImplementedError
