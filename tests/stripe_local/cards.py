"""Cards that pay and cards that do not, as payment methods."""

from collections.abc import Iterator
from contextlib import contextmanager

from stripe import params as takes

from tests.stripe_local.calls import Call, list_of, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import declined, invalid, lacking
from tests.stripe_local.world import World

# By number: the brand, and what the card does. "attach": refused at once. "charge": taken, pays
# nothing. "later": pays once, then nothing more; the real Stripe has no such card. "ask": the bank
# asks its owner each time, who can answer on a page of Stripe's only.
CARDS = {
    "4242424242424242": ("visa", ""),
    "5555555555554444": ("mastercard", ""),
    "4000000000000002": ("visa", "attach"),
    "4000000000009995": ("visa", "attach"),
    "4000000000000341": ("visa", "charge"),
    "4000000000009235": ("visa", "later"),
    "4000002760003184": ("visa", "ask"),
}
TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeCustomerFail": "4000000000000341",
    "declinesLater": "4000000000009235",
    "authenticationRequired": "4000002760003184",
}
REASONS = {
    "4000000000009995": "insufficient_funds",
    "4000002760003184": "authentication_required",
}


def card(world: World, number: str) -> Fields:
    """A payment method that belongs to nobody yet. Raises Problem."""
    number = "".join(number.split())
    if number not in CARDS:
        raise invalid("Your card number is incorrect.", "number", "incorrect_number")
    brand, does = CARDS[number]
    method = world.add("payment_method", type="card", allow_redisplay="unspecified")
    method["card"] = {
        "brand": brand, "display_brand": brand, "last4": number[-4:], "exp_month": 12,
        "exp_year": 2040, "funding": "credit", "country": "US", "fingerprint": f"fp{number}",
        "checks": {"address_line1_check": None, "address_postal_code_check": None,
                   "cvc_check": "pass"},
        "networks": {"available": [brand], "preferred": None}, "wallet": None,
        "three_d_secure_usage": {"supported": True}, "generated_from": None,
        "regulated_status": "unregulated",
    }  # fmt: skip
    method.update(_does=does, _reason=REASONS.get(number, "generic_decline"), _paid=0)
    return method


@contextmanager
def in_hand(method: Fields | None) -> Iterator[None]:
    """The owner is there in this block, and tells the bank that it is all right."""
    asks = method is not None and method["_does"] == "ask"
    if method is not None and asks:
        method["_does"] = ""
    yield
    if method is not None and asks:
        method["_does"] = "ask"


def named(world: World, name: str, param: str = "payment_method") -> Fields:
    """The payment method of this id, or a new one where it is a test's token (`pm_card_visa`)."""
    token = name.removeprefix("pm_card_")
    if token in TOKENS and name != token:
        return card(world, TOKENS[token])
    return world.objects.get("payment_method", name, param, 400)


def owned(world: World, name: str | None, customer: str) -> None:
    """Refuse the method of somebody else as the one that pays. Raises Problem."""
    if name is None:
        return
    method = world.objects.get("payment_method", name, "default_payment_method", 400)
    if method["customer"] != customer:
        words = f"The customer does not have a payment method with the ID {name}."
        raise invalid(f"{words} The payment method must be attached.", "default_payment_method")


def create(world: World, params: Fields) -> Fields:
    """A payment method of a card, by its number or by a token (`tok_visa`)."""
    if params.get("type", "card") != "card" or "card" not in params:
        raise lacking("payment methods that are no cards")
    given = params["card"]
    token = given.get("token", "").removeprefix("tok_")
    method = card(world, TOKENS.get(token) or given.get("number", ""))
    with_fields(method, params, "billing_details")
    return method


def attach(world: World, params: Fields, name: str) -> Fields:
    """Give it to a customer. Raises Problem (402) where the card is refused at once."""
    customer = world.objects.get("customer", params.get("customer", ""), "customer", 400)
    method = named(world, name)
    return attached(world, method, customer["id"])


def attached(world: World, method: Fields, customer: str) -> Fields:
    """The method as the customer's, if the card lets itself be taken. Raises Problem."""
    if method["_does"] == "attach":
        raise declined(method["_reason"])
    if method["customer"] not in (None, customer):
        raise invalid("The payment method has already been attached to another customer.")
    if method["customer"] is None:
        method["customer"] = customer
        world.emit("payment_method.attached", method)
    return method


def detach(world: World, params: Fields, name: str) -> Fields:
    """Take it from its customer."""
    method = world.objects.get("payment_method", name)
    owner = world.objects.get("customer", method["customer"] or "")
    method["customer"] = None
    if owner["invoice_settings"]["default_payment_method"] == name:
        owner["invoice_settings"]["default_payment_method"] = None
    world.emit("payment_method.detached", method)
    return method


def list_of_customer(world: World, params: Fields, customer: str) -> Fields:
    """A page of the customer's."""
    world.objects.get("customer", customer)
    found = world.objects.all("payment_method", customer=customer)
    return world.objects.page(found, params, f"/v1/customers/{customer}/payment_methods")


METHODS = list_of("payment_method", "/v1/payment_methods", "customer", "type")
CALLS = (
    Call("POST /v1/payment_methods", takes.PaymentMethodCreateParams, create),
    Call("GET /v1/payment_methods/{name}", takes.PaymentMethodRetrieveParams,
         retrieve("payment_method")),
    Call("GET /v1/payment_methods", takes.PaymentMethodListParams, METHODS),
    Call("POST /v1/payment_methods/{name}/attach", takes.PaymentMethodAttachParams, attach),
    Call("POST /v1/payment_methods/{name}/detach", takes.PaymentMethodDetachParams, detach),
    Call("GET /v1/customers/{customer}/payment_methods", takes.CustomerPaymentMethodListParams,
         list_of_customer),
)  # fmt: skip
