"""A stateful Stripe on loopback, which the real SDK talks to by its base address.

    with LocalStripe() as stripe:             # or the fixture `stripe` of fixtures.py, which also
        client = stripe.client                # sets STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET and
        stripe.webhook = "http://.../hook"    # STRIPE_API_BASE for the app
        ...
        stripe.pay(session.url)               # as on the pay page; card= and code= if you like
        stripe.advance(timedelta(days=31))    # renewals stay drafts for an hour, as with Stripe
        stripe.decline(customer)              # the cards the customer has now; accept() mends them
        stripe.refund(customer); stripe.dispute(customer)
        await stripe.deliver(times=5, shuffled=True, dropped=0.2, delay=0.1, hold=True)
        await stripe.deliver()                # lets go what was held
        await stripe.settled()                # every event has arrived, or was given up

It runs in a thread of its own, so its methods may be called from a test's loop. Times are those of
the account (`advance`) or of a customer's test clock. The pay page (`session.url`) has `#pay`,
`#decline`, `#back`, `#card` and, with allow_promotion_codes, `#code` and `#apply`; the portal has
`#card` with `#use`, and `#cancel` or `#resume`; an invoice's page has `#pay`. Cards: those of
`cards.py` (4000 0000 0000 9235 pays once, then never; 4000 0027 6000 3184 has to be confirmed, on
the page of an invoice). `fail(500, 503)` answers the next requests
so; `lose_answer()` does the next one's work and breaks off. What the real Stripe would refuse is
refused; what this one lacks is refused with the code `local_stripe_lacks`. Only the looks of its
pages (locale, texts, addresses asked for) are passed over.
"""

from tests.stripe_local.problems import Problem
from tests.stripe_local.server import LocalStripe
from tests.stripe_local.webhooks import Delivery, Manner

__all__ = ["Delivery", "LocalStripe", "Manner", "Problem"]
