"""Payments of invoices: intents, charges, refunds and disputes."""

from typing import Any

from stripe import params as takes

from tests.stripe_local.calls import Call, list_of, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import WORDS, invalid
from tests.stripe_local.shapes import listing
from tests.stripe_local.world import World


def would_pay(method: Fields | None) -> bool:
    """Whether a charge of this method would go through now."""
    if method is None or method["_does"] in ("attach", "charge", "ask"):
        return False
    return method["_does"] != "later" or not method["_paid"]


def charge(world: World, invoice: Fields, method: Fields) -> bool:
    """Try to take what is due for an invoice. Returns whether it was paid."""
    intent = _intent(world, invoice)
    if method["_does"] == "ask":
        intent.update(status="requires_action", payment_method=method["id"])
        world.emit("payment_intent.requires_action", intent)
        return False
    pays = would_pay(method)
    made = world.add(
        "charge",
        amount=invoice["amount_remaining"],
        amount_captured=invoice["amount_remaining"] if pays else 0,
        captured=pays,
        paid=pays,
        currency=invoice["currency"],
        customer=invoice["customer"],
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": "card", "card": dict(method["card"])},
        status="succeeded" if pays else "failed",
        failure_code=None if pays else "card_declined",
        failure_message=None if pays else WORDS.get(method["_reason"]),
    )
    made["_refunds"] = listing(f"/v1/charges/{made['id']}/refunds")
    method["_paid"] += pays
    intent["latest_charge"] = made["id"]
    intent["payment_method"] = method["id"]
    (_succeeded if pays else _failed)(world, intent, made, method)
    return pays


def _intent(world: World, invoice: Fields) -> Fields:
    """The one intent of an invoice, with its payment record."""
    for each in invoice["_payments"]["data"]:
        if each["payment"]["type"] == "payment_intent":
            return world.objects.get("payment_intent", each["payment"]["payment_intent"])
    intent = world.add(
        "payment_intent",
        amount=invoice["amount_remaining"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        capture_method="automatic",
        confirmation_method="automatic",
        payment_method_types=["card"],
        status="requires_payment_method",
        description="Subscription update" if invoice["_again"] else "Subscription creation",
    )
    intent["client_secret"] = f"{intent['id']}_secret_local"
    payment = {"type": "payment_intent", "payment_intent": intent["id"]}
    record(world, invoice, payment, "open")
    world.emit("payment_intent.created", intent)
    return intent


def record(world: World, invoice: Fields, payment: Fields, status: str) -> Fields:
    """How an invoice is, or is to be, paid."""
    made = world.add(
        "invoice_payment",
        invoice=invoice["id"],
        amount_requested=invoice["amount_remaining"],
        amount_paid=None,
        currency=invoice["currency"],
        is_default=True,
        payment={"charge": None, "payment_intent": None, "payment_record": None} | payment,
        status=status,
    )
    made["created"] = world.now(invoice["customer"])
    invoice["_payments"]["data"].append(made)
    return made


def _succeeded(world: World, intent: Fields, made: Fields, method: Fields) -> None:
    intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
    made["receipt_url"] = f"{world.url}/receipts/{made['id']}"
    made["outcome"] = {"network_status": "approved_by_network", "reason": None,
                       "type": "authorized", "risk_level": "normal",
                       "seller_message": "Payment complete."}  # fmt: skip
    world.emit("charge.succeeded", made)
    world.emit("payment_intent.succeeded", intent)


def _failed(world: World, intent: Fields, made: Fields, method: Fields) -> None:
    made["outcome"] = {"network_status": "declined_by_network", "reason": method["_reason"],
                       "type": "issuer_declined", "risk_level": "normal",
                       "seller_message": "The bank declined."}  # fmt: skip
    intent["last_payment_error"] = {
        "type": "card_error", "code": "card_declined", "decline_code": method["_reason"],
        "message": made["failure_message"], "charge": made["id"],
        "payment_method": world.objects.shown(method),
    }  # fmt: skip
    world.emit("charge.failed", made)
    world.emit("payment_intent.payment_failed", intent)


def create_refund(world: World, params: Fields) -> Fields:
    """Give back a charge, or a part of it."""
    made = _charge_of(world, params)
    left = made["amount"] - made["amount_refunded"]
    amount = params.get("amount", left)
    if left == 0:
        words = f"Charge {made['id']} has already been refunded."
        raise invalid(words, code="charge_already_refunded")
    if not made["paid"] or not 0 < amount <= left:
        raise invalid("Refund amount is greater than what is left of the charge.", "amount")
    refund = world.add(
        "refund",
        amount=amount,
        charge=made["id"],
        currency=made["currency"],
        customer=made["customer"],
        payment_intent=made["payment_intent"],
        payment_method=made["payment_method"],
        status="succeeded",
        metadata={},
    )
    with_fields(refund, params, "reason")
    made["_refunds"]["data"].insert(0, refund)
    made["amount_refunded"] += amount
    made["refunded"] = made["amount_refunded"] == made["amount"]
    world.emit("refund.created", refund)
    world.emit("charge.refunded", made)
    return refund


def _charge_of(world: World, params: Fields) -> Fields:
    if "charge" in params:
        return world.objects.get("charge", params["charge"], "charge", 400)
    name = params.get("payment_intent", "")
    intent = world.objects.get("payment_intent", name, "payment_intent", 400)
    return world.objects.get("charge", intent["latest_charge"] or "", "charge", 400)


def dispute(world: World, made: Fields, reason: str = "fraudulent") -> Fields:
    """Let the customer's bank take a charge back."""
    now = world.now(made["customer"])
    opened = world.add(
        "dispute",
        amount=made["amount"],
        charge=made["id"],
        currency=made["currency"],
        created=now,
        payment_intent=made["payment_intent"],
        payment_method_details={
            "type": "card",
            "card": {"brand": "visa", "case_type": "chargeback"},
        },
        reason=reason,
        status="needs_response",
    )
    opened["evidence_details"] |= {"due_by": now + 7 * 86_400}
    made["disputed"] = True
    world.emit("charge.dispute.created", opened)
    world.emit("charge.dispute.funds_withdrawn", opened)
    return opened


def close_dispute(world: World, opened: Fields, *, won: bool) -> Fields:
    """Let the bank decide."""
    opened["status"] = "won" if won else "lost"
    if won:
        world.emit("charge.dispute.funds_reinstated", opened)
    world.emit("charge.dispute.closed", opened)
    return opened


def list_invoice_payments(world: World, params: Fields) -> Fields:
    """A page of the payments of invoices."""
    by: Any = params.get("payment") or {}
    found = [
        each
        for each in world.objects.all("invoice_payment")
        if all(each[n] == params[n] for n in ("invoice", "status") if n in params)
        and all(each["payment"].get(n) == value for n, value in by.items())
    ]
    return world.objects.page(found, params, "/v1/invoice_payments")


CHARGES = list_of("charge", "/v1/charges", "customer", "payment_intent")
INTENTS = list_of("payment_intent", "/v1/payment_intents", "customer")
REFUNDS = list_of("refund", "/v1/refunds", "charge", "payment_intent")
DISPUTES = list_of("dispute", "/v1/disputes", "charge", "payment_intent")
CALLS = (
    Call("GET /v1/charges/{name}", takes.ChargeRetrieveParams, retrieve("charge")),
    Call("GET /v1/charges", takes.ChargeListParams, CHARGES),
    Call("GET /v1/payment_intents/{name}", takes.PaymentIntentRetrieveParams,
         retrieve("payment_intent")),
    Call("GET /v1/payment_intents", takes.PaymentIntentListParams, INTENTS),
    Call("POST /v1/refunds", takes.RefundCreateParams, create_refund),
    Call("GET /v1/refunds/{name}", takes.RefundRetrieveParams, retrieve("refund")),
    Call("GET /v1/refunds", takes.RefundListParams, REFUNDS),
    Call("GET /v1/disputes/{name}", takes.DisputeRetrieveParams, retrieve("dispute")),
    Call("GET /v1/disputes", takes.DisputeListParams, DISPUTES),
    Call("GET /v1/invoice_payments", takes.InvoicePaymentListParams, list_invoice_payments),
    Call("GET /v1/invoice_payments/{name}", takes.InvoicePaymentRetrieveParams,
         retrieve("invoice_payment")),
)  # fmt: skip
