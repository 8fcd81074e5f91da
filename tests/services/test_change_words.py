"""What a change would do is spelled out before it is done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from assistant.models import Subscription
from assistant.services.change_words import Change, named, told
from assistant.services.tiers import FREE, TIERS

END = datetime(2026, 12, 26, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 12, 11, tzinfo=UTC)


def plan(tier="team", seats=2, period_end=END, **more):
    return Subscription(user_id=uuid4(), tier=tier, seats=seats, period_end=period_end, **more)


def words(held, tier, seats, *change, timezone="UTC", **how):
    return " ".join(told(held, tier, seats, Change(*change, **how), timezone).lines)


def test_more_is_due_now():
    assert words(
        plan(), TIERS["team"], 5, "seats", Decimal("54.19"), Decimal(175), NOW, at_once=True
    ) == (
        "Team with 5 seats begins now. $54.19 is due now: the rest of this period, less what you "
        "have paid for it. From 26 December 2026 it is $175 a month."
    )


def test_less_comes_later():
    assert words(plan(), TIERS["pro"], 1, "downgrade", Decimal(0), Decimal(29), END) == (
        "Nothing is due now. You keep Team with 2 seats until 26 December 2026. From then on it is "
        "Pro, $29 a month."
    )


def test_a_trial_ends_by_what_costs_more_and_goes_on_with_what_costs_less():
    held, paid = plan("pro", 1, trial_ends_at=END), ("upgrade", Decimal(35), Decimal(35), NOW)
    assert words(held, TIERS["team"], 1, *paid, at_once=True, ends_trial=True) == (
        "Team begins now, and your trial of Pro ends. $35 is due now, for the month that begins. "
        "After that month it is $35 a month."
    )
    held, less = plan("team", 1, trial_ends_at=END), ("downgrade", Decimal(0), Decimal(29), NOW)
    assert words(held, TIERS["pro"], 1, *less, at_once=True) == (
        "Pro begins now. Nothing is due until your trial ends on 26 December 2026. Then it is $29 "
        "a month."
    )


def test_an_end_says_what_stays():
    said = words(plan(), FREE, 1, "cancel", Decimal(0), Decimal(0), END)
    assert "You keep Team until 26 December 2026." in said
    assert "All that you wrote stays." in said
    unpaid = plan(status="unpaid")
    assert "ends now" in words(unpaid, FREE, 1, "cancel", Decimal(0), Decimal(0), NOW)


def test_days_are_those_of_who_reads_them():
    later = ("downgrade", Decimal(0), Decimal(29), END)
    for zone, day in (("Pacific/Kiritimati", 26), ("Pacific/Pago_Pago", 25)):
        said = words(plan(), TIERS["pro"], 1, *later, timezone=zone)
        assert f"until {day} December 2026" in said
    held = plan("pro", 1, period_end=None)
    more = ("upgrade", Decimal(6), Decimal(35), NOW)
    assert "From the end of the period it is" in words(held, TIERS["team"], 1, *more, at_once=True)


def test_a_plan_is_named_with_its_seats_where_it_has_several():
    assert (named(TIERS["pro"], 1), named(TIERS["team"], 4)) == ("Pro", "Team with 4 seats")


SHOWN = Change("upgrade", Decimal(6), Decimal(35), NOW, at_once=True)


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        ({}, True),
        ({"due_now": Decimal(5)}, True),
        ({"at": END}, True),  # now is later than it was
        ({"due_now": Decimal("6.01")}, False),
        ({"then": Decimal("35.01")}, False),
        ({"kind": "downgrade"}, False),
        ({"at_once": False}, False),
        ({"ends_trial": True}, False),
    ],
)
def test_who_agrees_agrees_to_what_was_shown_or_costs_less(other, covered):
    assert SHOWN.covers(replace(SHOWN, **other)) == covered


def test_who_agrees_to_a_day_agrees_to_no_other():
    later = Change("downgrade", Decimal(0), Decimal(29), END)
    assert later.covers(later)
    assert not later.covers(replace(later, at=END + timedelta(days=31)))
