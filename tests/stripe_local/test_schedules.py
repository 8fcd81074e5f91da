"""Schedules: what Stripe allows, and what it refuses."""

import pytest
import stripe

from tests.stripe_local.shop import DAY, START, Shop


@pytest.fixture(autouse=True)
def stopped(shop: Shop) -> None:
    """Time stands still, at the beginning of the year."""
    shop.stop_time()


def agreed(shop: Shop, sub: str, **more: object) -> stripe.SubscriptionSchedule:
    """A schedule by which two seats of Team become Pro with the next period."""
    schedules = shop.v1.subscription_schedules
    made = schedules.create({"from_subscription": sub})
    first = made.phases[0]
    items = [{"price": each.price, "quantity": each.quantity} for each in first.items]
    now = {"start_date": first.start_date, "end_date": first.end_date, "items": items}
    phases = [now, {"items": [{"price": shop.pro, "quantity": 1}]}]
    return schedules.update(made.id, {"phases": phases, **more})


def test_a_downgrade_comes_with_the_next_period_and_costs_nothing_before(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team, quantity=2)
    schedule = agreed(shop, sub.id)
    assert shop.subscription(sub.id).schedule == schedule.id
    assert shop.v1.invoices.create_preview({"subscription": sub.id}).total == 2_900
    shop.until(30.9)
    assert shop.item(shop.subscription(sub.id)).quantity == 2
    shop.until(32)
    assert [bill.total for bill in shop.invoices(sub.id)] == [7_000, 2_900]
    schedule = shop.v1.subscription_schedules.retrieve(schedule.id)
    assert schedule.current_phase is not None
    assert schedule.current_phase.start_date == START + 31 * DAY


def test_after_the_last_phase_the_subscription_is_released(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team, quantity=2)
    schedule = agreed(shop, sub.id, metadata={"why": "downgrade"})
    shop.until(31 + 28.1)
    schedule = shop.v1.subscription_schedules.retrieve(schedule.id)
    assert (schedule.status, schedule.released_subscription) == ("released", sub.id)
    assert schedule.metadata is not None
    assert schedule.metadata["why"] == "downgrade"
    free = shop.subscription(sub.id)
    assert (free.status, free.schedule, shop.item(free).price.id) == ("active", None, shop.pro)


def test_or_it_ends(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    schedule = agreed(shop, sub.id, end_behavior="cancel")
    shop.until(31 + 28.1)
    assert shop.subscription(sub.id).status == "canceled"
    assert shop.v1.subscription_schedules.retrieve(schedule.id).status == "canceled"


def test_a_release_keeps_things_as_they_are(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    schedule = agreed(shop, sub.id)
    released = shop.v1.subscription_schedules.release(schedule.id)
    assert (released.status, released.subscription) == ("released", None)
    shop.until(32)
    assert shop.item(shop.subscription(sub.id)).price.id == shop.team
    with pytest.raises(stripe.InvalidRequestError, match="released"):
        shop.v1.subscription_schedules.release(schedule.id)


def test_who_is_scheduled_cannot_be_cancelled_on_the_side(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    agreed(shop, sub.id)
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        shop.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    gone = shop.v1.subscriptions.cancel(sub.id)
    assert gone.status == "canceled"


def test_a_change_of_seats_reaches_the_current_phase(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    schedule = agreed(shop, sub.id)
    shop.change(sub.id, shop.team, 7)
    phases = shop.v1.subscription_schedules.retrieve(schedule.id).phases
    assert [phase.items[0].quantity for phase in phases] == [7, 1]


def test_a_subscription_has_one_schedule(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    agreed(shop, sub.id)
    with pytest.raises(stripe.InvalidRequestError, match="already attached to a schedule"):
        agreed(shop, sub.id)


def test_phases_are_not_given_with_from_subscription(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    phases = [{"items": [{"price": shop.pro}]}]
    order = {"from_subscription": sub.id, "phases": phases}
    with pytest.raises(stripe.InvalidRequestError, match="cannot set `phases`"):
        shop.v1.subscription_schedules.create(order)


def test_the_first_phase_is_anchored(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    schedule = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    phases = [{"items": [{"price": shop.pro}]}]
    with pytest.raises(stripe.InvalidRequestError, match="start_date"):
        shop.v1.subscription_schedules.update(schedule.id, {"phases": phases})
