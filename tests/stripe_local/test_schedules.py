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


def test_phases_take_the_place_of_the_discounts(shop: Shop) -> None:
    off = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    sub = shop.subscribe(shop.customer(), shop.team, discounts=[{"coupon": off}])
    item = shop.item(sub)
    start, end = item.current_period_start, item.current_period_end
    schedules = shop.v1.subscription_schedules
    made = schedules.create({"from_subscription": sub.id})
    assert [each.discount for each in made.phases[0].discounts] == sub.discounts
    kept = [{"discount": str(sub.discounts[0])}]
    now = {"items": [{"price": shop.team}], "start_date": start, "end_date": end}
    later = {"items": [{"price": shop.pro}]}
    schedules.update(
        made.id, {"phases": [{**now, "discounts": kept}, {**later, "discounts": kept}]}
    )
    shop.until(31.1)
    assert shop.invoices(sub.id)[-1].total == 1_450
    shop.until(31 + 28.1)
    assert shop.invoices(sub.id)[-1].total == 1_450


def test_phases_without_discounts_take_them_away(shop: Shop) -> None:
    off = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    sub = shop.subscribe(shop.customer(), shop.team, discounts=[{"coupon": off}])
    agreed(shop, sub.id)
    assert shop.subscription(sub.id).discounts == []
    shop.until(31.1)
    assert shop.invoices(sub.id)[-1].total == 2_900


def test_what_a_phase_does_not_say_is_unset(shop: Shop) -> None:
    alice = shop.customer()
    card = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": alice}).id
    shop.v1.customers.update(alice, {"address": {"country": "US"}})
    own = {"default_payment_method": card, "automatic_tax": {"enabled": True}}
    sub = shop.subscribe(alice, shop.team, **own)
    made = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    assert made.phases[0].default_payment_method == card
    assert made.phases[0].automatic_tax.enabled
    shop.v1.subscription_schedules.release(made.id)
    agreed(shop, sub.id)
    left = shop.subscription(sub.id)
    assert (left.default_payment_method, left.automatic_tax.enabled) == (None, False)


def test_phases_keep_to_the_day_that_periods_began_on(shop: Shop) -> None:
    shop.until(30)  # the last of January
    sub = shop.subscribe(shop.customer(), shop.team)
    shop.until(60)  # the period is from the 28th of February to the 31st of March
    agreed(shop, sub.id)
    shop.until(90.1)
    renewed = shop.item(shop.subscription(sub.id))
    assert (renewed.price.id, renewed.current_period_start) == (shop.pro, START + 89 * DAY)


def test_a_phase_may_last_longer(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    made = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    first = made.phases[0]
    now = {"items": [{"price": shop.team}], "start_date": first.start_date}
    for_two = {
        "items": [{"price": shop.pro}],
        "duration": {"interval": "month", "interval_count": 2},
    }
    phases = [{**now, "end_date": first.end_date}, for_two, {"items": [{"price": shop.team}]}]
    made = shop.v1.subscription_schedules.update(made.id, {"phases": phases})
    starts = [phase.start_date for phase in made.phases]
    assert starts == [START, START + 31 * DAY, START + (31 + 28 + 31) * DAY]
    shop.until(31 + 28 + 31 + 0.1)
    assert [bill.total for bill in shop.invoices(sub.id)] == [3_500, 2_900, 2_900, 3_500]


def test_what_a_schedule_cannot_do_is_refused_and_changes_nothing(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team)
    made = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    first = made.phases[0]
    span = {"start_date": first.start_date, "end_date": first.end_date}
    for phase in (
        {**span, "items": [{"price": shop.pro}]},
        {**span, "items": [{"price": shop.team}], "end_date": first.end_date - DAY},
        {**span, "items": [{"price": shop.team}], "description": "x"},
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.v1.subscription_schedules.update(made.id, {"phases": [phase]})
        assert refused.value.code == "local_stripe_lacks"
    now = shop.v1.subscription_schedules.retrieve(made.id)
    assert now.phases[0].to_dict() == first.to_dict()


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
