"""What an operator sees of plans: what each brings in, and what its users cost."""

from calendar import monthrange
from datetime import timedelta
from decimal import Decimal

import pytest

from assistant.services.oversight import Account, _account, _sum, mark, monthly, report
from assistant.services.tiers import TIERS
from tests.conftest import all_ended
from tests.services.overseen import has_plan, operator, plan, plan_or_none, spent
from tests.services.talk import ask, rows

__all__ = ["operator"]


async def test_a_plan_brings_in_its_price_for_each_seat_and_costs_what_its_users_used(  # noqa: PLR0913
    operator, bob, sold, vendors, db, monkeypatch
):
    monkeypatch.setattr("assistant.services.oversight.MOST", 1_000_000)  # others cost more
    before = await report(operator.id)
    await has_plan(db, bob, "team", seats=3)
    await ask(bob, "Words [[tokens=200]]")
    await all_ended()  # a title comes after its answer
    found = await report(operator.id)
    assert found.is_sold
    assert found.total.month - before.total.month == Decimal(35 * 3)
    assert found.total.cost - before.total.cost == await spent(db, bob) > 0
    (his,) = [each for each in found.spenders if each.name == mark(bob.id)]
    assert (his.plan, his.seats, his.month) == ("Team", 3, Decimal(105))
    assert his.cost == await spent(db, bob)
    assert 0 < his.revenue <= Decimal(105)
    assert his.margin == (his.revenue - his.cost) / his.revenue
    assert plan(found, "Team").month >= Decimal(105)


def test_ten_days_of_thirty_are_a_third_of_a_price_against_ten_days_of_cost(sold):
    days = Decimal(86_400)
    row = {"tier": "pro", "status": "active", "seats": 3, "paid": 3 * 10 * days}
    used = {"cost": Decimal("14.50"), "requests": 9}
    third = _account("1a2b3c4d…", 3, row | used, 30 * days)
    assert (third.month, round(third.revenue, 6)) == (Decimal(87), Decimal(29))
    assert round(third.margin, 6) == Decimal("0.5")
    assert _sum("All", [third, third]).month == Decimal(174)
    assert round(_sum("All", [third, third]).margin, 6) == Decimal("0.5")


async def passed(db):
    """The share of the month that has passed, 0 to 1, and how many days it has."""
    (clock,) = await rows(db, "select now() at time zone 'UTC' as now")
    days = monthrange(clock["now"].year, clock["now"].month)[1]
    begun = clock["now"].replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Decimal((clock["now"] - begun).total_seconds()) / (days * 86_400), days


async def began(db, user, ago, paid_ago=None):
    sql = """update subscriptions set began_at = now() - $2::interval,
             paid_from = now() - $3::interval where user_id = $1"""
    await rows(db, sql, user.id, ago, paid_ago or ago)


async def test_the_part_of_the_month_that_has_passed_is_the_databases(operator, bob, sold, db):
    before = (await report(operator.id)).total
    await has_plan(db, bob, "pro")
    for ago in (None, timedelta(days=300)):
        if ago:
            await began(db, bob, ago)
        total = (await report(operator.id)).total
        share, _ = await passed(db)
        assert total.month - before.month == 29
        assert abs((total.revenue - before.revenue) / 29 - share) < Decimal("0.001")


async def test_who_began_in_this_month_brings_in_what_falls_to_the_days_since(
    operator, bob, sold, db
):
    before = (await report(operator.id)).total
    await has_plan(db, bob, "team", seats=2)
    share, days = await passed(db)
    an_hour = Decimal(70) / (days * 24)
    for ago in (timedelta(hours=1), timedelta(days=9)):
        await began(db, bob, ago, timedelta(hours=1))  # the second one was tried before
        total = (await report(operator.id)).total
        assert total.month - before.month == 70
        most = an_hour if share * days * 24 > 1 else share * 70
        assert abs(total.revenue - before.revenue - most) < Decimal("0.01")


async def test_what_was_used_before_a_plan_began_stands_under_free(
    operator, bob, sold, vendors, db
):
    free, pro = [await plan_or_none(operator, label) for label in ("Free", "Pro")]
    await has_plan(db, bob, "pro")
    await ask(bob, "Words [[tokens=200]]")
    await all_ended()
    before = await spent(db, bob)
    await rows(db, "update subscriptions set began_at = now() where user_id = $1", bob.id)
    await ask(bob, "Words [[tokens=300]]")
    await all_ended()
    after = await spent(db, bob) - before
    assert min(before, after) > 0
    assert (await plan_or_none(operator, "Pro")).cost - pro.cost == after
    assert (await plan_or_none(operator, "Free")).cost - free.cost == before


@pytest.mark.parametrize("status", ["trialing", "past_due", "canceled", "unpaid"])
async def test_who_has_not_paid_brings_in_nothing(status, operator, bob, sold, db):
    before = await report(operator.id)
    await has_plan(db, bob, "pro", status)
    assert (await report(operator.id)).total.month == before.total.month


async def test_who_has_the_free_plan_fills_no_paid_seat(operator, bob, sold, db):
    await has_plan(db, bob, "pro")
    before = await report(operator.id)
    await has_plan(db, bob, "free")
    assert (await report(operator.id)).total.seats == before.total.seats - 1


async def test_where_nothing_is_sold_nothing_comes_in(operator, bob, db):
    await has_plan(db, bob, "team", seats=3)
    found = await report(operator.id)
    assert not found.is_sold
    assert [(each.name, each.revenue, each.margin) for each in found.plans] == [("Pro", 0, None)]


def test_what_is_by_arrangement_counts_for_nothing():
    assert [monthly(tier, 2) for tier in TIERS.values()] == [0, 58, 70, 0]


def test_without_revenue_there_is_no_margin():
    assert Account("", "", 1, 0, Decimal(0), Decimal(1), 1).margin is None
    assert Account("", "", 1, 1, Decimal(1), Decimal(2), 1).margin == -1
