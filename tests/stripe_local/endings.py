"""How a subscription ends."""

from tests.stripe_local import invoices, pending
from tests.stripe_local.form import Fields
from tests.stripe_local.world import World


def end(world: World, subscription: Fields, reason: str, told: Fields | None = None) -> None:
    """Cancel it now, and what hangs on it. told: what the customer said about it."""
    now = world.now(subscription["customer"])
    details = {"comment": None, "feedback": None, "feedback_option": None}
    before = subscription["cancellation_details"] or details
    subscription.update(
        status="canceled",
        ended_at=now,
        canceled_at=subscription["canceled_at"] or now,
        cancellation_details={**before, "reason": reason, **(told or {})},
    )
    _close(world, subscription)
    world.emit("customer.subscription.deleted", subscription)


def expire(world: World, subscription: Fields) -> None:
    """Nobody has paid its first invoice in time."""
    with world.changing(subscription, "customer.subscription.updated"):
        now = world.now(subscription["customer"])
        subscription.update(status="incomplete_expired", ended_at=now)
        _close(world, subscription)
    for each in invoices.of_subscription(world, subscription["id"]):
        if each["status"] == "open":
            invoices.ended(world, each, "void", "voided_at")


def _close(world: World, subscription: Fields) -> None:
    owner = world.objects.get("customer", subscription["customer"])
    data = owner["_subscriptions"]["data"]
    data[:] = [each for each in data if each is not subscription]
    pending.forget(subscription)
    for each in invoices.of_subscription(world, subscription["id"]):
        if each["status"] in ("draft", "open"):
            each.update(auto_advance=False, automatically_finalizes_at=None)
            each["next_payment_attempt"] = None
    if subscription["schedule"]:
        schedule = world.objects.get("subscription_schedule", subscription["schedule"])
        schedule.update(status="canceled", canceled_at=subscription["ended_at"], current_phase=None)
        world.emit("subscription_schedule.canceled", schedule)
