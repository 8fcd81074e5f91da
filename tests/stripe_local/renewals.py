"""The turn of periods: renewals, the end of trials, and the end that was agreed."""

from tests.stripe_local import collection, endings, invoices, lines, schedules
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY, HOUR, next_end
from tests.stripe_local.world import World

TRIAL_NOTICE = 3 * DAY
FIRST_PAYMENT = 23 * HOUR  # so long an incomplete subscription waits for it


def due(world: World, subscription: Fields) -> tuple[int, str] | None:
    """What happens next by itself, and when."""
    status = subscription["status"]
    if subscription["ended_at"] is not None:
        return None
    if status == "incomplete":
        return subscription["created"] + FIRST_PAYMENT, "expire"
    found = [(min(_ends(subscription)), "turn")]
    if status == "trialing" and not subscription.get("_noticed"):
        found.append((subscription["trial_end"] - TRIAL_NOTICE, "notice"))
    if subscription["cancel_at"] and not subscription["cancel_at_period_end"]:
        found.append((subscription["cancel_at"], "leave"))
    return min(found)


def _ends(subscription: Fields) -> list[int]:
    return [item["current_period_end"] for item in subscription["items"]["data"]]


def notice(world: World, subscription: Fields) -> None:
    """Tell that a trial will end."""
    subscription["_noticed"] = True
    world.emit("customer.subscription.trial_will_end", subscription)


def leave(world: World, subscription: Fields) -> None:
    """The agreed time has come."""
    endings.end(world, subscription, "cancellation_requested")


def turn(world: World, subscription: Fields) -> None:
    """A period is over: the subscription ends, or goes on with another invoice."""
    if subscription["cancel_at_period_end"]:
        leave(world, subscription)
        return
    if subscription["status"] == "trialing" and _nobody_pays(world, subscription):
        endings.end(world, subscription, "payment_failed")
        return
    now = world.now(subscription["customer"])
    with world.changing(subscription, "customer.subscription.updated"):
        goes_on = schedules.step(world, subscription, now)
        invoice = next_period(world, subscription, now) if goes_on else None
    if invoice is None:
        endings.end(world, subscription, "cancellation_requested")
    elif subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
    elif not world.only_drafts:
        invoices.finalise_later(world, invoice)


def _nobody_pays(world: World, subscription: Fields) -> bool:
    end = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    return end == "cancel" and collection.method_of(world, subscription) is None


def next_period(world: World, subscription: Fields, now: int) -> Fields:
    """Move every item on to the period that begins now; returns its invoice, a draft."""
    anchor = subscription["billing_cycle_anchor"]
    found = []
    before = min(item["current_period_start"] for item in subscription["items"]["data"])
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    for item in subscription["items"]["data"]:
        end = next_end(anchor, item["price"]["recurring"], now)
        item.update(current_period_start=now, current_period_end=end)
        found.append(lines.whole(world, item, now, end, trial=False))
    invoice = invoices.draft(world, subscription, found, "subscription_cycle")
    invoice.update(period_start=before, period_end=now)
    for item, line in zip(subscription["items"]["data"], found, strict=True):
        lines.billed(item, [line])
    return invoice
