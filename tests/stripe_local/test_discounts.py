"""Coupons and promotion codes, and what they take off."""

import pytest
import stripe

from tests.stripe_local import Problem
from tests.stripe_local.shop import Shop


@pytest.fixture(autouse=True)
def stopped(shop: Shop) -> None:
    """Time stands still, at the beginning of the year."""
    shop.stop_time()


def coupon(shop: Shop, **terms: object) -> str:
    return shop.v1.coupons.create(terms).id


def totals(shop: Shop, sub: stripe.Subscription) -> list[int]:
    return [bill.total for bill in shop.invoices(sub.id)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"percent_off": 25, "duration": "once"}, [2_175, 2_900, 2_900, 2_900]),
        ({"percent_off": 33.3, "duration": "forever"}, [1_934] * 4),
        (
            {
                "amount_off": 500,
                "currency": "usd",
                "duration": "repeating",
                "duration_in_months": 2,
            },
            [2_400, 2_400, 2_900, 2_900],
        ),
        ({"amount_off": 5_000, "currency": "usd", "duration": "once"}, [0, 2_900, 2_900, 2_900]),
    ],
)
def test_a_coupon_lasts_as_long_as_it_says(shop: Shop, terms: dict, expected: list[int]) -> None:
    name = coupon(shop, **terms)
    sub = shop.subscribe(shop.customer(), discounts=[{"coupon": name}])
    shop.until(31 + 28 + 31 + 1)
    assert totals(shop, sub) == expected
    bill = shop.invoices(sub.id)[0]
    assert bill.subtotal == 2_900
    assert bill.total_discount_amounts is not None
    assert bill.total_discount_amounts[0].amount == 2_900 - expected[0]


def test_a_change_counts_with_what_was_really_paid(shop: Shop) -> None:
    half = coupon(shop, percent_off=50, duration="forever")
    sub = shop.subscribe(shop.customer(), discounts=[{"coupon": half}])
    shop.until(15.5)
    shop.change(sub.id, shop.team, 2, proration_behavior="always_invoice")
    bill = shop.invoices(sub.id)[-1]
    assert [line.amount for line in bill.lines.data] == [-725, 1_750]
    assert bill.total == 1_025


def test_a_code_is_typed_on_the_pay_page(shop: Shop) -> None:
    promotion = {"type": "coupon", "coupon": coupon(shop, percent_off=20, duration="forever")}
    code = shop.v1.promotion_codes.create({"promotion": promotion, "code": "WELCOME20"})
    alice = shop.customer(card="")
    session = shop.checkout(alice, allow_promotion_codes=True)
    with pytest.raises(Problem, match="This code is invalid"):
        shop.server.pay(session.id, code="WELCOME99")
    shop.server.pay(session.id, code="welcome20")
    sub = shop.v1.subscriptions.list({"customer": alice, "expand": ["data.discounts"]}).data[0]
    discount = sub.discounts[0]
    assert isinstance(discount, stripe.Discount)
    assert discount.promotion_code == code.id
    assert totals(shop, sub) == [2_320]
    paid = shop.v1.checkout.sessions.retrieve(session.id)
    assert paid.total_details is not None
    assert (paid.amount_total, paid.total_details.amount_discount) == (2_320, 580)


def test_a_code_that_is_used_up_or_off_is_invalid(shop: Shop) -> None:
    promotion = {"type": "coupon", "coupon": coupon(shop, percent_off=20, duration="once")}
    order = {"promotion": promotion, "code": "FIRST", "max_redemptions": 1}
    code = shop.v1.promotion_codes.create(order)
    shop.server.pay(shop.checkout(shop.customer(), allow_promotion_codes=True).id, code="FIRST")
    again = shop.checkout(shop.customer(), allow_promotion_codes=True).id
    with pytest.raises(Problem, match="invalid"):
        shop.server.pay(again, code="FIRST")
    assert shop.v1.promotion_codes.update(code.id, {"active": False}).active is False
    assert shop.v1.promotion_codes.list({"active": True}).data == []


def test_discounts_are_taken_away_again(shop: Shop) -> None:
    half = coupon(shop, percent_off=50, duration="forever")
    sub = shop.subscribe(shop.customer(), discounts=[{"coupon": half}])
    shop.v1.subscriptions.update(sub.id, {"discounts": ""})
    shop.until(32)
    assert totals(shop, sub) == [1_450, 2_900]
