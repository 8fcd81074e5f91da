"""The events of an account, as its API tells them."""

from stripe import params as takes

from tests.stripe_local.calls import Call, list_of, retrieve
from tests.stripe_local.form import Fields
from tests.stripe_local.world import World

ALL = list_of("event", "/v1/events", "type")


def list_events(world: World, params: Fields) -> Fields:
    """A page of them: of one type, of some types, or all."""
    types = params.get("types")
    if types is None:
        return ALL(world, params)
    found = [each for each in world.objects.all("event") if each["type"] in types]
    return world.objects.page(found, params, "/v1/events")


CALLS = (
    Call("GET /v1/events/{name}", takes.EventRetrieveParams, retrieve("event")),
    Call("GET /v1/events", takes.EventListParams, list_events),
)
