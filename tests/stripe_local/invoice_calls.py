"""What is asked about invoices, and what is done to them by hand."""

from stripe import params as takes

from tests.stripe_local import (
    cards,
    changes,
    collection,
    endings,
    invoices,
    renewals,
    subscriptions,
)
from tests.stripe_local.calls import Call, list_of, only, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import declined, invalid, lacking, to_confirm
from tests.stripe_local.world import World

DETAILS = ("items", "proration_behavior", "proration_date", "cancel_at_period_end", "cancel_at",
           "trial_end", "billing_mode")  # fmt: skip
NONE = "No upcoming invoices for customer: {}"


def list_invoices(world: World, params: Fields) -> Fields:
    """A page of them."""
    name = params.get("subscription")
    found = [
        each
        for each in world.objects.all("invoice")
        if (name is None or invoices.subscription_id(each) == name)
        and all(
            each[n] == params[n] for n in ("customer", "status", "collection_method") if n in params
        )
    ]
    return world.objects.page(found, params, "/v1/invoices")


def list_lines(world: World, params: Fields, name: str) -> Fields:
    """A page of an invoice's lines, in their order."""
    data = world.objects.get("invoice", name)["lines"]["data"]
    return world.objects.page(list(reversed(data)), params, f"/v1/invoices/{name}/lines")


def update(world: World, params: Fields, name: str) -> Fields:
    """Change what does not touch its money."""
    only(params, "auto_advance", "description", "footer")
    invoice = world.objects.get("invoice", name)
    with world.changing(invoice, "invoice.updated"):
        with_fields(invoice, params, "auto_advance", "description", "footer")
    return invoice


def finalise(world: World, params: Fields, name: str) -> Fields:
    """Fix a draft now. Raises Problem."""
    invoice = world.objects.get("invoice", name)
    if invoice["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        )
    invoices.finalise(world, invoice)
    return invoice


def pay(world: World, params: Fields, name: str) -> Fields:
    """Pay it now, by card or by what happens outside of Stripe. Raises Problem."""
    only(params, "payment_method", "paid_out_of_band", "off_session")
    invoice = world.objects.get("invoice", name)
    if invoice["status"] == "draft":
        invoices.finalise(world, invoice)
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"Invoice is {invoice['status']}")
    if params.get("paid_out_of_band"):
        invoice["amount_paid_off_stripe"] = invoice["amount_remaining"]
        collection.paid(world, invoice)
        return invoice
    by_card(world, invoice, params.get("payment_method"))
    return invoice


def by_card(world: World, invoice: Fields, name: str | None = None) -> None:
    """Pay an open invoice by this method, or by the subscription's own. Raises Problem (402)."""
    owner = world.objects.get("subscription", invoices.subscription_id(invoice))
    method = cards.named(world, name) if name else collection.method_of(world, owner)
    if method is None:
        raise invalid(subscriptions.NO_CARD, code="resource_missing")
    if not collection.collect(world, invoice, method):
        if method["_does"] == "ask":
            raise to_confirm("invoice")
        intent = invoice["_payments"]["data"][0]["payment"]["payment_intent"]
        charge = world.objects.get("payment_intent", intent)["latest_charge"]
        raise declined(method["_reason"], charge)


def void(world: World, params: Fields, name: str) -> Fields:
    """Take it back. Raises Problem."""
    invoice = world.objects.get("invoice", name)
    invoices.ended(world, invoice, "void", "voided_at")
    subscription = world.objects.get("subscription", invoices.subscription_id(invoice))
    if subscription["status"] == "incomplete":
        endings.expire(world, subscription)
    return invoice


def mark_uncollectible(world: World, params: Fields, name: str) -> Fields:
    """Write it off. Raises Problem."""
    invoice = world.objects.get("invoice", name)
    invoices.ended(world, invoice, "uncollectible", "marked_uncollectible_at")
    return invoice


def send(world: World, params: Fields, name: str) -> Fields:
    """Send it by mail, which here is only told. Raises Problem."""
    invoice = world.objects.get("invoice", name)
    if invoice["collection_method"] != "send_invoice":
        raise invalid(
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
    if invoice["status"] == "draft":
        invoices.finalise(world, invoice)
    else:
        world.emit("invoice.sent", invoice)
    return invoice


def create_preview(world: World, params: Fields) -> Fields:
    """The invoice that would come: everything is done in a copy of the account, and looked at."""
    only(params, "customer", "subscription", "schedule", "subscription_details", "discounts",
         "automatic_tax", "currency", "preview_mode")  # fmt: skip
    details = params.get("subscription_details") or {}
    only(details, *DETAILS)
    if params.get("preview_mode", "next") != "next":
        raise lacking(f"preview_mode={params['preview_mode']}")
    name = _subscription(world, params)
    if name is None:
        other = world.imagined(params.get("customer"))
        invoice = _first(other, params, details)
    else:
        owner = world.objects.get("subscription", name, "subscription")["customer"]
        other = world.imagined(owner)
        invoice = _next(other, params, other.objects.get("subscription", name), details)
    shown: Fields = other.objects.shown(invoice)
    shown["id"] = f"upcoming_{invoice['id']}"
    for line in shown["lines"]["data"]:
        line["invoice"] = shown["id"]
    return shown


def _subscription(world: World, params: Fields) -> str | None:
    if "schedule" in params:
        found = world.objects.get("subscription_schedule", params["schedule"], "schedule")
        return str(found["subscription"])
    if "subscription" in params or "subscription_details" in params:
        return params.get("subscription")
    found = world.objects.all("subscription", customer=params.get("customer"))
    live = [each["id"] for each in found if each["ended_at"] is None]
    if not live:
        raise _no_upcoming(params.get("customer", ""))
    return str(live[0])


def _no_upcoming(customer: str) -> Exception:
    refusal = invalid(NONE.format(customer), code="invoice_upcoming_none")
    refusal.status = 404
    return refusal


def _first(world: World, params: Fields, details: Fields) -> Fields:
    """The first invoice of a subscription that would be made."""
    if "customer" not in params:
        raise lacking("previews without a customer")
    customer = world.objects.get("customer", params["customer"], "customer", 400)
    order = {**details, **{n: params[n] for n in ("discounts", "automatic_tax") if n in params}}
    started = subscriptions.start(world, customer, order)
    invoice = world.objects.get("invoice", started["latest_invoice"])
    invoices.with_balance(world, invoice)
    return invoice


def _next(world: World, params: Fields, subscription: Fields, details: Fields) -> Fields:
    """The next invoice of a subscription, after these changes of it."""
    if subscription["ended_at"] is not None:
        raise _no_upcoming(subscription["customer"])
    before = subscription["latest_invoice"]
    details.pop("billing_mode", None)
    details |= {name: params[name] for name in ("discounts", "automatic_tax") if name in params}
    if details:
        changes.changed(world, subscription, details)
    if subscription["latest_invoice"] == before:
        when = renewals.due(world, {**subscription, "_noticed": True})
        if when is None or subscription["cancel_at"]:
            raise _no_upcoming(subscription["customer"])
        _turn(world, subscription, when[0])
    invoice = world.objects.get("invoice", subscription["latest_invoice"])
    invoices.with_balance(world, invoice)
    return invoice


def _turn(world: World, subscription: Fields, moment: int) -> None:
    """Let the next period of the subscription begin."""
    owner = world.objects.get("customer", subscription["customer"])
    clock = world.objects.kinds["test_helpers.test_clock"].get(owner["test_clock"] or "")
    if clock:
        clock["frozen_time"] = moment
    before = subscription["latest_invoice"]
    with world.at(moment):
        renewals.turn(world, subscription)
    if subscription["latest_invoice"] == before:
        raise _no_upcoming(subscription["customer"])


def create(world: World, params: Fields) -> Fields:
    """Invoices come of subscriptions only."""
    raise lacking("invoices that are made by hand")


CALLS = (
    Call("POST /v1/invoices/create_preview", takes.InvoiceCreatePreviewParams, create_preview),
    Call("POST /v1/invoices", takes.InvoiceCreateParams, create),
    Call("GET /v1/invoices", takes.InvoiceListParams, list_invoices),
    Call("GET /v1/invoices/{name}", takes.InvoiceRetrieveParams, retrieve("invoice")),
    Call("POST /v1/invoices/{name}", takes.InvoiceUpdateParams, update),
    Call("GET /v1/invoices/{name}/lines", takes.InvoiceLineItemListParams, list_lines),
    Call("POST /v1/invoices/{name}/finalize", takes.InvoiceFinalizeInvoiceParams, finalise),
    Call("POST /v1/invoices/{name}/pay", takes.InvoicePayParams, pay),
    Call("POST /v1/invoices/{name}/void", takes.InvoiceVoidInvoiceParams, void),
    Call("POST /v1/invoices/{name}/send", takes.InvoiceSendInvoiceParams, send),
    Call("POST /v1/invoices/{name}/mark_uncollectible", takes.InvoiceMarkUncollectibleParams,
         mark_uncollectible),
    Call("GET /v1/invoiceitems", takes.InvoiceItemListParams,
         list_of("invoiceitem", "/v1/invoiceitems", "customer", "invoice")),
)  # fmt: skip
