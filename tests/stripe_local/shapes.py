"""Empty objects in the shape that the SDK's own types promise."""

import copy
import inspect
import typing
from functools import cache
from typing import Any, Literal

import stripe
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from tests.stripe_local.form import Fields

API_VERSION = "2026-10-28.endive"
CLASSES: dict[str, tuple[str, Any]] = {
    "billing_portal.session": ("bps", stripe.billing_portal.Session),
    "charge": ("ch", stripe.Charge),
    "checkout.session": ("cs_test", stripe.checkout.Session),
    "coupon": ("coupon", stripe.Coupon),
    "customer": ("cus", stripe.Customer),
    "discount": ("di", stripe.Discount),
    "dispute": ("du", stripe.Dispute),
    "event": ("evt", stripe.Event),
    "invoice": ("in", stripe.Invoice),
    "invoice_payment": ("inpay", stripe.InvoicePayment),
    "invoiceitem": ("ii", stripe.InvoiceItem),
    "item": ("li", stripe.LineItem),
    "line_item": ("il", stripe.InvoiceLineItem),
    "payment_intent": ("pi", stripe.PaymentIntent),
    "payment_method": ("pm", stripe.PaymentMethod),
    "plan": ("plan", stripe.Plan),
    "price": ("price", stripe.Price),
    "product": ("prod", stripe.Product),
    "promotion_code": ("promo", stripe.PromotionCode),
    "refund": ("re", stripe.Refund),
    "subscription": ("sub", stripe.Subscription),
    "subscription_item": ("si", stripe.SubscriptionItem),
    "subscription_schedule": ("sub_sched", stripe.SubscriptionSchedule),
    "test_helpers.test_clock": ("clock", stripe.test_helpers.TestClock),
}
# Fields that stand in an answer only when they are asked for, or only in some objects.
ON_REQUEST = {
    "charge": {"refunds", "level3", "authorization_code"},
    "checkout.session": {"line_items"},
    "coupon": {"applies_to"},
    "customer": {"sources", "subscriptions", "tax", "tax_ids", "cash_balance"},
    "event": {"account", "context", "reason"},
    "invoice": {"payments", "confirmation_secret"},
    "price": {"tiers"},
}


@cache
def _blank(kind: str) -> Fields:
    fields = _fields(CLASSES[kind][1])
    for name in {"deleted", *ON_REQUEST.get(kind, ())}:
        fields.pop(name, None)
    if kind == "payment_method":  # one field for each kind of payment; only the card's is shown
        kept = {"id", "object", "created", "livemode", "metadata", "type", "billing_details"}
        kept |= {"customer", "customer_account", "allow_redisplay", "card"}
        fields = {name: value for name, value in fields.items() if name in kept}
    return fields


def blank(kind: str) -> Fields:
    """All fields of an object of this kind: null, zero or empty."""
    return copy.deepcopy(_blank(kind))


def listing(url: str, data: list[Any] | None = None) -> Fields:
    """A list object that holds all there is."""
    return {"object": "list", "data": data or [], "has_more": False, "url": url}


def _fields(kind: Any) -> Fields:
    hints = {
        name: hint
        for each in reversed(kind.__mro__)
        if each.__module__.startswith("stripe.") and each is not StripeObject
        for name, hint in inspect.get_annotations(each).items()
    }
    return {
        name: _empty(hint)
        for name, hint in hints.items()
        if not name.startswith("_") and not name.isupper() and name != "currency_options"
    }


def _empty(hint: Any) -> Any:
    origin, members = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        return None
    if origin is Literal:
        return members[0]
    if ListObject in (hint, origin):
        return listing("")
    if UntypedStripeObject in (hint, origin):
        return {}
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return _fields(hint)
    return {int: 0, bool: False, str: "", float: 0.0}.get(hint, [] if origin is list else None)
