"""A shop on a local Stripe: two prices, and customers who buy, by the real SDK alone."""

from datetime import UTC, datetime
from typing import Any

import stripe

from tests.stripe_local.server import LocalStripe

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())  # January has 31 days, February 28
DAY = 86_400


class Shop:
    """Pro at $29 and Team at $35 a seat, each month. clock: of the customers that it makes."""

    def __init__(self, server: LocalStripe) -> None:
        self.server = server
        self.v1 = server.client.v1
        self.pro = self._price("Pro", 2_900)
        self.team = self._price("Team", 3_500)
        self.clock = ""

    def _price(self, name: str, cents: int) -> str:
        return self.v1.prices.create(
            {
                "product_data": {"name": name},
                "unit_amount": cents,
                "currency": "usd",
                "recurring": {"interval": "month"},
                "lookup_key": name.lower(),
            }
        ).id

    def stop_time(self) -> None:
        """Customers from now on live on a test clock that begins with the year."""
        self.clock = self.v1.test_helpers.test_clocks.create({"frozen_time": START}).id

    def until(self, day: float) -> None:
        """Let time pass up to so many days after the year's beginning."""
        to = START + int(day * DAY)
        self.v1.test_helpers.test_clocks.advance(self.clock, {"frozen_time": to})

    def customer(self, card: str = "pm_card_visa") -> str:
        """One more customer, with a card that pays; "" for none."""
        order: dict[str, Any] = {"email": "alice@example.com"}
        if card:
            order |= {
                "payment_method": card,
                "invoice_settings": {"default_payment_method": card},
            }
        if self.clock:
            order["test_clock"] = self.clock
        return self.v1.customers.create(order).id

    def subscribe(self, customer: str, price: str = "", **more: Any) -> stripe.Subscription:
        """One more subscription: to Pro, or at another price."""
        items = [{"price": price or self.pro, "quantity": more.pop("quantity", 1)}]
        return self.v1.subscriptions.create({"customer": customer, "items": items, **more})

    def subscription(self, name: str) -> stripe.Subscription:
        """It, as it is now."""
        return self.v1.subscriptions.retrieve(name)

    def change(self, name: str, price: str, quantity: int = 1, **more: Any) -> stripe.Subscription:
        """Another price or number of seats for the one item of a subscription."""
        item = self.item(self.subscription(name)).id
        items = [{"id": item, "price": price, "quantity": quantity}]
        return self.v1.subscriptions.update(name, {"items": items, **more})

    def item(self, subscription: stripe.Subscription) -> stripe.SubscriptionItem:
        """Its first item."""
        return subscription["items"].data[0]

    def invoices(self, subscription: str) -> list[stripe.Invoice]:
        """All its invoices, the oldest first."""
        pages = self.v1.invoices.list({"subscription": subscription, "limit": 2})
        return list(reversed(list(pages.auto_paging_iter())))

    def checkout(self, customer: str = "", **more: Any) -> stripe.checkout.Session:
        """One more checkout session for Pro."""
        order: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": self.pro, "quantity": 1}],
            "success_url": "http://app.test/billing?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://app.test/billing",
            **({"customer": customer} if customer else {}),
            **more,
        }
        return self.v1.checkout.sessions.create(order)
