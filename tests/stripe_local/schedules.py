"""Schedules: the phases that a subscription goes through."""

from stripe import params as takes

from tests.stripe_local import catalogue, discounts, endings, inheritance, subscriptions
from tests.stripe_local.calls import Call, list_of, only, retrieve, with_metadata
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import after
from tests.stripe_local.problems import invalid, lacking
from tests.stripe_local.world import World

PHASE = ("items", "start_date", "end_date", "duration", "proration_behavior", "discounts",
         *inheritance.GIVEN)  # fmt: skip
LIVE = ("active", "not_started")
UNANCHORED = ("The subscription schedule update is missing at least one phase with a "
              "`start_date` to anchor end dates to.")  # fmt: skip


def create(world: World, params: Fields) -> Fields:
    """A schedule of a subscription that is there; its one phase is the current period."""
    if "from_subscription" not in params:
        raise lacking("schedules that are not made from_subscription")
    for other in ("phases", "customer", "start_date", "default_settings", "end_behavior"):
        if other in params:
            raise invalid(f"You cannot set `{other}` if `from_subscription` is set.", other)
    only(params, "from_subscription")
    name = params["from_subscription"]
    subscription = world.objects.get("subscription", name, "from_subscription", 400)
    if subscription["schedule"]:
        words = "You cannot migrate a subscription that is already attached to a schedule: "
        raise invalid(f"{words}{subscription['schedule']}.", "from_subscription")
    if subscription["status"] in subscriptions.GONE or subscription["cancel_at"]:
        raise invalid("You cannot migrate a subscription that ends.", "from_subscription")
    schedule = _made(world, subscription)
    with_metadata(schedule, params.get("metadata") or {})
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["schedule"] = schedule["id"]
    world.emit("subscription_schedule.created", schedule)
    return schedule


def _made(world: World, subscription: Fields) -> Fields:
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    schedule = world.add(
        "subscription_schedule",
        billing_mode=dict(subscription["billing_mode"]),
        created=world.now(subscription["customer"]),
        current_phase={"start_date": start, "end_date": end},
        customer=subscription["customer"],
        end_behavior="release",
        status="active",
        subscription=subscription["id"],
        test_clock=subscription["test_clock"],
    )
    schedule["default_settings"] |= {"billing_cycle_anchor": "automatic"}
    schedule["phases"] = [_phase(subscription, _items(subscription), start, end)]
    return schedule


def _items(subscription: Fields) -> list[Fields]:
    return [
        {"price": each["price"]["id"], "quantity": each["quantity"]}
        for each in subscription["items"]["data"]
    ]


def _phase(subscription: Fields, items: list[Fields], start: int, end: int) -> Fields:
    names = ("application_fee_percent", "billing_cycle_anchor", "billing_thresholds",
             "default_tax_rates", "description", "on_behalf_of", "transfer_data",
             "trial_end")  # fmt: skip
    blank: Fields = {"billing_thresholds": None, "discounts": [], "metadata": {}, "tax_rates": []}
    return {
        **dict.fromkeys(names),
        **inheritance.of(subscription),
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "discounts": [_discount({"discount": name}) for name in subscription["discounts"]],
        "start_date": start,
        "end_date": end,
        "items": [{**blank, "plan": each["price"], **each} for each in items],
        "metadata": {},
        "proration_behavior": "create_prorations",
        "trial": None,
    }


def _discount(given: Fields) -> Fields:
    return {"coupon": None, "discount": None, "promotion_code": None, **given}


def update(world: World, params: Fields, name: str) -> Fields:
    """Set its phases: the current one, and those that are to come. Raises Problem."""
    only(params, "phases", "end_behavior", "proration_behavior")
    if params.get("end_behavior") in ("none", "renew"):
        raise lacking(f"end_behavior={params['end_behavior']}")
    schedule = _live(world, name)
    owner = world.objects.get("subscription", schedule["subscription"])
    phases = schedule["phases"]
    if "phases" in params:
        phases = _phases(world, schedule, owner, params["phases"])
    first = phases[0]
    with world.changing(schedule, "subscription_schedule.updated"):
        current = {name: first[name] for name in ("start_date", "end_date")}
        schedule.update(phases=phases, current_phase=current)
        schedule["end_behavior"] = params.get("end_behavior", schedule["end_behavior"])
        with_metadata(schedule, params.get("metadata") or {})
    with world.changing(owner, "customer.subscription.updated"):
        _rediscount(world, owner, first)
        inheritance.enter(owner, first)
    return schedule


def _rediscount(world: World, subscription: Fields, phase: Fields) -> None:
    """The discounts of a phase take the place of the subscription's: none given, none left."""
    given = [{n: v for n, v in each.items() if v} for each in phase["discounts"]]
    owner = subscription["customer"]
    names = discounts.redeemed(world, given, owner, subscription=subscription["id"])
    phase["discounts"] = [_discount({"discount": name}) for name in names]
    subscription["discounts"] = names


def _live(world: World, name: str) -> Fields:
    schedule = world.objects.get("subscription_schedule", name)
    if schedule["status"] not in LIVE:
        status = schedule["status"]
        raise invalid(
            f"You cannot update a subscription schedule that is in the `{status}` status."
        )
    return schedule


def _phases(world: World, schedule: Fields, owner: Fields, given: list[Fields]) -> list[Fields]:
    """The phases that are wished, if they can be. Raises Problem."""
    if owner["status"] == "trialing":
        raise lacking("phases of a subscription on trial")
    made: list[Fields] = []
    for at, each in enumerate(given):
        only(each, *PHASE)
        start = each.get("start_date") or (made[-1]["end_date"] if made else None)
        if start is None or start == "now" or (made and start != made[-1]["end_date"]):
            raise invalid(UNANCHORED, f"phases[{at}][start_date]")
        made.append(_wished(world, owner, each, start, f"phases[{at}]"))
    if not made or made[0]["start_date"] != schedule["current_phase"]["start_date"]:
        raise invalid("You can not modify the start date of the current phase.", "phases[0]")
    if _changes(owner, made[0]):
        raise lacking("changes of the current phase: change the subscription itself")
    return made


def _wished(world: World, owner: Fields, given: Fields, start: int, param: str) -> Fields:
    """One phase. Raises Problem."""
    for number, item in enumerate(given["items"]):
        only(item, "price", "quantity")
        catalogue.bought(world, item.get("price", ""), f"{param}[items][{number}][price]")
    items = [{"quantity": 1, **item} for item in given["items"]]
    phase = _phase(owner, items, start, _end(world, owner, given, start))
    phase |= inheritance.wished(given)
    phase["proration_behavior"] = given.get("proration_behavior", "create_prorations")
    phase["metadata"] = given.get("metadata") or {}
    phase["discounts"] = [_discount(each) for each in given.get("discounts") or []]
    return phase


def _end(world: World, owner: Fields, given: Fields, start: int) -> int:
    """Its end date, or the end of its duration; else one period. Raises Problem."""
    recurring = world.objects.get("price", given["items"][0]["price"])["recurring"]
    anchor = owner["billing_cycle_anchor"]
    ends = [after(anchor, recurring, times) for times in range(240)]
    ends = [end for end in ends if end > start]
    duration = {"interval_count": 1, **(given.get("duration") or recurring)}
    if duration["interval"] != recurring["interval"]:
        raise lacking("phases that last by another interval than their price's")
    end = given.get("end_date", ends[duration["interval_count"] // recurring["interval_count"] - 1])
    if end not in ends:
        raise lacking("phases that end within a period")
    return int(end)


def _changes(subscription: Fields, phase: Fields) -> bool:
    wished = [(each["price"], each["quantity"]) for each in phase["items"]]
    return wished != [(each["price"], each["quantity"]) for each in _items(subscription)]


def release(world: World, params: Fields, name: str) -> Fields:
    """Let the subscription go on as it is, without a schedule. Raises Problem."""
    schedule = _live(world, name)
    subscription = world.objects.get("subscription", schedule["subscription"])
    with world.changing(subscription, "customer.subscription.updated"):
        released(world, schedule, subscription)
    return schedule


def released(world: World, schedule: Fields, subscription: Fields) -> None:
    """The schedule is over, the subscription is not."""
    now = world.now(subscription["customer"])
    schedule.update(
        status="released",
        released_at=now,
        released_subscription=subscription["id"],
        subscription=None,
        current_phase=None,
    )
    subscription["schedule"] = None
    world.emit("subscription_schedule.released", schedule)


def cancel(world: World, params: Fields, name: str) -> Fields:
    """End the schedule, and its subscription with it. Raises Problem."""
    schedule = _live(world, name)
    subscription = world.objects.get("subscription", schedule["subscription"])
    endings.end(world, subscription, "cancellation_requested")
    return schedule


def follow(world: World, subscription: Fields) -> None:
    """The subscription's items were changed: the current phase says so, too."""
    if not subscription["schedule"]:
        return
    schedule = world.objects.get("subscription_schedule", subscription["schedule"])
    phase = schedule["phases"][_at(schedule)]
    fresh = _phase(subscription, _items(subscription), phase["start_date"], phase["end_date"])
    phase["items"] = fresh["items"]


def _at(schedule: Fields) -> int:
    starts = [each["start_date"] for each in schedule["phases"]]
    return starts.index(schedule["current_phase"]["start_date"])


def step(world: World, subscription: Fields, now: int) -> bool:
    """Enter the phase that begins now, if one does. Returns whether the subscription goes on."""
    if not subscription["schedule"]:
        return True
    schedule = world.objects.get("subscription_schedule", subscription["schedule"])
    if schedule["current_phase"]["end_date"] > now:
        return True
    at = _at(schedule) + 1
    if at == len(schedule["phases"]):
        if schedule["end_behavior"] == "cancel":
            return False
        released(world, schedule, subscription)
        return True
    phase = schedule["phases"][at]
    with world.changing(schedule, "subscription_schedule.updated"):
        current = {name: phase[name] for name in ("start_date", "end_date")}
        schedule["current_phase"] = current
    _enter(world, subscription, phase)
    return True


def _enter(world: World, subscription: Fields, phase: Fields) -> None:
    """The items of a phase become the subscription's; a period begins, so nothing is prorated."""
    data = subscription["items"]["data"]
    for at, wished in enumerate(phase["items"]):
        if at == len(data):
            subscriptions.add_item(world, subscription, wished, "phases")
        subscriptions.priced(world, data[at], world.objects.get("price", wished["price"]))
        data[at]["quantity"] = wished["quantity"]
    del data[len(phase["items"]) :]
    subscription["items"]["total_count"] = len(data)
    _rediscount(world, subscription, phase)
    inheritance.enter(subscription, phase)
    if phase["metadata"]:
        with_metadata(subscription, phase["metadata"])


SCHEDULES = list_of("subscription_schedule", "/v1/subscription_schedules", "customer")
CALLS = (
    Call("POST /v1/subscription_schedules", takes.SubscriptionScheduleCreateParams, create),
    Call("GET /v1/subscription_schedules/{name}", takes.SubscriptionScheduleRetrieveParams,
         retrieve("subscription_schedule")),
    Call("POST /v1/subscription_schedules/{name}", takes.SubscriptionScheduleUpdateParams, update),
    Call("POST /v1/subscription_schedules/{name}/release",
         takes.SubscriptionScheduleReleaseParams, release),
    Call("POST /v1/subscription_schedules/{name}/cancel",
         takes.SubscriptionScheduleCancelParams, cancel),
    Call("GET /v1/subscription_schedules", takes.SubscriptionScheduleListParams, SCHEDULES),
)  # fmt: skip
