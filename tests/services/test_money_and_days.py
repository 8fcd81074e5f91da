"""Amounts and days are written as people write them, days by the calendar of who reads."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assistant.services.money_and_days import day, day_of_year, minute, money, price

LATE = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "$0.00"), ("29", "$29.00"), ("1234.5", "$1,234.50"), ("-4.97", "$4.97 credit")],
)
def test_money_is_told_to_the_cent(amount, said):
    assert money(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("29", "$29"), ("29.00", "$29"), ("4.35", "$4.35"), ("1234.5", "$1,234.50"), ("0", "$0")],
)
def test_a_price_has_cents_only_where_there_are_some(amount, said):
    assert price(Decimal(amount)) == said


def test_a_day_is_that_of_the_calendar_there():
    assert (day(LATE, "UTC"), day(LATE, "Asia/Tokyo")) == ("31 December 2026", "1 January 2027")
    assert (day_of_year(LATE, "UTC"), day_of_year(LATE, "Asia/Tokyo")) == (
        "31 December", "1 January",
    )  # fmt: skip
    assert minute(LATE, "Asia/Tokyo") == "1 January at 08:30"
    assert day(None, "UTC") == ""
