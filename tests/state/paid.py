"""Who has paid on Stripe's page comes back to ours."""

from urllib.parse import urlsplit

from assistant.services import billing
from assistant.state.billing import BillingState


async def paid(page, user, account, tier="pro", seats=1, **given):
    """The user has paid on Stripe's page, and the browser is back."""
    address = account.pay(await billing.checkout(user.id, tier, seats), **given)
    page.address = path_of(address)
    await page.send(BillingState, "load")
    return await page.state(BillingState)


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
