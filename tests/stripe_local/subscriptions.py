"""Subscriptions: how they begin, and how they are found."""

from stripe import params as takes

from tests.stripe_local import cards, catalogue, collection, discounts, invoices, lines, payments
from tests.stripe_local.calls import Call, only, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY, next_end
from tests.stripe_local.problems import declined, invalid, lacking
from tests.stripe_local.shapes import listing
from tests.stripe_local.world import World

KNOWN = ("customer", "items", "trial_end", "trial_period_days", "trial_settings", "discounts",
         "default_payment_method", "collection_method", "days_until_due", "payment_behavior",
         "payment_settings", "automatic_tax", "description", "off_session",
         "proration_behavior", "billing_mode", "currency")  # fmt: skip
GONE = ("canceled", "incomplete_expired")
ONCE = ("The price specified is set to `type=one_time` but this field only accepts prices with "
        "`type=recurring`.")  # fmt: skip
DAYS = ("`days_until_due` must be given if, and only if, `collection_method` is "
        "`send_invoice`.")  # fmt: skip
NO_PLACE = "The customer's location isn't recognized. Set a valid customer address."
NO_CARD = ("This customer has no attached payment source or default payment method. Please "
           "consider adding a default payment method.")  # fmt: skip


def create(world: World, params: Fields) -> Fields:
    """One more subscription. Raises Problem."""
    only(params, *KNOWN)
    customer = world.objects.get("customer", params.get("customer", ""), "customer", 400)
    taxed = (params.get("automatic_tax") or {}).get("enabled")
    if taxed and customer["_tax"]["automatic_tax"] != "supported":
        raise invalid(NO_PLACE, "automatic_tax[enabled]", "customer_tax_location_invalid")
    return start(world, customer, params)


def start(world: World, customer: Fields, order: Fields) -> Fields:
    """Begin a subscription: its first invoice is made and collected at once. Raises Problem."""
    _refuse(world, customer, order)
    subscription = _made(world, customer, order)
    _add_items(world, subscription, order.get("items") or [])
    _can_be_paid(world, subscription, order)
    given = order.get("discounts") or []
    names = discounts.redeemed(world, given, customer["id"], subscription=subscription["id"])
    subscription["discounts"] = names
    world.objects.add(subscription)
    customer["_subscriptions"]["data"].insert(0, subscription)
    customer["currency"] = subscription["currency"]
    invoice = _first_invoice(world, subscription)
    world.emit("customer.subscription.created", subscription)
    if subscription["collection_method"] == "send_invoice":
        invoices.finalise_later(world, invoice)
    elif order.get("payment_behavior") == "default_incomplete" and invoice["amount_due"]:
        invoices.finalise(world, invoice)
    else:
        collection.finalise_and_collect(world, invoice)
    return subscription


def _refuse(world: World, customer: Fields, order: Fields) -> None:
    """What Stripe would not begin, and what this one cannot keep. Raises Problem."""
    cards.owned(world, order.get("default_payment_method"), customer["id"])
    sent = order.get("collection_method") == "send_invoice"
    if sent != (order.get("days_until_due") is not None):
        raise invalid(DAYS, "days_until_due")
    if (order.get("billing_mode") or {}).get("type", "flexible") != "flexible":
        raise lacking("billing_mode=classic")
    end = (order.get("trial_settings") or {}).get("end_behavior") or {}
    if end.get("missing_payment_method") == "pause":
        raise lacking("trials that pause")
    if order.get("payment_behavior") == "pending_if_incomplete":
        raise invalid("pending_if_incomplete is for updates only.", "payment_behavior")


def _made(world: World, customer: Fields, order: Fields) -> Fields:
    now = world.now(customer["id"])
    trial_end = _trial_end(order, now)
    subscription = world.make(
        "subscription",
        customer=customer["id"],
        status="trialing" if trial_end else "incomplete",
        billing_cycle_anchor=trial_end or now,
        start_date=now,
        created=now,
        trial_start=now if trial_end else None,
        trial_end=trial_end,
        test_clock=customer["test_clock"],
        collection_method=order.get("collection_method", "charge_automatically"),
        metadata={},
        trial_settings=order.get("trial_settings")
        or {"end_behavior": {"missing_payment_method": "create_invoice"}},
    )
    subscription["billing_mode"] = {"type": "flexible", "updated_at": None,
                                    "flexible": {"proration_discounts": "included"}}  # fmt: skip
    subscription["default_tax_rates"] = []
    subscription["payment_settings"] = {
        "payment_method_options": None, "payment_method_types": None,
        "save_default_payment_method": "off", **(order.get("payment_settings") or {}),
    }  # fmt: skip
    subscription["automatic_tax"] |= order.get("automatic_tax") or {}
    with_fields(subscription, order, "default_payment_method", "days_until_due", "description")
    if subscription["collection_method"] == "send_invoice" and not trial_end:
        subscription["status"] = "active"
    return subscription


def _trial_end(order: Fields, now: int) -> int | None:
    if order.get("trial_period_days"):
        return now + DAY * int(order["trial_period_days"])
    end = order.get("trial_end")
    if end in (None, "now"):
        return None
    if end <= now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end"
        )
    return int(end)


def _add_items(world: World, subscription: Fields, given: list[Fields]) -> None:
    if not given:
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    name = subscription["id"]
    subscription["items"] = listing(f"/v1/subscription_items?subscription={name}")
    for at, each in enumerate(given):
        only(each, "price", "quantity")
        add_item(world, subscription, each, f"items[{at}][price]")
    subscription["items"]["total_count"] = len(given)
    subscription["currency"] = subscription["items"]["data"][0]["price"]["currency"]


def add_item(world: World, subscription: Fields, given: Fields, param: str) -> Fields:
    """One more item of a subscription, for its current period. Raises Problem."""
    price = catalogue.bought(world, given.get("price", ""), param)
    if price["recurring"] is None:
        raise invalid(ONCE, param)
    now = world.now(subscription["customer"])
    anchor = subscription["billing_cycle_anchor"]
    trial = subscription["trial_end"] if subscription["status"] == "trialing" else None
    item = world.add(
        "subscription_item",
        created=now,
        price=price,
        plan=_plan(world, price),
        quantity=given.get("quantity", 1),
        subscription=subscription["id"],
        current_period_start=now,
        current_period_end=trial or next_end(anchor, price["recurring"], now),
        tax_rates=[],
    )
    with_fields(item, given)
    item["_debits"] = []
    subscription["items"]["data"].append(item)
    return item


def _plan(world: World, price: Fields) -> Fields:
    recurring = {name: price["recurring"][name] for name in ("interval", "interval_count")}
    names = ("active", "billing_scheme", "currency", "id", "metadata", "nickname", "product")
    return world.make(
        "plan",
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        usage_type="licensed",
        **recurring,
        **{name: price[name] for name in names},
    )


def priced(world: World, item: Fields, price: Fields) -> None:
    """Let an item have another price."""
    item.update(price=price, plan=_plan(world, price))


def _can_be_paid(world: World, subscription: Fields, order: Fields) -> None:
    """Refuse before anything is made what cannot be paid. Raises Problem."""
    automatic = subscription["collection_method"] == "charge_automatically"
    behaviour = order.get("payment_behavior", "allow_incomplete")
    if world.only_drafts or subscription["status"] == "trialing" or not automatic:
        return
    method = collection.method_of(world, subscription)
    owed = any(each["price"]["unit_amount"] for each in subscription["items"]["data"])
    if method is None and owed and behaviour != "default_incomplete":
        raise invalid(NO_CARD, code="resource_missing")
    if method and behaviour == "error_if_incomplete" and not payments.would_pay(method):
        raise declined(method["_reason"])


def _first_invoice(world: World, subscription: Fields) -> Fields:
    trial = subscription["status"] == "trialing"
    found = []
    for item in subscription["items"]["data"]:
        start, end = item["current_period_start"], item["current_period_end"]
        line = lines.whole(world, item, start, end, trial=trial)
        found.append(line)
    invoice = invoices.draft(world, subscription, found, "subscription_create")
    for item, line in zip(subscription["items"]["data"], found, strict=True):
        lines.billed(item, [line])
    return invoice


def list_subscriptions(world: World, params: Fields) -> Fields:
    """A page of them: those that are not over, those of a status, or all."""
    status = params.get("status")
    if "customer" in params:
        world.objects.get("customer", params["customer"], "customer", 400)
    found = [
        each
        for each in world.objects.all("subscription")
        if _has_status(each, status)
        and all(
            each[n] == params[n]
            for n in ("customer", "collection_method", "test_clock")
            if n in params
        )
        and ("price" not in params or _sells(each, params["price"]))
    ]
    return world.objects.page(found, params, "/v1/subscriptions")


def _has_status(subscription: Fields, status: str | None) -> bool:
    if status in (None, "all"):
        return status == "all" or subscription["status"] not in GONE
    if status == "ended":
        return subscription["status"] in GONE
    return bool(subscription["status"] == status)


def _sells(subscription: Fields, price: str) -> bool:
    return any(item["price"]["id"] == price for item in subscription["items"]["data"])


def list_items(world: World, params: Fields) -> Fields:
    """A page of the items of a subscription."""
    found = world.objects.get("subscription", params["subscription"], "subscription", 400)
    return world.objects.page(
        list(reversed(found["items"]["data"])), params, "/v1/subscription_items"
    )


CALLS = (
    Call("POST /v1/subscriptions", takes.SubscriptionCreateParams, create),
    Call("GET /v1/subscriptions/{name}", takes.SubscriptionRetrieveParams,
         retrieve("subscription")),
    Call("GET /v1/subscriptions", takes.SubscriptionListParams, list_subscriptions),
    Call("GET /v1/subscription_items", takes.SubscriptionItemListParams, list_items),
)  # fmt: skip
