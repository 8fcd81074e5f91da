"""Taking the money for invoices, and what becomes of a subscription that pays or does not."""

from tests.stripe_local import endings, invoices, payments, pending
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY
from tests.stripe_local.world import World

RETRY_DAYS = (3, 5, 7)  # after each failure; then it is over
OVERDUE_DAYS = 30  # so long after the due date of an invoice that is sent


def method_of(world: World, subscription: Fields) -> Fields | None:
    """What pays for a subscription: its own method, or the customer's."""
    owner = world.objects.get("customer", subscription["customer"])
    name = subscription["default_payment_method"]
    name = name or owner["invoice_settings"]["default_payment_method"]
    return world.objects.kinds["payment_method"].get(name or "")


def finalise_and_collect(world: World, invoice: Fields) -> bool:
    """Fix a draft, and take what is due. Returns whether it is paid."""
    if world.only_drafts:
        invoices.with_balance(world, invoice)
        return False
    invoices.finalise(world, invoice)
    return collect(world, invoice)


def collect(world: World, invoice: Fields, method: Fields | None = None) -> bool:
    """Try to take what is due for an open invoice. Returns whether it is paid."""
    subscription = world.objects.get("subscription", invoices.subscription_id(invoice))
    if invoice["amount_remaining"] == 0:
        paid(world, invoice)
        return True
    if invoice["collection_method"] == "send_invoice" and method is None:
        return False
    method = method or method_of(world, subscription)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if method is not None and payments.charge(world, invoice, method):
        paid(world, invoice)
        return True
    _failed(world, subscription, invoice)
    return False


def paid(world: World, invoice: Fields) -> None:
    """An invoice is paid: its subscription is in force again."""
    invoices.settled(world, invoice)
    subscription = world.objects.get("subscription", invoices.subscription_id(invoice))
    pending.apply(world, subscription, invoice)
    others = invoices.of_subscription(world, subscription["id"])
    left = [each for each in others if each["status"] == "open" and each["attempted"]]
    latest = subscription["latest_invoice"] == invoice["id"]
    heals = subscription["status"] in ("incomplete", "past_due", "unpaid") and (latest or not left)
    if heals:
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
    if not left:
        _delinquent(world, subscription, now=False)


def _delinquent(world: World, subscription: Fields, *, now: bool) -> None:
    owner = world.objects.get("customer", subscription["customer"])
    with world.changing(owner, "customer.updated"):
        owner["delinquent"] = now


def _failed(world: World, subscription: Fields, invoice: Fields) -> None:
    first = invoice["billing_reason"] == "subscription_create"
    tries = invoice["attempt_count"]
    again = not first and not pending.waits_for(subscription, invoice)
    again = again and invoice["auto_advance"] and tries <= len(RETRY_DAYS)
    now = world.now(invoice["customer"])
    invoice["next_payment_attempt"] = now + RETRY_DAYS[tries - 1] * DAY if again else None
    world.emit("invoice.payment_failed", invoice)
    if first or pending.waits_for(subscription, invoice):
        return
    _delinquent(world, subscription, now=True)
    if subscription["status"] in ("active", "trialing"):
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "past_due"
    if not again and invoice["auto_advance"] and subscription["status"] == "past_due":
        give_up(world, subscription)


def give_up(world: World, subscription: Fields) -> None:
    """Nobody has paid in time: what the account's settings say happens."""
    if world.after_retries == "cancel":
        endings.end(world, subscription, "payment_failed")
    elif world.after_retries == "unpaid":
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "unpaid"


def overdue(world: World, invoice: Fields) -> None:
    """The due date of a sent invoice has passed."""
    subscription = world.objects.get("subscription", invoices.subscription_id(invoice))
    invoice["_overdue"] = True
    invoice["attempted"] = True
    world.emit("invoice.overdue", invoice)
    _delinquent(world, subscription, now=True)
    if subscription["status"] == "active":
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "past_due"
