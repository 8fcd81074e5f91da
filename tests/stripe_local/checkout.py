"""Checkout: sessions that a customer pays on a page of ours."""

import re

from stripe import params as takes

from tests.stripe_local import (
    cards,
    catalogue,
    customers,
    discounts,
    invoices,
    payments,
    subscriptions,
)
from tests.stripe_local.calls import Call, list_of, only, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY
from tests.stripe_local.problems import declined, invalid, lacking
from tests.stripe_local.shapes import listing
from tests.stripe_local.world import World

KNOWN = ("mode", "line_items", "customer", "customer_email", "client_reference_id", "success_url",
         "cancel_url", "subscription_data", "allow_promotion_codes", "discounts", "expires_at",
         "automatic_tax", "payment_method_collection", "payment_method_types", "locale",
         "ui_mode", "billing_address_collection", "customer_update", "currency", "submit_type",
         "tax_id_collection", "custom_text", "saved_payment_method_options",
         "consent_collection", "payment_method_options", "origin_context")  # fmt: skip
PLAIN = (
    "client_reference_id",
    "success_url",
    "cancel_url",
    "allow_promotion_codes",
    "locale",
    "customer_email",
    "payment_method_collection",
    "billing_address_collection",
    "submit_type",
    "origin_context",
    "consent_collection",
    "saved_payment_method_options",
)
DATA = ("trial_period_days", "trial_end", "trial_settings", "metadata", "description",
        "billing_mode", "proration_behavior")  # fmt: skip
WRONG = {
    "discounts": "You may only specify one of these parameters: allow_promotion_codes, discounts.",
    "success_url": "Not a valid URL.",
    "client_reference_id": "It can have up to 200 characters.",
    "subscription_data[trial_period_days]": "A trial lasts at least one day.",
    "subscription_data[trial_end]": "It must be at least 2 days in the future.",
    "expires_at": "It must be between 30 minutes and 24 hours from now.",
}
PLACE = "{CHECKOUT_SESSION_ID}"


def create(world: World, params: Fields) -> Fields:
    """One more session. Raises Problem."""
    customer = _customer(world, params)
    now = world.now(customer)
    data = params.get("subscription_data") or {}
    _refuse(params, data, now)
    session = world.make(
        "checkout.session",
        id=world.objects.name("checkout.session"),
        created=now,
        currency="usd",
        customer=customer,
        expires_at=params.get("expires_at", now + DAY),
        metadata={},
        mode="subscription",
        payment_method_types=["card"],
        payment_method_collection="always",
        payment_status="unpaid",
        status="open",
        ui_mode="hosted_page",
    )
    with_fields(session, params, *PLAIN)
    session["url"] = f"{world.url}/pay/{session['id']}"
    session["automatic_tax"] |= params.get("automatic_tax") or {}
    session["_order"] = {**data, "automatic_tax": params.get("automatic_tax")}
    session["_discounts"] = params.get("discounts") or []
    _put_lines(world, session, params.get("line_items") or [])
    return world.objects.add(session)


def _refuse(params: Fields, data: Fields, now: int) -> None:
    """What Stripe would not sell. Raises Problem."""
    only(params, *KNOWN)
    only(data, *DATA)
    hosted = params.get("ui_mode", "hosted_page") == "hosted_page"
    if params.get("mode") != "subscription" or not hosted:
        raise lacking("sessions that are not mode=subscription on a hosted page")
    both = {"discounts", "allow_promotion_codes"}
    least = now + 2 * DAY
    wrong = {
        "discounts": both <= params.keys(),
        "success_url": not re.match(r"https?://", params.get("success_url", "")),
        "client_reference_id": len(params.get("client_reference_id", "")) > 200,
        "subscription_data[trial_period_days]": data.get("trial_period_days", 1) < 1,
        "subscription_data[trial_end]": data.get("trial_end", least) < least,
        "expires_at": not 1_800 <= params.get("expires_at", now + DAY) - now <= DAY,
    }
    for name in (name for name, is_wrong in wrong.items() if is_wrong):
        raise invalid(f"{name}: {WRONG[name]}", name)


def _customer(world: World, params: Fields) -> str | None:
    if "customer" in params and "customer_email" in params:
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    if "customer" not in params:
        return None
    return str(world.objects.get("customer", params["customer"], "customer", 400)["id"])


def _put_lines(world: World, session: Fields, given: list[Fields]) -> None:
    made = []
    for at, each in enumerate(given):
        only(each, "price", "quantity")
        price = catalogue.bought(world, each.get("price", ""), f"line_items[{at}][price]")
        if price["recurring"] is None:
            raise lacking("sessions that sell anything once")
        quantity = each.get("quantity", 1)
        amount = price["unit_amount"] * quantity
        line = world.make("item", price=price, quantity=quantity, currency=price["currency"])
        product = world.objects.get("product", price["product"])
        line.update(amount_subtotal=amount, amount_total=amount, description=product["name"])
        made.append(line)
    if not made:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    session["_line_items"] = listing(f"/v1/checkout/sessions/{session['id']}/line_items", made)
    session["currency"] = made[0]["currency"]
    total = 0 if _on_trial(session) else sum(line["amount_total"] for line in made)
    session.update(amount_subtotal=total, amount_total=total)
    session["total_details"] = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}


def _on_trial(session: Fields) -> bool:
    return bool(session["_order"].get("trial_period_days") or session["_order"].get("trial_end"))


def expire(world: World, params: Fields, name: str) -> Fields:
    """Let an open session expire now. Raises Problem."""
    session = world.objects.get("checkout.session", name)
    if session["status"] != "open":
        raise invalid("Only Checkout Sessions with a status in [\"open\"] can be expired. "
                      f"This Checkout Session has a status of {session['status']}.")  # fmt: skip
    return expired(world, session)


def expired(world: World, session: Fields) -> Fields:
    """Nobody can pay it any more."""
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", session)
    return session


def discounted(world: World, session: Fields, code: str) -> list[Fields]:
    """The discounts of a session and of a code that was typed on its page. Raises Problem."""
    given: list[Fields] = list(session["_discounts"])
    if code and session["allow_promotion_codes"]:
        given.append(discounts.typed_code(world, code, session["customer"]))
    return given


def amounts(world: World, session: Fields, code: str) -> tuple[int, int]:
    """What is to be paid now, and in every period from then on. Raises Problem."""
    other = world.imagined(session["customer"])
    copy = other.objects.get("checkout.session", session["id"])
    started = _start(other, copy, discounted(other, copy, code), None)
    invoice = other.objects.get("invoice", started["latest_invoice"])
    invoices.with_balance(other, invoice)
    return invoice["amount_due"], sum(
        line["amount_total"] for line in session["_line_items"]["data"]
    )


def pay(world: World, session: Fields, number: str, code: str = "") -> Fields:
    """The customer pays, or begins a trial. Raises Problem, and then the session stays open."""
    if session["status"] != "open":
        raise invalid("This Checkout Session is no longer open.")
    given = discounted(world, session, code)
    due, _ = amounts(world, session, code)
    method = None
    if due or session["payment_method_collection"] == "always" or number:
        method = cards.card(world, number)
        with cards.in_hand(method):
            pays = payments.would_pay(method)
        if method["_does"] == "attach" or (due and not pays):
            raise declined(method["_reason"])
    with cards.in_hand(method):
        started = _start(world, session, given, method)
    _complete(world, session, started)
    return session


def _start(world: World, session: Fields, given: list[Fields], method: Fields | None) -> Fields:
    """The subscription of a session. In an imagined world nobody pays for it."""
    customer = _owner(world, session)
    if method is not None:
        cards.attached(world, method, customer["id"])
    lines = session["_line_items"]["data"]
    items = [{"price": line["price"]["id"], "quantity": line["quantity"]} for line in lines]
    order = {name: value for name, value in session["_order"].items() if value is not None}
    order |= {"items": items, "discounts": given}
    if method is not None:
        order["default_payment_method"] = method["id"]
    return subscriptions.start(world, customer, order)


def _owner(world: World, session: Fields) -> Fields:
    """The session's customer, who is made now if none was named."""
    if session["customer"]:
        return world.objects.get("customer", session["customer"])
    email = session["customer_email"] or "payer@example.com"
    customer = customers.create(world, {"email": email})
    session["customer"] = customer["id"]
    return customer


def _complete(world: World, session: Fields, started: Fields) -> None:
    invoice = world.objects.get("invoice", started["latest_invoice"])
    owner = world.objects.get("customer", session["customer"])
    session.update(
        status="complete",
        subscription=started["id"],
        invoice=invoice["id"],
        payment_status="paid" if invoice["amount_paid"] else "no_payment_required",
        amount_total=invoice["total"],
        url=None,
    )
    session["total_details"]["amount_discount"] = invoice["subtotal"] - invoice["total"]
    session["customer_details"] = {
        "address": None, "business_name": None, "email": owner["email"], "individual_name": None,
        "name": owner["name"], "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip
    world.emit("checkout.session.completed", session)


def lines_of(world: World, params: Fields, name: str) -> Fields:
    """A page of what is bought."""
    data = world.objects.get("checkout.session", name)["_line_items"]["data"]
    url = f"/v1/checkout/sessions/{name}/line_items"
    return world.objects.page(list(reversed(data)), params, url)


def back_to(session: Fields) -> str:
    """Where the customer goes after paying."""
    return str(session["success_url"]).replace(PLACE, session["id"])


SESSIONS = list_of(
    "checkout.session", "/v1/checkout/sessions", "customer", "subscription", "status"
)
takes_ = takes.checkout
CALLS = (
    Call("POST /v1/checkout/sessions", takes_.SessionCreateParams, create),
    Call("GET /v1/checkout/sessions/{name}", takes_.SessionRetrieveParams,
         retrieve("checkout.session")),
    Call("GET /v1/checkout/sessions", takes_.SessionListParams, SESSIONS),
    Call("GET /v1/checkout/sessions/{name}/line_items", takes_.SessionListLineItemsParams,
         lines_of),
    Call("POST /v1/checkout/sessions/{name}/expire", takes_.SessionExpireParams, expire),
)  # fmt: skip
