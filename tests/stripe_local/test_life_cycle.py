"""Across all of it: a subscription from its checkout to its end, by the real SDK alone."""

from datetime import UTC, datetime, timedelta

from tests.stripe_local.shop import Shop


def test_a_subscription_lives_from_its_checkout_to_its_end(shop: Shop) -> None:
    name = buys(shop)
    start, end = period(shop, name)
    shop.server.advance(timedelta(days=10))
    upgrades(shop, name)
    schedule = agrees_to_a_downgrade(shop, name, start, end)
    shop.server.advance(datetime.fromtimestamp(end, UTC) + timedelta(hours=2))
    renewed = shop.item(shop.subscription(name))
    assert (renewed.price.lookup_key, renewed.quantity) == ("pro", 1)
    assert renewed.current_period_start == end
    shop.v1.subscription_schedules.release(schedule)
    changes_its_mind_twice(shop, name)
    shop.server.advance(timedelta(days=32))
    over = shop.subscription(name)
    assert (over.status, over.ended_at) == ("canceled", renewed.current_period_end)
    told = [event["type"] for event in shop.server.events()]
    assert told.count("customer.subscription.created") == 1
    assert told.count("customer.subscription.deleted") == 1
    reasons = [bill.billing_reason for bill in shop.invoices(name)]
    assert reasons == ["subscription_create", "subscription_update", "subscription_cycle"]


def buys(shop: Shop) -> str:
    alice = shop.v1.customers.create({"email": "alice@example.com"}).id
    told = {"metadata": {"user": "1"}}
    session = shop.checkout(alice, client_reference_id="1", subscription_data=told)
    back = shop.server.pay(session.url or "")
    assert back == f"http://app.test/billing?session_id={session.id}"
    session = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.client_reference_id == "1"
    bought = session.subscription
    assert bought is not None
    assert not isinstance(bought, str)
    assert (bought.status, bought.metadata["user"]) == ("active", "1")
    return bought.id


def period(shop: Shop, name: str) -> tuple[int, int]:
    item = shop.item(shop.subscription(name))
    return item.current_period_start, item.current_period_end


def upgrades(shop: Shop, name: str) -> None:
    upgraded = shop.change(name, shop.team, 2, proration_behavior="always_invoice")
    assert shop.item(upgraded).price.lookup_key == "team"
    assert shop.invoices(name)[-1].status == "paid"


def agrees_to_a_downgrade(shop: Shop, name: str, start: int, end: int) -> str:
    schedules = shop.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": name}).id
    team = [{"price": shop.team, "quantity": 2}]
    card = shop.subscription(name).default_payment_method
    now = {"start_date": start, "end_date": end, "items": team}
    then = {"items": [{"price": shop.pro, "quantity": 1}]}
    phases = [{**each, "default_payment_method": card} for each in (now, then)]
    schedules.update(schedule, {"phases": phases})
    assert shop.item(shop.subscription(name)).price.lookup_key == "team"
    return schedule


def changes_its_mind_twice(shop: Shop, name: str) -> None:
    end = period(shop, name)[1]
    for ends in (True, False, True):
        told = shop.v1.subscriptions.update(name, {"cancel_at_period_end": ends})
        assert (told.status, told.cancel_at) == ("active", end if ends else None)
