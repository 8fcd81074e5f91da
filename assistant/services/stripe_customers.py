"""Whether Stripe still has a customer of ours: it may have been erased there, by hand, or be one of
another account, as when the keys of a trial run give way to the real ones.
"""

from typing import Literal

from assistant.errors import NotFound
from assistant.services.stripe_client import asking


async def whereabouts(customer: str) -> Literal["here", "erased", "unknown"]:
    """What Stripe knows of a customer. Raises BillingOff and BillingAway."""
    try:
        async with asking(missing="customer") as stripe:
            found = await stripe.customers.retrieve_async(customer)
    except NotFound:
        return "unknown"
    return "erased" if getattr(found, "deleted", False) else "here"
