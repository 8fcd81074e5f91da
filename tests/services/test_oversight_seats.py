"""Where an operator finds who has a seat: with whoever pays for it."""

from uuid import uuid4

import pytest

from assistant.services import tiers
from assistant.services.oversight import mark, report
from tests.conftest import all_ended, signed_in
from tests.services.overseen import has_plan, operator, plan, plan_or_none, spent
from tests.services.seated import seat, team
from tests.services.talk import ask, rows

__all__ = ["operator"]


@pytest.fixture
async def team_of_three(operator, bob, sold, db):
    """Bob pays for three seats; Carol sits on one of them. How Free and Team stood before."""
    stood = [await plan_or_none(operator, label) for label in ("Free", "Team")]
    await team(db, bob, 3)
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    await seat(bob, carol)
    return carol, *stood


async def test_who_has_a_seat_counts_and_costs_in_the_plan_that_is_paid_for_it(  # noqa: PLR0913
    team_of_three, operator, bob, vendors, db, monkeypatch
):
    monkeypatch.setattr("assistant.services.oversight.MOST", 1_000_000)
    carol, free, was = team_of_three
    await ask(carol, "Words [[tokens=200]]")
    await all_ended()
    team_now, free_now = [await plan_or_none(operator, label) for label in ("Team", "Free")]
    assert team_now.users - was.users == 2
    assert team_now.seats - was.seats == 3
    assert team_now.month - was.month == 105
    assert team_now.cost - was.cost == await spent(db, carol) > 0
    assert free_now.cost == free.cost
    (hers,) = [e for e in (await report(operator.id)).spenders if e.name == mark(carol.id)]
    assert (hers.plan, hers.seats, hers.month) == ("Team", 1, 35)
    assert hers.cost == await spent(db, carol)
    await ask(bob, "Words")
    (his,) = [e for e in (await report(operator.id)).spenders if e.name == mark(bob.id)]
    assert (his.plan, his.seats, his.month) == ("Team", 2, 70)


@pytest.mark.parametrize(
    "how",
    [
        "update subscriptions set status = 'unpaid' where user_id = $1",
        "update subscriptions set seats = 1 where user_id = $1",
        "update seats set member_id = null where user_id = $1",
    ],
)
async def test_a_seat_that_does_not_count_leaves_who_has_it_where_they_are(  # noqa: PLR0913
    how, team_of_three, operator, bob, vendors, db
):
    carol, free, _ = team_of_three
    await rows(db, how, bob.id)
    await ask(carol, "Words [[tokens=200]]")
    await all_ended()
    found = await plan_or_none(operator, "Free")
    assert found.cost - free.cost == await spent(db, carol) > 0
    assert (await tiers.tier_of(carol.id)) is tiers.FREE


async def test_what_was_used_before_a_seat_was_taken_stands_under_free(
    operator, bob, sold, vendors, db
):
    stood = [await plan_or_none(operator, label) for label in ("Free", "Team")]
    await team(db, bob, 2)
    carol = await signed_in(f"Carol {uuid4().hex[:12]}")
    await ask(carol, "Words [[tokens=200]]")
    await all_ended()
    await seat(bob, carol)
    free, paid = [await plan_or_none(operator, label) for label in ("Free", "Team")]
    assert free.cost - stood[0].cost == await spent(db, carol) > 0
    assert (paid.cost, paid.users) == (stood[1].cost, stood[1].users + 2)


async def test_who_sits_elsewhere_while_a_plan_of_their_own_runs_out_counts_once_and_pays_for_both(
    team_of_three, operator, db
):
    carol, _, was = team_of_three
    pro, users = (
        await plan_or_none(operator, "Pro"),
        sum(each.users for each in (await report(operator.id)).plans),
    )
    await has_plan(db, carol, "pro")
    ends = "update subscriptions set lasts_until = now() + interval '9 days' where user_id = $1"
    await rows(db, ends, carol.id)
    found = await report(operator.id)
    assert sum(each.users for each in found.plans) == users == found.users
    assert plan(found, "Pro").month - pro.month == 29
    assert plan(found, "Team").users - was.users == 2
