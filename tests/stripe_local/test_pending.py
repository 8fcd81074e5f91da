"""A payment that its owner has to confirm: the change waits on the page of its invoice."""

import httpx
import pytest
import stripe

from tests.stripe_local.shop import Shop

ASKS = "pm_card_authenticationRequired"


@pytest.fixture(autouse=True)
def stopped(shop: Shop) -> None:
    """Time stands still, at the beginning of the year."""
    shop.stop_time()


def begun(shop: Shop) -> stripe.Subscription:
    """A subscription whose owner's card asks from now on."""
    alice = shop.customer()
    sub = shop.subscribe(alice)
    card = shop.v1.payment_methods.attach(ASKS, {"customer": alice})
    shop.v1.customers.update(alice, {"invoice_settings": {"default_payment_method": card.id}})
    shop.until(10)
    return sub


def upgraded(shop: Shop, sub: stripe.Subscription, **how: str) -> stripe.Subscription:
    """The same for Team, at once."""
    return shop.change(sub.id, shop.team, proration_behavior="always_invoice", **how)


def test_it_is_refused_with_its_own_word_and_nothing_changes(shop: Shop) -> None:
    sub = begun(shop)
    with pytest.raises(stripe.CardError) as refused:
        upgraded(shop, sub, payment_behavior="error_if_incomplete")
    assert refused.value.code == "subscription_payment_intent_requires_action"
    assert shop.item(shop.subscription(sub.id)).price.id == shop.pro
    assert len(shop.invoices(sub.id)) == 1


def test_what_waits_comes_when_its_invoice_is_paid_by_hand(shop: Shop) -> None:
    sub = begun(shop)
    waiting = upgraded(shop, sub, payment_behavior="pending_if_incomplete")
    assert waiting.pending_update is not None
    assert (shop.item(waiting).price.id, waiting.status) == (shop.pro, "active")
    bill = shop.invoices(sub.id)[-1]
    assert (bill.status, bill.total) == ("open", 406)
    with pytest.raises(stripe.CardError) as refused:  # by nobody who could confirm it
        shop.v1.invoices.pay(bill.id)
    assert refused.value.code == "invoice_payment_intent_requires_action"
    assert bill.hosted_invoice_url is not None
    typed = {"do": "pay", "card": "4000002760003184"}
    assert "is paid" in httpx.post(bill.hosted_invoice_url, data=typed).text
    after = shop.subscription(sub.id)
    assert (shop.item(after).price.id, after.pending_update) == (shop.team, None)
    assert len(shop.server.events("customer.subscription.pending_update_applied")) == 1
    shop.until(32)
    assert shop.invoices(sub.id)[-1].total == 3_500


def test_what_is_voided_or_too_late_does_not_come(shop: Shop) -> None:
    for give_up in ("void", "wait"):
        sub = begun(shop)
        upgraded(shop, sub, payment_behavior="pending_if_incomplete")
        bill = shop.invoices(sub.id)[-1]
        if give_up == "void":
            shop.v1.invoices.void_invoice(bill.id)
        else:
            shop.until(11)
        after = shop.subscription(sub.id)
        assert (shop.item(after).price.id, after.pending_update) == (shop.pro, None)
        assert (shop.v1.invoices.retrieve(bill.id).status, after.status) == ("void", "active")
        shop.stop_time()


def test_only_what_costs_something_may_wait(shop: Shop) -> None:
    sub = begun(shop)
    order = {"cancel_at_period_end": False, "payment_behavior": "pending_if_incomplete"}
    with pytest.raises(stripe.InvalidRequestError, match="cancel_at_period_end"):
        shop.v1.subscriptions.update(sub.id, order)


def test_a_card_that_pays_lets_nothing_wait(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    after = upgraded(shop, sub, payment_behavior="pending_if_incomplete")
    assert (shop.item(after).price.id, after.pending_update) == (shop.team, None)
