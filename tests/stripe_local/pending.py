"""Changes of subscriptions that come once their invoice is paid (`pending_if_incomplete`)."""

from tests.stripe_local.form import Fields
from tests.stripe_local.periods import HOUR
from tests.stripe_local.problems import invalid, lacking
from tests.stripe_local.world import World

MAY_WAIT = ("items", "proration_behavior", "proration_date", "trial_end", "payment_behavior",
            "expand")  # fmt: skip
REFUSED = "`{}` cannot be updated with `payment_behavior=pending_if_incomplete`."
WAITS = 23 * HOUR
OWN = ("status", "trial_end", "billing_cycle_anchor")


def refuse(subscription: Fields, params: Fields) -> None:
    """What Stripe lets nobody wait for. Raises Problem."""
    for name in params:
        if name not in MAY_WAIT:
            raise invalid(REFUSED.format(name), name)
    if subscription["schedule"]:
        raise invalid(REFUSED.format("schedule"))


def terms(subscription: Fields) -> Fields:
    """How a subscription stands, to be put back."""
    items = {each["id"]: dict(each) for each in subscription["items"]["data"]}
    return {"own": {name: subscription[name] for name in OWN}, "items": items}


def hold_back(world: World, subscription: Fields, before: Fields, invoice: Fields) -> None:
    """Take back what was changed until this invoice is paid."""
    after = terms(subscription)
    if after["items"].keys() != before["items"].keys():
        raise lacking("pending updates that add or take away items")
    _put(subscription, before)
    subscription["_pending"] = {"invoice": invoice["id"], "terms": after}
    subscription["pending_update"] = {
        "billing_cycle_anchor": None, "cancel_at_period_end": None, "discount": None,
        "discounts": None, "expires_at": world.now(subscription["customer"]) + WAITS,
        "metadata": None, "subscription_items": list(after["items"].values()),
        "trial_end": after["own"]["trial_end"], "trial_from_plan": None,
    }  # fmt: skip


def _put(subscription: Fields, found: Fields) -> None:
    subscription.update(found["own"])
    for item in subscription["items"]["data"]:
        item.update(found["items"][item["id"]])


def waits_for(subscription: Fields, invoice: Fields) -> bool:
    """Whether a change of this subscription waits for this invoice."""
    held = subscription.get("_pending")
    return bool(held) and held["invoice"] == invoice["id"]


def apply(world: World, subscription: Fields, invoice: Fields) -> None:
    """The invoice is paid: what has waited for it comes."""
    if waits_for(subscription, invoice):
        with world.changing(subscription, "customer.subscription.updated"):
            _put(subscription, subscription["_pending"]["terms"])
            forget(subscription)
        world.emit("customer.subscription.pending_update_applied", subscription)


def discard(world: World, subscription: Fields, invoice: Fields) -> None:
    """The invoice will not be paid: what has waited for it does not come."""
    if waits_for(subscription, invoice):
        with world.changing(subscription, "customer.subscription.updated"):
            forget(subscription)


def forget(subscription: Fields) -> None:
    """Nothing waits any more."""
    subscription.update(pending_update=None, _pending=None)
