"""Customers."""

import secrets

from stripe import params as takes

from tests.stripe_local import cards, endings
from tests.stripe_local.calls import Call, list_of, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import missing
from tests.stripe_local.shapes import listing
from tests.stripe_local.world import World

CUSTOMER = ("name", "email", "description", "phone", "address", "shipping", "balance",
            "preferred_locales", "tax_exempt", "invoice_prefix", "business_name")  # fmt: skip


def create(world: World, params: Fields) -> Fields:
    """One more customer, on a test clock where one is named."""
    clock = params.get("test_clock")
    if clock:
        world.objects.get("test_helpers.test_clock", clock, "test_clock", 400)
    customer = world.add(
        "customer",
        balance=0,
        delinquent=False,
        currency=None,
        invoice_prefix=secrets.token_hex(4).upper(),
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
        test_clock=clock,
    )
    customer["invoice_settings"] = {
        "custom_fields": None, "default_payment_method": None, "footer": None,
        "rendering_options": None,
    }  # fmt: skip
    customer["_subscriptions"] = listing(f"/v1/customers/{customer['id']}/subscriptions")
    customer["created"] = world.now(customer["id"])
    with_fields(customer, params, *CUSTOMER)
    _place(customer)
    _pay_with(world, customer, params)
    world.emit("customer.created", customer)
    return customer


def update(world: World, params: Fields, name: str) -> Fields:
    """Change its fields."""
    customer = world.objects.get("customer", name)
    if customer.get("deleted"):
        raise missing("customer", name)
    with world.changing(customer, "customer.updated"):
        with_fields(customer, params, *CUSTOMER)
        _place(customer)
        _pay_with(world, customer, params)
    return customer


def _place(customer: Fields) -> None:
    """Whether Stripe Tax knows where the customer is."""
    there = "supported" if customer["address"] else "unrecognized_location"
    customer["_tax"] = {
        "automatic_tax": there, "ip_address": None, "location": None, "provider": "stripe",
    }  # fmt: skip


def _pay_with(world: World, customer: Fields, params: Fields) -> None:
    """The default payment method; `payment_method` (at its making) attaches one, too."""
    if "payment_method" in params:
        method = cards.named(world, params["payment_method"])
        cards.attached(world, method, customer["id"])
    settings = params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        name = settings["default_payment_method"]
        if name is not None and name == params.get("payment_method"):
            name = method["id"]
        elif name is not None:
            cards.owned(world, name, customer["id"])
        customer["invoice_settings"]["default_payment_method"] = name


def delete(world: World, params: Fields, name: str) -> Fields:
    """Delete a customer; the subscriptions end at once."""
    customer = world.objects.get("customer", name)
    if customer.get("deleted"):
        return customer
    for subscription in world.objects.all("subscription", customer=name):
        if subscription["ended_at"] is None:
            endings.end(world, subscription, "cancellation_requested")
    world.emit("customer.deleted", customer)
    return world.objects.add({"id": name, "object": "customer", "deleted": True})


def defaulted(world: World, customer: Fields, method: Fields) -> None:
    """Make it the customer's, as the portal does; a subscription with its own keeps that one."""
    with world.changing(customer, "customer.updated"):
        customer["invoice_settings"]["default_payment_method"] = method["id"]


CUSTOMERS = list_of("customer", "/v1/customers", "email", "test_clock")
CALLS = (
    Call("POST /v1/customers", takes.CustomerCreateParams, create),
    Call("GET /v1/customers/{name}", takes.CustomerRetrieveParams, retrieve("customer")),
    Call("POST /v1/customers/{name}", takes.CustomerUpdateParams, update),
    Call("DELETE /v1/customers/{name}", takes.CustomerDeleteParams, delete),
    Call("GET /v1/customers", takes.CustomerListParams, CUSTOMERS),
)
