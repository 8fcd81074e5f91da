"""Time that passes when a test says so: everything that falls due happens in its order."""

from collections.abc import Callable, Iterator

from stripe import params as takes

from tests.stripe_local import checkout, collection, endings, invoices, renewals
from tests.stripe_local.calls import Call, list_of, retrieve
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import DAY
from tests.stripe_local.problems import invalid
from tests.stripe_local.world import World

Due = tuple[int, Callable[[], object]]


def advance(world: World, to: int) -> None:
    """Let the time of all who are on no test clock go on to this moment. Raises Problem."""
    if to < world.now():
        raise invalid("Time does not go back.", "to")
    for customer in list(world.objects.kinds["customer"].values()):
        if not customer.get("test_clock"):
            _live_through(world, customer["id"], to, None)
    _expire(world, None, to)
    world.ahead += to - world.now()


def create_clock(world: World, params: Fields) -> Fields:
    """One more test clock."""
    now = params["frozen_time"]
    name = params.get("name")
    clock = world.add("test_helpers.test_clock", frozen_time=now, name=name, status="ready")
    clock["deletes_after"] = world.now() + 30 * DAY
    return clock


def advance_clock(world: World, params: Fields, name: str) -> Fields:
    """Let the time of a clock's customers go on."""
    clock = world.objects.get("test_helpers.test_clock", name)
    to = params["frozen_time"]
    if to <= clock["frozen_time"]:
        raise invalid("frozen_time must be after the current frozen time.", "frozen_time")
    for customer in world.objects.all("customer", test_clock=name):
        start = clock["frozen_time"]
        _live_through(world, customer["id"], to, clock)
        clock["frozen_time"] = start
    clock["frozen_time"] = to
    _expire(world, name, to)
    world.emit("test_helpers.test_clock.ready", clock)
    return clock


def delete_clock(world: World, params: Fields, name: str) -> Fields:
    """Take away a clock, its customers, and what they had."""
    world.objects.get("test_helpers.test_clock", name)
    world.objects.remove({each["id"] for each in world.objects.all("customer", test_clock=name)})
    del world.objects.kinds["test_helpers.test_clock"][name]
    return {"id": name, "object": "test_helpers.test_clock", "deleted": True}


def _live_through(world: World, customer: str, to: int, clock: Fields | None) -> None:
    """All that happens to one customer by itself, up to a moment."""
    while found := min(_dues(world, customer), key=lambda due: due[0], default=None):
        moment, happens = found
        if moment > to:
            return
        moment = max(moment, world.now(customer))
        if clock is not None:
            clock["frozen_time"] = moment
            happens()
        else:
            with world.at(moment):
                happens()


def _dues(world: World, customer: str) -> Iterator[Due]:
    for subscription in world.objects.all("subscription", customer=customer):
        if next_one := renewals.due(world, subscription):
            yield next_one[0], _happening(world, subscription, next_one[1])
        if subscription.get("_pending"):
            yield subscription["pending_update"]["expires_at"], _giving_up(world, subscription)
    for invoice in world.objects.all("invoice", customer=customer):
        yield from _of_invoice(world, invoice)


def _expire(world: World, clock: str | None, to: int) -> None:
    """End the checkout sessions of this clock, or of none, that nobody has paid in time."""
    for session in world.objects.all("checkout.session", status="open"):
        owner = world.objects.kinds["customer"].get(session["customer"] or "", {})
        if owner.get("test_clock") == clock and session["expires_at"] <= to:
            checkout.expired(world, session)


def _happening(world: World, subscription: Fields, name: str) -> Callable[[], object]:
    does = {
        "turn": renewals.turn,
        "notice": renewals.notice,
        "leave": renewals.leave,
        "expire": endings.expire,
    }[name]
    return lambda: does(world, subscription)


def _giving_up(world: World, subscription: Fields) -> Callable[[], object]:
    """Nobody has confirmed in time what a change costs."""

    def happens() -> None:
        invoice = world.objects.get("invoice", subscription["_pending"]["invoice"])
        invoices.ended(world, invoice, "void", "voided_at")
        world.emit("customer.subscription.pending_update_expired", subscription)

    return happens


def _of_invoice(world: World, invoice: Fields) -> Iterator[Due]:
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"]:
        moment = invoice["automatically_finalizes_at"]
        yield moment, lambda: collection.finalise_and_collect(world, invoice)
    if invoice["status"] != "open":
        return
    if invoice["next_payment_attempt"]:
        yield invoice["next_payment_attempt"], lambda: collection.collect(world, invoice)
    if invoice["due_date"] and not invoice.get("_overdue"):
        yield invoice["due_date"], lambda: collection.overdue(world, invoice)
    name = invoices.subscription_id(invoice)
    subscription = world.objects.get("subscription", name)
    if (
        invoice.get("_overdue")
        and subscription["status"] == "past_due"
        and not invoice.get("_over")
    ):
        moment = invoice["due_date"] + collection.OVERDUE_DAYS * DAY
        yield moment, lambda: _over(world, invoice, subscription)


def _over(world: World, invoice: Fields, subscription: Fields) -> None:
    invoice["_over"] = True
    collection.give_up(world, subscription)


CLOCKS = list_of("test_helpers.test_clock", "/v1/test_helpers/test_clocks")
takes_ = takes.test_helpers
CALLS = (
    Call("POST /v1/test_helpers/test_clocks", takes_.TestClockCreateParams, create_clock),
    Call("GET /v1/test_helpers/test_clocks/{name}", takes_.TestClockRetrieveParams,
         retrieve("test_helpers.test_clock")),
    Call("GET /v1/test_helpers/test_clocks", takes_.TestClockListParams, CLOCKS),
    Call("POST /v1/test_helpers/test_clocks/{name}/advance", takes_.TestClockAdvanceParams,
         advance_clock),
    Call("DELETE /v1/test_helpers/test_clocks/{name}", takes_.TestClockDeleteParams, delete_clock),
)  # fmt: skip
