"""Invoices: drafts, totals, finalisation, and what ends them."""

from typing import Any

from tests.stripe_local import discounts, lines, pending
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY, HOUR
from tests.stripe_local.problems import invalid
from tests.stripe_local.shapes import listing
from tests.stripe_local.world import World


def draft(world: World, subscription: Fields, found: list[Fields], reason: str) -> Fields:
    """A new invoice of a subscription with these lines and all that is pending. Tells of it."""
    customer = world.objects.get("customer", subscription["customer"])
    now = world.now(customer["id"])
    invoice = world.add(
        "invoice",
        account_country="US",
        account_name="Local Stripe",
        auto_advance=True,
        billing_reason=reason,
        collection_method=subscription["collection_method"],
        currency=subscription["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        metadata={},
        status="draft",
        test_clock=customer["test_clock"],
        period_start=now,
        period_end=now,
        created=now,
    )
    invoice["customer_tax_exempt"] = customer["tax_exempt"]
    invoice["customer_tax_ids"] = []
    invoice["issuer"] = {"type": "self", "account": None}
    invoice["parent"] = _parent(subscription, found)
    invoice["automatic_tax"] |= _tax(subscription)
    invoice["_payments"] = listing("/v1/invoice_payments")
    invoice["_days"] = subscription["days_until_due"]
    invoice["_again"] = subscription["latest_invoice"] is not None
    _put_lines(world, invoice, subscription, [*_pending(world, subscription, invoice), *found])
    subscription["latest_invoice"] = invoice["id"]
    world.emit("invoice.created", invoice)
    return invoice


def _parent(subscription: Fields, found: list[Fields]) -> Fields:
    prorated = [each["period"]["start"] for each in found if each["proration"]]
    return {
        "type": "subscription_details",
        "quote_details": None,
        "subscription_details": {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
            "subscription_proration_date": prorated[0] if prorated else None,
        },
    }


def _tax(subscription: Fields) -> Fields:
    on = subscription["automatic_tax"]["enabled"]
    liability = {"type": "self", "account": None} if on else None
    return {"enabled": on, "liability": liability, "status": "complete" if on else None}


def _pending(world: World, subscription: Fields, invoice: Fields) -> list[Fields]:
    """What earlier changes have left for the next invoice."""
    items = [
        each
        for each in world.objects.all("invoiceitem", customer=subscription["customer"])
        if each["invoice"] is None and each["_subscription"] == subscription["id"]
    ]
    for item in items:
        item["invoice"] = invoice["id"]
    return [item["_line"] for item in items]


def _put_lines(world: World, invoice: Fields, subscription: Fields, found: list[Fields]) -> None:
    now = world.now(subscription["customer"])
    names = discounts.still_on(world, subscription["discounts"], now, set())
    amounts = [each["amount"] if each["discountable"] else 0 for each in found]
    taken = discounts.taken_off(world, names, amounts)
    made = []
    for line, off in zip(found, taken, strict=True):
        line["discounted"] = sum(off.values())
        placed = lines.on_invoice(world, invoice, subscription, line)
        placed["discount_amounts"] = _amounts(off)
        made.append(placed)
    invoice["lines"] = listing(f"/v1/invoices/{invoice['id']}/lines", made)
    invoice["lines"]["total_count"] = len(made)
    whole = {name: sum(off.get(name, 0) for off in taken) for name in names}
    invoice["discounts"] = list(names)
    invoice["total_discount_amounts"] = _amounts(whole)
    _add_up(invoice)
    used = {name for name, off in whole.items() if off}
    subscription["discounts"] = discounts.still_on(world, names, now, used)


def _amounts(off: dict[str, int]) -> list[Fields]:
    return [{"discount": name, "amount": amount} for name, amount in off.items()]


def _add_up(invoice: Fields) -> None:
    subtotal = sum(line["amount"] for line in invoice["lines"]["data"])
    off = sum(each["amount"] for each in invoice["total_discount_amounts"])
    total = subtotal - off
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        total=total,
        total_excluding_tax=total,
        total_taxes=[],
        total_pretax_credit_amounts=[],
        amount_due=max(0, total),
        amount_remaining=max(0, total),
    )


def with_balance(world: World, invoice: Fields) -> int:
    """Set what is due after the customer's balance; returns the balance that would be left."""
    balance = int(world.objects.get("customer", invoice["customer"])["balance"])
    due = max(0, invoice["total"] + balance)
    left: int = invoice["total"] + balance - due
    invoice.update(starting_balance=balance, amount_due=due, amount_remaining=due)
    return left


def finalise(world: World, invoice: Fields) -> None:
    """Fix a draft: it gets a number, pages, and takes the customer's balance into account."""
    customer = world.objects.get("customer", invoice["customer"])
    now = world.now(customer["id"])
    left = with_balance(world, invoice)
    customer["balance"] = left
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    page = f"{world.url}/invoices/{invoice['id']}"
    with world.changing(invoice, "invoice.updated"):
        invoice.update(
            status="open",
            number=number,
            ending_balance=left,
            effective_at=now,
            automatically_finalizes_at=None,
            hosted_invoice_url=page,
            invoice_pdf=f"{page}/pdf",
        )
        invoice["status_transitions"]["finalized_at"] = now
        if invoice["collection_method"] == "send_invoice":
            invoice["due_date"] = now + DAY * invoice["_days"]
    world.emit("invoice.finalized", invoice)
    if invoice["collection_method"] == "send_invoice":
        world.emit("invoice.sent", invoice)


def finalise_later(world: World, invoice: Fields) -> None:
    """Renewals stay drafts for an hour."""
    invoice["automatically_finalizes_at"] = world.now(invoice["customer"]) + HOUR


def settled(world: World, invoice: Fields) -> None:
    """It is paid, whoever paid."""
    now = world.now(invoice["customer"])
    with world.changing(invoice, "invoice.updated"):
        invoice.update(
            status="paid",
            amount_paid=invoice["amount_due"],
            amount_remaining=0,
            attempted=True,
            auto_advance=False,
            next_payment_attempt=None,
        )
        invoice["status_transitions"]["paid_at"] = now
    for each in invoice["_payments"]["data"]:
        each.update(status="paid", amount_paid=each["amount_requested"])
        each["status_transitions"]["paid_at"] = now
        world.emit("invoice_payment.paid", each)
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)


def ended(world: World, invoice: Fields, status: str, moment: str) -> None:
    """It is void, or uncollectible. Raises Problem where it can no longer become so."""
    allowed = ("open", "uncollectible") if status == "void" else ("open",)
    if invoice["status"] not in allowed:
        words = f"You can only pass in open invoices. This invoice isn't open: {invoice['status']}."
        raise invalid(words)
    with world.changing(invoice, "invoice.updated"):
        invoice.update(status=status, auto_advance=False, next_payment_attempt=None)
        invoice["status_transitions"][moment] = world.now(invoice["customer"])
    told = {"void": "invoice.voided", "uncollectible": "invoice.marked_uncollectible"}
    world.emit(told[status], invoice)
    pending.discard(world, world.objects.get("subscription", subscription_id(invoice)), invoice)


def of_subscription(world: World, name: str) -> list[Fields]:
    """The invoices of a subscription, the oldest first."""
    owner = world.objects.get("subscription", name)["customer"]
    found = world.objects.all("invoice", customer=owner)
    return [each for each in found if subscription_id(each) == name]


def subscription_id(invoice: Fields) -> Any:
    """The id of an invoice's subscription."""
    return invoice["parent"]["subscription_details"]["subscription"]
