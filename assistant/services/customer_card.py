"""The card that pays is the customer's, so that another one chosen in Stripe's portal is the one.

Stripe's page of payment gives the card to the subscription alone, where it goes before whichever
the customer has chosen since, and where an agreed change unsets it. The customer is noted to have
it, at Stripe: it is given once, and not again over a choice that came later.
"""

from contextlib import suppress

from assistant.errors import BillingAway
from assistant.services.stripe_client import asking

NOTE = "card"  # of the customer's metadata


async def is_there(customer: str) -> bool:
    """Whether anything pays for the customer. Raises BillingOff and BillingAway."""
    async with asking() as stripe:
        found = await stripe.customers.retrieve_async(customer)
    return bool(found.invoice_settings and found.invoice_settings.default_payment_method)


async def hand_over(customer: str, subscription: str, card: str) -> None:
    """Let the customer pay with this card of a subscription, which then has none of its own.

    What cannot be done now is logged, and done when it is read again.
    """
    note = f"{card} of {subscription}"
    with suppress(BillingAway):
        async with asking() as stripe:
            payer = await stripe.customers.retrieve_async(customer)
            if getattr(payer.metadata, NOTE, "") != note:
                await stripe.customers.update_async(
                    customer,
                    {
                        "invoice_settings": {"default_payment_method": card},
                        "metadata": {NOTE: note},
                    },
                )
            await stripe.subscriptions.update_async(subscription, {"default_payment_method": ""})
