"""What a phase says of its subscription besides what is sold: what it does not say is unset.

So the documents have it: an update of a schedule unsets of a phase whatever is not given again,
and what neither phase nor schedule says is as the customer or the account has it.
"""

from tests.stripe_local.form import Fields

GIVEN = ("default_payment_method", "collection_method", "automatic_tax", "invoice_settings")
UNTAXED: Fields = {"enabled": False, "liability": None, "disabled_reason": None}


def of(subscription: Fields) -> Fields:
    """What the phase says that is made of a subscription."""
    days = subscription["days_until_due"]
    return {
        "default_payment_method": subscription["default_payment_method"],
        "collection_method": subscription["collection_method"],
        "automatic_tax": dict(subscription["automatic_tax"]),
        "invoice_settings": {"days_until_due": days} if days else None,
    }


def wished(given: Fields) -> Fields:
    """What a phase says that somebody has asked for."""
    return {name: given.get(name) for name in GIVEN}


def enter(subscription: Fields, phase: Fields) -> None:
    """Let the subscription be as the phase has it."""
    subscription.update(
        default_payment_method=phase["default_payment_method"],
        collection_method=phase["collection_method"] or "charge_automatically",
        automatic_tax={**UNTAXED, **(phase["automatic_tax"] or {})},
        days_until_due=(phase["invoice_settings"] or {}).get("days_until_due"),
    )
