"""What a change would do is spelled out before it is done."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from assistant.models import Subscription
from assistant.services.change_words import Change, day, named, told, usd
from assistant.services.tiers import FREE, TIERS

END = datetime(2026, 12, 26, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 12, 11, tzinfo=UTC)


def plan(tier="team", seats=2, **more):
    return Subscription(user_id=uuid4(), tier=tier, seats=seats, period_end=END, **more)


def words(held, tier, seats, *change):
    return " ".join(told(held, tier, seats, Change(*change)).lines)


def test_more_is_due_now():
    assert words(plan(), TIERS["team"], 5, "seats", Decimal("54.19"), Decimal(175), NOW) == (
        "Team with 5 seats begins now. $54.19 is due now: the rest of this period, less what you "
        "have paid for it. From 26 December 2026 it is $175 a month."
    )


def test_less_comes_later():
    assert words(plan(), TIERS["pro"], 1, "downgrade", Decimal(0), Decimal(29), END) == (
        "Nothing is due now. You keep Team with 2 seats until 26 December 2026. From then on it is "
        "Pro, $29 a month."
    )


def test_in_a_trial_nothing_is_due():
    held = plan("pro", 1, trial_ends_at=END)
    assert words(held, TIERS["team"], 1, "upgrade", Decimal(0), Decimal(35), NOW) == (
        "Team begins now. Nothing is due until your trial ends on 26 December 2026. Then it is $35 "
        "a month."
    )


def test_an_end_says_what_stays():
    said = words(plan(), FREE, 1, "cancel", Decimal(0), Decimal(0), END)
    assert "You keep Team until 26 December 2026." in said
    assert "All that you wrote stays." in said
    unpaid = plan(status="unpaid")
    assert "ends now" in words(unpaid, FREE, 1, "cancel", Decimal(0), Decimal(0), NOW)


@pytest.mark.parametrize(
    ("amount", "said"),
    [("29", "$29"), ("29.00", "$29"), ("4.35", "$4.35"), ("1234.5", "$1,234.50"), ("0", "$0")],
)
def test_amounts_are_written_as_people_do(amount, said):
    assert usd(Decimal(amount)) == said


def test_days_and_plans_are_named():
    assert (day(END), day(None)) == ("26 December 2026", "the end of the period")
    assert (named(TIERS["pro"], 1), named(TIERS["team"], 4)) == ("Pro", "Team with 4 seats")
