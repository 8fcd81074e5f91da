"""What an operator sees of everybody, and that nobody else sees anything."""

from calendar import monthrange
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from assistant.errors import NotFound
from assistant.services import model_choice, tiers
from assistant.services.oversight import Account, _account, _sum, mark, monthly, report
from assistant.services.tiers import TIERS
from tests.conftest import all_ended, signed_in
from tests.services.seated import seat, team
from tests.services.talk import ask, ended, rows, say

LOOKS = "select count(*) as looks from operator_visits where user_id = $1"


@pytest.fixture
async def operator(db, alice):
    """Alice may see how things stand."""
    await rows(db, "insert into operators (id, user_id) values ($1, $2)", uuid4(), alice.id)
    return alice


async def has_plan(db, user, tier, status="active", seats=1):
    sql = "update subscriptions set tier = $2, status = $3, seats = $4 where user_id = $1"
    await rows(db, sql, user.id, tier, status, seats)


async def spent(db, user):
    sql = "select coalesce(sum(cost), 0) as cost from usage_logs where user_id = $1"
    (row,) = await rows(db, sql, user.id)
    return row["cost"]


def plan(found, label):
    return next(each for each in found.plans if each.name == label)


async def test_who_is_no_operator_finds_no_such_page(bob, db):
    with pytest.raises(NotFound, match="This page does not exist"):
        await report(bob.id)
    assert await rows(db, LOOKS, bob.id) == [{"looks": 0}]


async def test_each_look_is_noted_and_shown(operator, db):
    await report(operator.id)
    found = await report(operator.id)
    assert await rows(db, LOOKS, operator.id) == [{"looks": 2}]
    assert [who for who, _ in found.looks[:2]] == [mark(operator.id)] * 2


async def test_an_operator_is_one_no_more_at_the_next_look(operator, db):
    await report(operator.id)
    await rows(db, "delete from operators where user_id = $1", operator.id)
    with pytest.raises(NotFound):
        await report(operator.id)


async def test_users_are_counted_by_what_they_did(operator, bob, demo, db):
    before = await report(operator.id)
    await ask(bob, "Hello")
    found = await report(operator.id)
    assert (found.users, found.active) == (before.users, before.active + 1)
    old = "update profiles set created_at = now() - interval '40 days' where user_id = $1"
    await rows(db, old, bob.id)
    later = await report(operator.id)
    assert (later.users, later.fresh) == (before.users, before.fresh - 1)


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


async def plan_or_none(operator, label):
    found = {each.name: each for each in (await report(operator.id)).plans}
    return found.get(label, Account(label, label, 0, 0, Decimal(0), Decimal(0), 0))


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


async def test_the_dearest_users_and_conversations_come_first(operator, bob, vendors, db):
    await ask(bob, "Few [[tokens=10]]")
    dear = await say(bob, "Many [[tokens=3000]]")
    await ended(bob, dear)
    await all_ended()
    found = await report(operator.id)
    costs = [each.cost for each in found.talks]
    assert costs == sorted(costs, reverse=True)
    (talk,) = await rows(
        db,
        "select conversation_id as id, sum(cost) as cost from usage_logs "
        "join turns on turns.id = turn_id where turns.id = $1 group by 1",
        dear.turn_id,
    )
    (told,) = [each for each in found.talks if each.name == mark(talk["id"])]
    assert (told.user, told.cost) == (mark(bob.id), talk["cost"])
    assert [e.cost for e in found.spenders] == sorted(
        (e.cost for e in found.spenders), reverse=True
    )


async def test_nothing_that_anybody_wrote_or_is_called_by_is_in_it(operator, bob, demo, db):
    await ask(bob, "kestrel")
    told = str(await report(operator.id))
    assert "kestrel" not in told
    assert "Bob" not in told
    assert str(bob.id) not in told


async def test_a_model_that_fails_is_told_by_this_worker(operator, bob, vendors, db):
    await ask(bob, "Hello [[anthropic:http=529]]")
    found = await report(operator.id)
    claude = next(each for each in found.models if each.model == "Claude Sonnet 5.5")
    assert (claude.vendor, claude.failures, claude.is_resting) == ("Anthropic", 1, False)
    for _ in range(2):
        await ask(bob, "Hello [[anthropic:http=529]]")
    found = await report(operator.id)
    claude = next(each for each in found.models if each.model == "Claude Sonnet 5.5")
    assert (claude.failures, claude.is_resting) == (3, True)
    gpt = next(each for each in found.models if each.model == "GPT-6.2 Sol")
    assert gpt.failures == 0
    assert gpt.answers >= 3


async def test_answers_that_failed_are_counted_by_their_model(operator, bob, vendors, db):
    before = {each.model: each.failed for each in (await report(operator.id)).models}
    await ask(bob, "Hello [[http=529]]")
    after = {each.model: each.failed for each in (await report(operator.id)).models}
    assert sum(after.values()) == sum(before.values()) + 1


async def test_notices_of_stripe_that_failed_are_listed(operator, bob, db):
    notice = """
        insert into stripe_events (id, user_id, event_id, type, happened_at, status, reason, tries)
        values ($1, $2, $3, 'invoice.paid', now(), $4, 'BillingAway', 2)
    """
    failed, done = f"evt_{uuid4().hex}", f"evt_{uuid4().hex}"
    await rows(db, notice, uuid4(), bob.id, failed, "failed")
    await rows(db, notice, uuid4(), bob.id, done, "done")
    found = {each.id: each for each in (await report(operator.id)).notices}
    assert (found[failed].type, found[failed].reason, found[failed].tries) == (
        "invoice.paid", "BillingAway", 2,
    )  # fmt: skip
    assert done not in found


def test_what_is_by_arrangement_counts_for_nothing():
    assert [monthly(tier, 2) for tier in TIERS.values()] == [0, 58, 70, 0]


def test_without_revenue_there_is_no_margin():
    assert Account("", "", 1, 0, Decimal(0), Decimal(1), 1).margin is None
    assert Account("", "", 1, 1, Decimal(1), Decimal(2), 1).margin == -1


def test_each_purpose_has_its_breaker():
    assert set(model_choice.PURPOSES) == {"answer", "title"}
