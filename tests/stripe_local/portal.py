"""The portal: sessions in which a customer changes the card, cancels, or stays after all."""

from stripe import params as takes

from tests.stripe_local import cards, changes, customers
from tests.stripe_local.calls import Call, only
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import invalid
from tests.stripe_local.world import World


def create(world: World, params: Fields) -> Fields:
    """One more session. Raises Problem."""
    only(params, "customer", "return_url", "flow_data", "locale")
    name = params.get("customer", "")
    customer = world.objects.get("customer", name, "customer", 400)["id"]
    session = world.add(
        "billing_portal.session",
        configuration="bpc_local",
        customer=customer,
        flow=params.get("flow_data"),
        locale=params.get("locale"),
        return_url=params.get("return_url"),
    )
    session["url"] = f"{world.url}/portal/{session['id']}"
    world.emit("billing_portal.session.created", session)
    return session


def use_card(world: World, session: Fields, number: str) -> str:
    """Another card pays from now on. Returns what is said. Raises Problem."""
    customer = world.objects.get("customer", session["customer"])
    method = cards.attached(world, cards.card(world, number), customer["id"])
    customers.defaulted(world, customer, method)
    return "This card pays from now on."


def cancel(world: World, session: Fields, name: str) -> str:
    """End a subscription with its period, named as a day. Returns what is said. Raises Problem."""
    changes.changed(world, _own(world, session, name), {"cancel_at": "max_period_end"})
    return "Your subscription ends with its period."


def resume(world: World, session: Fields, name: str) -> str:
    """Let it go on after all. Returns what is said. Raises Problem."""
    changes.changed(world, _own(world, session, name), {"cancel_at": ""})
    return "Your subscription goes on."


def _own(world: World, session: Fields, name: str) -> Fields:
    found = world.objects.get("subscription", name)
    if found["customer"] != session["customer"] or found["ended_at"] is not None:
        raise invalid("There is no such subscription.")
    return found


CALLS = (
    Call("POST /v1/billing_portal/sessions", takes.billing_portal.SessionCreateParams, create),
)
