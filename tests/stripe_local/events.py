"""The events of an account, as its API tells them."""

from stripe import params as takes

from tests.stripe_local.calls import Call, retrieve, within
from tests.stripe_local.form import Fields
from tests.stripe_local.world import World


def list_events(world: World, params: Fields) -> Fields:
    """A page of them: of one type, of some types, or all."""
    types = params.get("types")
    created = params.get("created")
    found = [
        each
        for each in world.objects.all("event")
        if (types is None or each["type"] in types)
        and params.get("type") in (None, each["type"])
        and (created is None or within(each["created"], created))
    ]
    return world.objects.page(found, params, "/v1/events")


CALLS = (
    Call("GET /v1/events/{name}", takes.EventRetrieveParams, retrieve("event")),
    Call("GET /v1/events", takes.EventListParams, list_events),
)
