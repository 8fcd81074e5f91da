"""Changes of subscriptions, exact to the cent."""

import pytest
import stripe

from tests.stripe_local.shop import DAY, START, Shop

HALF = 15.5  # days: the half of January


@pytest.fixture(autouse=True)
def stopped(shop: Shop) -> None:
    """Time stands still, at the beginning of the year."""
    shop.stop_time()


def lines(invoice: stripe.Invoice) -> list[int]:
    """What its lines come to."""
    return [line.amount for line in invoice.lines.data]


def test_an_upgrade_is_paid_at_once_by_the_second(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(10)
    changed = shop.change(sub.id, shop.team, proration_behavior="always_invoice")
    bill = shop.invoices(sub.id)[-1]
    # 21 of 31 days: 2,900 x 21 / 31 = 1,964.52 and 3,500 x 21 / 31 = 2,370.97
    assert lines(bill) == [-1_965, 2_371]
    assert (bill.total, bill.amount_paid, bill.status) == (406, 406, "paid")
    assert changed.latest_invoice == bill.id
    back, due = bill.lines.data
    assert (back.description, due.description) == (
        "Unused time on Pro after 11 Jan 2026",
        "Remaining time on Team after 11 Jan 2026",
    )
    assert back.parent is not None
    details = back.parent.subscription_item_details
    assert details is not None
    assert details.proration
    assert details.proration_details is not None
    credited = details.proration_details.credited_items
    assert credited is not None
    assert credited.invoice == sub.latest_invoice
    assert due.period.end == START + 31 * DAY


def test_a_preview_is_what_comes(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(7.3)
    items = [{"id": shop.item(sub).id, "price": shop.team, "quantity": 3}]
    terms = {"items": items, "proration_behavior": "always_invoice"}
    order = {"subscription": sub.id, "subscription_details": terms}
    before = len(shop.server.events())
    told = shop.v1.invoices.create_preview(order)
    assert told.id is not None
    assert told.id.startswith("upcoming_in_")
    assert shop.item(shop.subscription(sub.id)).price.id == shop.pro
    assert len(shop.server.events()) == before
    shop.change(sub.id, shop.team, 3, proration_behavior="always_invoice")
    bill = shop.invoices(sub.id)[-1]
    assert (lines(told), told.amount_due) == (lines(bill), bill.amount_due)


def test_a_preview_of_the_renewal_holds_what_is_pending(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(HALF)
    shop.change(sub.id, shop.team, 2)
    assert len(shop.invoices(sub.id)) == 1
    told = shop.v1.invoices.create_preview({"subscription": sub.id})
    assert lines(told) == [-1_450, 3_500, 7_000]
    shop.until(32)
    bill = shop.invoices(sub.id)[-1]
    assert (lines(bill), bill.total, bill.status) == ([-1_450, 3_500, 7_000], 9_050, "paid")


def test_a_preview_may_ask_for_another_moment(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(3)
    items = [{"id": shop.item(sub).id, "price": shop.team}]
    terms = {
        "items": items,
        "proration_behavior": "always_invoice",
        "proration_date": START + int(HALF * DAY),
    }
    told = shop.v1.invoices.create_preview({"subscription": sub.id, "subscription_details": terms})
    assert lines(told) == [-1_450, 1_750]


def test_a_preview_of_a_subscription_that_is_not_yet(shop: Shop) -> None:
    alice = shop.customer(card="")
    items = [{"price": shop.team, "quantity": 4}]
    order = {"customer": alice, "subscription_details": {"items": items}}
    assert shop.v1.invoices.create_preview(order).amount_due == 14_000
    assert shop.v1.subscriptions.list({"customer": alice}).data == []


def test_there_is_no_preview_of_what_ends(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.v1.invoices.create_preview({"subscription": sub.id})
    assert (refused.value.http_status, refused.value.code) == (404, "invoice_upcoming_none")


def test_seats_are_added_and_taken_away(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), shop.team, quantity=2)
    shop.until(HALF)
    shop.change(sub.id, shop.team, 5, proration_behavior="always_invoice")
    assert lines(shop.invoices(sub.id)[-1]) == [-3_500, 8_750]
    shop.change(sub.id, shop.team, 4, proration_behavior="always_invoice")
    last = shop.invoices(sub.id)[-1]
    assert (lines(last), last.total, last.amount_due) == ([-8_750, 7_000], -1_750, 0)
    assert last.status == "paid"


def test_what_is_given_back_is_kept_for_the_next_invoice(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice, shop.team)
    shop.until(HALF)
    shop.change(sub.id, shop.pro, proration_behavior="always_invoice")
    assert shop.v1.customers.retrieve(alice).balance == -300
    assert shop.v1.invoices.create_preview({"subscription": sub.id}).amount_due == 2_600
    shop.until(32)
    bill = shop.invoices(sub.id)[-1]
    assert (bill.total, bill.starting_balance, bill.amount_paid) == (2_900, -300, 2_600)
    assert (bill.ending_balance, shop.v1.customers.retrieve(alice).balance) == (0, 0)


def test_a_change_without_proration_costs_nothing_until_the_next_period(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(HALF)
    shop.change(sub.id, shop.team, proration_behavior="none")
    assert len(shop.invoices(sub.id)) == 1
    shop.until(32)
    assert lines(shop.invoices(sub.id)[-1]) == [3_500]


def test_a_second_change_gives_back_what_the_first_has_cost(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(HALF)
    shop.change(sub.id, shop.team, proration_behavior="always_invoice")
    shop.change(sub.id, shop.pro, proration_behavior="always_invoice")
    assert lines(shop.invoices(sub.id)[-1]) == [-1_750, 1_450]


def test_a_change_that_changes_nothing_costs_nothing(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(HALF)
    shop.change(sub.id, shop.pro, proration_behavior="always_invoice")
    assert len(shop.invoices(sub.id)) == 1


def test_an_item_without_an_id_is_one_more(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    items = [{"price": shop.team}]
    changed = shop.v1.subscriptions.update(sub.id, {"items": items})
    assert [each.price.id for each in changed["items"].data] == [shop.pro, shop.team]
    both = [{"id": each.id, "deleted": True} for each in changed["items"].data]
    with pytest.raises(stripe.InvalidRequestError, match="at least one"):
        shop.v1.subscriptions.update(sub.id, {"items": both})


def test_an_upgrade_that_the_card_does_not_pay(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.until(HALF)
    shop.server.decline(alice)
    careful = {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError) as refused:
        shop.change(sub.id, shop.team, **careful)
    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)
    assert shop.item(shop.subscription(sub.id)).price.id == shop.pro
    changed = shop.change(sub.id, shop.team, proration_behavior="always_invoice")
    assert (changed.status, shop.item(changed).price.id) == ("past_due", shop.team)
    assert shop.invoices(sub.id)[-1].status == "open"


def test_cancelling_at_once_may_give_back_the_rest(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.until(HALF)
    gone = shop.v1.subscriptions.cancel(sub.id, {"prorate": True, "invoice_now": True})
    assert (gone.status, gone.ended_at) == ("canceled", START + int(HALF * DAY))
    assert gone.cancellation_details is not None
    assert gone.cancellation_details.reason == "cancellation_requested"
    assert shop.v1.customers.retrieve(alice).balance == -1_450
    assert shop.v1.subscriptions.list({"customer": alice}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        shop.v1.subscriptions.cancel(sub.id)


def test_a_subscription_may_end_at_a_time(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.v1.subscriptions.update(sub.id, {"cancel_at": START + 5 * DAY})
    shop.until(6)
    over = shop.subscription(sub.id)
    assert (over.status, over.ended_at) == ("canceled", START + 5 * DAY)


def test_the_unused_part_of_a_trial_is_not_prorated(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), trial_period_days=14)
    shop.until(7)
    shop.change(sub.id, shop.team, proration_behavior="always_invoice")
    assert [bill.total for bill in shop.invoices(sub.id)] == [0]
    ended = shop.v1.subscriptions.update(sub.id, {"trial_end": "now"})
    assert (ended.status, ended.billing_cycle_anchor) == ("active", START + 7 * DAY)
    assert [bill.total for bill in shop.invoices(sub.id)] == [0, 3_500]
