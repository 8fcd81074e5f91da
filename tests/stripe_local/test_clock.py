"""Time that passes: renewals, trials, retries, and what they end in."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe

from tests.stripe_local.shop import DAY, START, Shop


@pytest.fixture(autouse=True)
def stopped(shop: Shop) -> None:
    """Time stands still, at the beginning of the year."""
    shop.stop_time()


def when(moment: int) -> str:
    """The day of a moment."""
    return f"{datetime.fromtimestamp(moment, UTC):%m-%d}"


def test_a_renewal_is_a_draft_for_an_hour(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(31)
    assert [bill.status for bill in shop.invoices(sub.id)] == ["paid", "draft"]
    assert shop.subscription(sub.id).status == "active"
    shop.until(31.05)
    assert [bill.status for bill in shop.invoices(sub.id)] == ["paid", "paid"]
    item = shop.item(shop.subscription(sub.id))
    assert (item.current_period_start, item.current_period_end) == (
        START + 31 * DAY,
        START + 59 * DAY,
    )


def test_a_year_has_twelve_renewals(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.until(366)
    bills = shop.invoices(sub.id)
    assert [bill.total for bill in bills] == [2_900] * 13
    assert len({bill.number for bill in bills}) == 13


def test_periods_keep_to_the_day_they_began_on(shop: Shop) -> None:
    shop.until(30)  # the last of January
    sub = shop.subscribe(shop.customer())
    ends = []
    for day in (30, 60, 91):
        shop.until(day + 0.1)
        ends.append(when(shop.item(shop.subscription(sub.id)).current_period_end))
    assert ends == ["02-28", "03-31", "04-30"]


def test_a_trial_ends_in_a_payment(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer(), trial_period_days=14)
    assert (sub.status, sub.trial_end) == ("trialing", START + 14 * DAY)
    assert [(bill.total, bill.status) for bill in shop.invoices(sub.id)] == [(0, "paid")]
    shop.until(11)
    assert len(shop.server.events("customer.subscription.trial_will_end")) == 1
    shop.until(15)
    assert shop.subscription(sub.id).status == "active"
    assert [bill.total for bill in shop.invoices(sub.id)] == [0, 2_900]
    assert shop.item(shop.subscription(sub.id)).current_period_start == START + 14 * DAY


def test_a_trial_that_nobody_pays_for_may_end(shop: Shop) -> None:
    settings = {"end_behavior": {"missing_payment_method": "cancel"}}
    alice = shop.customer(card="")
    sub = shop.subscribe(alice, trial_period_days=7, trial_settings=settings)
    shop.until(8)
    assert shop.subscription(sub.id).status == "canceled"


def test_a_declined_renewal_is_tried_again_and_heals(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.server.decline(alice, "insufficient_funds")
    shop.until(32)
    late = shop.subscription(sub.id)
    bill = shop.invoices(sub.id)[-1]
    assert (late.status, bill.status, bill.attempt_count) == ("past_due", "open", 1)
    assert bill.next_payment_attempt == START + 34 * DAY + 3_600
    assert shop.v1.customers.retrieve(alice).delinquent
    intents = shop.v1.payment_intents.list({"customer": alice}).data
    assert intents[0].last_payment_error is not None
    assert intents[0].last_payment_error.decline_code == "insufficient_funds"
    shop.server.accept(alice)
    shop.until(35)
    assert shop.subscription(sub.id).status == "active"
    bill = shop.invoices(sub.id)[-1]
    assert (bill.status, bill.attempt_count, bill.next_payment_attempt) == ("paid", 2, None)
    assert not shop.v1.customers.retrieve(alice).delinquent


@pytest.mark.parametrize(
    ("then", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_after_the_last_retry_it_is_over(shop: Shop, then: str, status: str) -> None:
    shop.server.after_retries(then)
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.server.decline(alice)
    shop.until(31 + 14)
    assert shop.subscription(sub.id).status == "past_due"
    shop.until(31 + 15.1)
    over = shop.subscription(sub.id)
    assert (over.status, shop.invoices(sub.id)[-1].attempt_count) == (status, 4)
    if status == "canceled":
        assert over.cancellation_details is not None
        assert over.cancellation_details.reason == "payment_failed"


def test_who_is_unpaid_gets_drafts_until_the_latest_invoice_is_paid(shop: Shop) -> None:
    shop.server.after_retries("unpaid")
    alice = shop.customer()
    sub = shop.subscribe(alice)
    shop.server.decline(alice)
    shop.until(60)
    assert [bill.status for bill in shop.invoices(sub.id)] == ["paid", "open", "draft"]
    shop.server.accept(alice)
    shop.v1.invoices.pay(shop.invoices(sub.id)[-1].id)
    assert shop.subscription(sub.id).status == "active"


def test_a_first_payment_that_fails_leaves_it_incomplete_until_it_expires(shop: Shop) -> None:
    alice = shop.customer("pm_card_chargeCustomerFail")
    sub = shop.subscribe(alice)
    assert (sub.status, shop.invoices(sub.id)[0].status) == ("incomplete", "open")
    shop.until(0.9)
    assert shop.subscription(sub.id).status == "incomplete"
    shop.until(1)
    assert shop.subscription(sub.id).status == "incomplete_expired"
    assert shop.invoices(sub.id)[0].status == "void"


def test_an_incomplete_one_that_is_paid_is_active(shop: Shop) -> None:
    alice = shop.customer("pm_card_chargeCustomerFail")
    sub = shop.subscribe(alice)
    card = shop.v1.payment_methods.attach("pm_card_visa", {"customer": alice})
    paid = shop.v1.invoices.pay(sub.latest_invoice, {"payment_method": card.id})
    assert (paid.status, shop.subscription(sub.id).status) == ("paid", "active")


def test_an_invoice_that_is_sent_is_paid_by_its_due_date_or_overdue(shop: Shop) -> None:
    alice = shop.customer(card="")
    terms = {"collection_method": "send_invoice", "days_until_due": 30}
    sub = shop.subscribe(alice, shop.team, quantity=40, **terms)
    assert (sub.status, shop.invoices(sub.id)[0].status) == ("active", "draft")
    shop.until(1)
    bill = shop.invoices(sub.id)[0]
    assert (bill.status, bill.amount_due, bill.due_date) == (
        "open",
        140_000,
        START + 30 * DAY + 3_600,
    )
    shop.until(30.5)
    assert shop.subscription(sub.id).status == "past_due"
    assert len(shop.server.events("invoice.overdue")) == 1
    shop.v1.invoices.pay(bill.id, {"paid_out_of_band": True})
    assert shop.subscription(sub.id).status == "active"
    shop.until(31 + 30 + 31 + 1)
    over = shop.subscription(sub.id)
    assert (over.status, over.ended_at) == ("canceled", START + (31 + 30 + 30) * DAY + 3_600)


def test_a_clock_moves_only_its_own_customers(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.clock = ""
    other = shop.subscribe(shop.customer())
    shop.server.advance(timedelta(days=32))
    assert len(shop.invoices(sub.id)) == 1
    assert len(shop.invoices(other.id)) == 2


def test_time_does_not_go_back(shop: Shop) -> None:
    shop.until(3)
    with pytest.raises(stripe.InvalidRequestError, match="after the current"):
        shop.until(2)


def test_with_a_clock_go_its_customers(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    shop.v1.test_helpers.test_clocks.delete(shop.clock)
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        shop.subscription(sub.id)
