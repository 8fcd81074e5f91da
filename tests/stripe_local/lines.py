"""Lines of invoices: whole periods, trials, and the parts of periods that a change brings."""

from tests.stripe_local import discounts
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import TIMES, day, dollars, share
from tests.stripe_local.world import World

# A line before it stands on an invoice is a plain mapping: amount, description, period, price,
# quantity, proration, item, credited (the line that a credit takes back), discountable.


def product_name(world: World, price: Fields) -> str:
    """What people call what is sold at this price."""
    return str(world.objects.get("product", price["product"])["name"])


def whole(world: World, item: Fields, start: int, end: int, *, trial: bool) -> Fields:
    """A whole period of an item; nothing is to be paid for a trial."""
    price, quantity = item["price"], item["quantity"]
    name = product_name(world, price)
    each = f"{dollars(price['unit_amount'])} / {price['recurring']['interval']}"
    words = f"{quantity} {TIMES} {name} (at {each})"
    return {
        "amount": 0 if trial else price["unit_amount"] * quantity,
        "description": f"Trial period for {name}" if trial else words,
        "period": {"start": start, "end": end},
        "price": price, "quantity": quantity, "proration": False, "item": item["id"],
        "credited": None, "discountable": True,
    }  # fmt: skip


def given_back(world: World, item: Fields, now: int) -> list[Fields]:
    """What is given back of all that was billed for an item, for the time from now on."""
    return [
        {
            **_part(world, debit["price"], debit["quantity"], now, debit["end"]),
            "amount": -share(debit["amount"], debit["start"], debit["end"], now),
            "description": _words("Unused", world, debit["price"], debit["quantity"], now),
            "item": item["id"],
            "credited": debit,
        }
        for debit in item["_debits"]
        if debit["amount"] and debit["start"] <= now < debit["end"]
    ]


def debit(world: World, subscription: Fields, item: Fields, now: int) -> Fields:
    """What an item costs from now to the end of its period, after discounts."""
    price, quantity = item["price"], item["quantity"]
    start, end = item["current_period_start"], item["current_period_end"]
    full = discounts.net(world, subscription["discounts"], price["unit_amount"] * quantity)
    return {
        **_part(world, price, quantity, now, end),
        "amount": share(full, start, end, now),
        "description": _words("Remaining", world, price, quantity, now),
        "item": item["id"],
        "credited": None,
    }


def _part(world: World, price: Fields, quantity: int, now: int, end: int) -> Fields:
    common = {"price": price, "quantity": quantity, "period": {"start": now, "end": end}}
    return {**common, "proration": True, "discountable": False}


def _words(kind: str, world: World, price: Fields, quantity: int, now: int) -> str:
    several = f"{quantity} {TIMES} " if quantity != 1 else ""
    return f"{kind} time on {several}{product_name(world, price)} after {day(now)}"


def billed(item: Fields, found: list[Fields]) -> None:
    """Remember what was billed for an item, so that a later change can give it back exactly."""
    item["_debits"] = [
        {
            "amount": each["amount"] - each.get("discounted", 0),
            "start": each["period"]["start"],
            "end": each["period"]["end"],
            "price": each["price"],
            "quantity": each["quantity"],
            "source": each,
        }
        for each in found
    ]


def on_invoice(world: World, invoice: Fields, subscription: Fields | None, line: Fields) -> Fields:
    """The line as it stands on an invoice."""
    made = world.make(
        "line_item",
        amount=line["amount"],
        subtotal=line["amount"],
        currency=invoice["currency"],
        description=line["description"],
        discountable=line["discountable"],
        discount_amounts=[],
        invoice=invoice["id"],
        metadata=dict(subscription["metadata"]) if subscription else {},
        period=line["period"],
        quantity=line["quantity"],
        quantity_decimal=str(line["quantity"]),
        subscription=subscription["id"] if subscription else None,
        taxes=[],
    )
    price = line["price"]
    made["pricing"] = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    made["parent"] = _parent(line, subscription)
    line["placed"] = {"invoice": invoice["id"], "invoice_line_items": [made["id"]]}
    return made


def _parent(line: Fields, subscription: Fields | None) -> Fields:
    placed = (line["credited"] or {}).get("source", {}).get("placed")
    return {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": line.get("invoice_item"),
            "proration": line["proration"],
            "proration_details": {"credited_items": placed},
            "subscription": subscription and subscription["id"],
            "subscription_item": line["item"],
        },
    }
