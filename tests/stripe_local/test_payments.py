"""Refunds, disputes, and invoices that are paid, voided or written off by hand."""

import pytest
import stripe

from tests.stripe_local.shop import Shop


def test_a_refund_gives_back_the_last_payment(shop: Shop) -> None:
    alice = shop.customer()
    shop.subscribe(alice)
    shop.server.refund(alice, 900)
    charge = shop.v1.charges.list({"customer": alice}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (900, False)
    rest = shop.v1.refunds.create({"payment_intent": str(charge.payment_intent)})
    assert (rest.amount, rest.status) == (2_000, "succeeded")
    told = [event["data"]["object"] for event in shop.server.events("charge.refunded")]
    assert [(each["amount_refunded"], each["refunded"]) for each in told] == [
        (900, False),
        (2_900, True),
    ]
    assert told[0]["customer"] == alice
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        shop.v1.refunds.create({"charge": charge.id})


def test_a_dispute_is_opened_and_decided(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    opened = shop.server.dispute(alice)
    told = shop.server.events("charge.dispute.created")[0]["data"]["object"]
    assert (told["amount"], told["status"], told["reason"]) == (
        2_900,
        "needs_response",
        "fraudulent",
    )
    charge = shop.v1.charges.retrieve(told["charge"])
    assert (charge.disputed, charge.customer) == (True, alice)
    payment = {"type": "payment_intent", "payment_intent": told["payment_intent"]}
    found = shop.v1.invoice_payments.list({"payment": payment}).data
    assert [each.invoice for each in found] == [sub.latest_invoice]
    shop.server.close_dispute(opened["id"], won=False)
    assert shop.v1.disputes.retrieve(opened["id"]).status == "lost"
    assert len(shop.server.events("charge.dispute.closed")) == 1


def test_a_new_card_pays_what_the_old_one_did_not(shop: Shop) -> None:
    shop.stop_time()
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.server.decline(alice)
    shop.until(32)
    bill = shop.invoices(sub.id)[-1]
    with pytest.raises(stripe.CardError):
        shop.v1.invoices.pay(bill.id)
    card = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": alice})
    chosen = {"default_payment_method": card.id}
    shop.v1.customers.update(alice, {"invoice_settings": chosen})
    assert shop.v1.invoices.pay(bill.id).status == "paid"
    assert shop.subscription(sub.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        shop.v1.invoices.pay(bill.id)
    methods = shop.v1.customers.payment_methods.list(alice).data
    assert [each.card.brand for each in methods if each.card] == ["mastercard", "visa"]


def test_a_card_pays_for_its_owner_alone(shop: Shop) -> None:
    alice, bob = shop.customer(), shop.customer()
    sub = shop.subscribe(alice)
    card = shop.v1.customers.payment_methods.list(bob).data[0].id
    chosen = {"default_payment_method": card}
    for refused in (
        lambda: shop.v1.subscriptions.update(sub.id, chosen),
        lambda: shop.v1.customers.update(alice, {"invoice_settings": chosen}),
        lambda: shop.subscribe(alice, **chosen),
        lambda: shop.v1.payment_methods.attach(card, {"customer": alice}),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=r"must be attached|another customer"):
            refused()
    shop.v1.payment_methods.detach(card)
    assert shop.v1.customers.payment_methods.list(bob).data == []


def test_an_invoice_may_be_void_or_written_off(shop: Shop) -> None:
    shop.stop_time()
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.server.decline(alice)
    shop.until(32)
    bill = shop.invoices(sub.id)[-1]
    assert shop.v1.invoices.mark_uncollectible(bill.id).status == "uncollectible"
    void = shop.v1.invoices.void_invoice(bill.id)
    assert void.status == "void"
    assert void.status_transitions.voided_at is not None
    with pytest.raises(stripe.InvalidRequestError, match="isn't open"):
        shop.v1.invoices.void_invoice(shop.invoices(sub.id)[0].id)


def test_tax_is_passed_through_and_is_nothing(shop: Shop) -> None:
    alice, taxed = shop.customer(), {"enabled": True}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe(alice, automatic_tax=taxed)
    assert refused.value.code == "customer_tax_location_invalid"
    shop.v1.customers.update(alice, {"address": {"country": "US", "postal_code": "94103"}})
    sub = shop.subscribe(alice, automatic_tax=taxed)
    bill = shop.invoices(sub.id)[0]
    assert sub.automatic_tax.enabled
    assert (bill.automatic_tax.enabled, bill.automatic_tax.status) == (True, "complete")
    assert bill.total_taxes == []


def test_a_card_may_pay_once_and_never_again(shop: Shop) -> None:
    shop.stop_time()
    sub = shop.subscribe(shop.customer("pm_card_declinesLater"))
    assert sub.status == "active"
    shop.until(32)
    assert shop.subscription(sub.id).status == "past_due"
