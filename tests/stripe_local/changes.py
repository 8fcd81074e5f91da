"""Changes of a subscription: price, seats, trial, its end; and what they cost, to the second."""

from typing import Any

from stripe import params as takes

from tests.stripe_local import (
    cards,
    catalogue,
    collection,
    discounts,
    endings,
    invoices,
    lines,
    payments,
    pending,
    renewals,
    schedules,
    subscriptions,
)
from tests.stripe_local.calls import Call, only, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import declined, invalid, lacking, missing, to_confirm
from tests.stripe_local.world import World

KNOWN = ("items", "proration_behavior", "proration_date", "cancel_at_period_end", "cancel_at",
         "default_payment_method", "collection_method", "days_until_due", "payment_behavior",
         "payment_settings", "automatic_tax", "description", "trial_end", "trial_settings",
         "discounts", "cancellation_details", "off_session")  # fmt: skip
PLAIN = ("default_payment_method", "collection_method", "days_until_due", "description",
         "trial_settings")  # fmt: skip
MANAGED = (
    "The subscription is managed by the subscription schedule `{}`, and updating any "
    "cancelation behavior directly is not allowed. Please update the schedule instead."
)


def update(world: World, params: Fields, name: str) -> Fields:
    """Change a subscription. Raises Problem."""
    only(params, *KNOWN)
    subscription = world.objects.get("subscription", name)
    if subscription["status"] in subscriptions.GONE:
        only(params, "cancellation_details")
    return changed(world, subscription, params)


def changed(world: World, subscription: Fields, params: Fields) -> Fields:
    """Change it, and invoice at once what is to be invoiced at once. Raises Problem."""
    if params.get("default_payment_method") == "":  # which takes it away
        params = {**params, "default_payment_method": None}
    _refuse(world, subscription, params)
    waits = _waits(world, subscription, params)
    before = pending.terms(subscription)
    invoice = None
    with world.changing(subscription, "customer.subscription.updated"):
        with_fields(subscription, params, *PLAIN)
        for part in ("automatic_tax", "payment_settings"):
            subscription[part] = {**subscription[part], **(params.get(part) or {})}
        if "discounts" in params:
            _discount(world, subscription, params["discounts"])
        _set_end(world, subscription, params)
        if "items" in params:
            invoice = change_items(world, subscription, params["items"], params)
        if "trial_end" in params:
            invoice = _set_trial(world, subscription, params["trial_end"]) or invoice
        if waits and invoice is not None:
            pending.hold_back(world, subscription, before, invoice)
    if invoice is not None:
        collection.finalise_and_collect(world, invoice)
    return subscription


def _refuse(world: World, subscription: Fields, params: Fields) -> None:
    """What Stripe refuses, before anything is changed. Raises Problem."""
    ends = {"cancel_at_period_end", "cancel_at"} & params.keys()
    if subscription["schedule"] and ends:
        raise invalid(MANAGED.format(subscription["schedule"]))
    cards.owned(world, params.get("default_payment_method"), subscription["customer"])
    behaviour = params.get("payment_behavior")
    if behaviour == "pending_if_incomplete":
        pending.refuse(subscription, params)
    payer = collection.method_of(world, subscription)
    at_once = params.get("proration_behavior") == "always_invoice"
    at_once = at_once or params.get("trial_end") == "now"
    if behaviour == "error_if_incomplete" and at_once and not payments.would_pay(payer):
        if payer and payer["_does"] == "ask":
            raise to_confirm("subscription")
        if payer is None:
            raise invalid(subscriptions.NO_CARD, code="resource_missing")
        raise declined(payer["_reason"])


def _waits(world: World, subscription: Fields, params: Fields) -> bool:
    """Whether the change has to wait until somebody pays for it on the invoice's page."""
    if params.get("payment_behavior") != "pending_if_incomplete":
        return False
    return not payments.would_pay(collection.method_of(world, subscription))


def _discount(world: World, subscription: Fields, given: list[Fields] | None) -> None:
    owner = subscription["customer"]
    names = discounts.redeemed(world, given or [], owner, subscription=subscription["id"])
    subscription["discounts"] = names


def _set_end(world: World, subscription: Fields, params: Fields) -> None:
    """Let it end at a time, or not after all."""
    if not {"cancel_at_period_end", "cancel_at"} & params.keys():
        return
    ends = [item["current_period_end"] for item in subscription["items"]["data"]]
    at = params.get("cancel_at") or None  # "" takes it back
    if params.get("cancel_at_period_end"):
        at = max(ends)
    elif isinstance(at, str):
        at = min(ends) if at == "min_period_end" else max(ends)
    told: Fields = {"comment": None, "feedback": None, "feedback_option": None}
    told |= {"reason": "cancellation_requested" if at else None}
    subscription.update(
        cancel_at_period_end=bool(params.get("cancel_at_period_end")),
        cancel_at=at,
        canceled_at=world.now(subscription["customer"]) if at else None,
        cancellation_details={**told, **(params.get("cancellation_details") or {})},
    )


def change_items(
    world: World, subscription: Fields, given: list[Fields], terms: Fields
) -> Fields | None:
    """Change prices and seats; returns the invoice that is to be collected now, if any."""
    now = terms.get("proration_date") or world.now(subscription["customer"])
    behaviour = terms.get("proration_behavior", "create_prorations")
    prorates = behaviour != "none" and subscription["status"] != "trialing"
    found: list[Fields] = []
    for at, each in enumerate(given):
        only(each, "id", "price", "quantity", "deleted")
        item = _item(world, subscription, each, f"items[{at}]")
        back = lines.given_back(world, item, now)
        if _change(world, subscription, item, each, f"items[{at}]") and prorates:
            found += back + _owed(world, subscription, item, now)
    items = subscription["items"]
    items["total_count"] = len(items["data"])
    schedules.follow(world, subscription)
    if behaviour == "none" or not found:
        return None
    if behaviour == "create_prorations":
        for line in found:
            _leave_pending(world, subscription, line, now)
        return None
    return invoices.draft(world, subscription, found, "subscription_update")


def _item(world: World, subscription: Fields, given: Fields, param: str) -> Fields:
    """The item that is meant, or a new one. Raises Problem."""
    name = given.get("id")
    if name is None:
        return subscriptions.add_item(world, subscription, given, f"{param}[price]")
    if all(each["id"] != name for each in subscription["items"]["data"]):
        raise missing("subscription_item", name, f"{param}[id]", 400)
    return world.objects.get("subscription_item", name)


def _change(world: World, subscription: Fields, item: Fields, given: Fields, param: str) -> bool:
    """Change one item. Returns whether it costs something else now. Raises Problem."""
    data = subscription["items"]["data"]
    if given.get("deleted"):
        if len(data) == 1:
            raise invalid("A subscription must have at least one active plan.", param)
        data.remove(item)
        return True
    before = (item["price"]["id"], item["quantity"])
    if "price" in given:
        _another_price(world, item, given["price"], f"{param}[price]")
    item["quantity"] = given.get("quantity", item["quantity"])
    with_fields(item, given)
    return "id" not in given or before != (item["price"]["id"], item["quantity"])


def _owed(world: World, subscription: Fields, item: Fields, now: int) -> list[Fields]:
    """What an item costs for the rest of its period; nothing if it is gone."""
    if item not in subscription["items"]["data"]:
        return []
    due = lines.debit(world, subscription, item, now)
    lines.billed(item, [due])
    return [due]


def _another_price(world: World, item: Fields, name: str, param: str) -> None:
    price = catalogue.bought(world, name, param)
    if price["recurring"] is None or price["currency"] != item["price"]["currency"]:
        raise invalid("The price must be recurring, and in the same currency.", param)
    interval = ("interval", "interval_count")
    if [price["recurring"][n] for n in interval] != [
        item["price"]["recurring"][n] for n in interval
    ]:
        raise lacking("changes to another interval")
    subscriptions.priced(world, item, price)


def _leave_pending(world: World, subscription: Fields, line: Fields, now: int) -> None:
    """Keep a line for the next invoice."""
    item = world.add(
        "invoiceitem",
        amount=line["amount"],
        net_amount=line["amount"],
        currency=subscription["currency"],
        customer=subscription["customer"],
        date=now,
        description=line["description"],
        discountable=False,
        invoice=None,
        metadata={},
        period=line["period"],
        proration=True,
        quantity=line["quantity"],
        quantity_decimal=str(line["quantity"]),
        test_clock=subscription["test_clock"],
        _line=line,
        _subscription=subscription["id"],
    )
    line["invoice_item"] = item["id"]
    details = {"subscription": subscription["id"], "subscription_item": line["item"]}
    item["parent"] = {"type": "subscription_details", "subscription_details": details}
    world.emit("invoiceitem.created", item)


def _set_trial(world: World, subscription: Fields, end: Any) -> Fields | None:
    """Let a trial end now, or at another time; returns the invoice of its end."""
    now = world.now(subscription["customer"])
    if end != "now":
        if subscription["status"] != "trialing" or end <= now:
            raise lacking("trials of subscriptions that are no longer on trial")
        subscription.update(trial_end=end, billing_cycle_anchor=end)
        for item in subscription["items"]["data"]:
            item["current_period_end"] = end
        return None
    if subscription["status"] != "trialing":
        return None
    subscription.update(trial_end=now, billing_cycle_anchor=now)
    return renewals.next_period(world, subscription, now)


def cancel(world: World, params: Fields, name: str) -> Fields:
    """End it now. Raises Problem."""
    only(params, "cancellation_details", "invoice_now", "prorate")
    subscription = world.objects.get("subscription", name)
    if subscription["status"] in subscriptions.GONE:
        raise invalid(f"No such subscription: '{name}'", "id", "resource_missing")
    now = world.now(subscription["customer"])
    if params.get("prorate"):
        for item in subscription["items"]["data"]:
            for line in lines.given_back(world, item, now):
                _leave_pending(world, subscription, line, now)
    if params.get("invoice_now"):
        invoice = invoices.draft(world, subscription, [], "subscription_update")
        collection.finalise_and_collect(world, invoice)
    told = params.get("cancellation_details")
    endings.end(world, subscription, "cancellation_requested", told)
    return subscription


CALLS = (
    Call("POST /v1/subscriptions/{name}", takes.SubscriptionUpdateParams, update),
    Call("DELETE /v1/subscriptions/{name}", takes.SubscriptionCancelParams, cancel),
)
