"""What a plan allows is never exceeded, by nobody's race, and what was set aside comes back."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from assistant.database import user_connection
from assistant.errors import AllowanceSpent
from assistant.services import (
    allowances,
    approvals,
    crowd,
    leases,
    reaper,
    tiers,
    turn_run,
    turns,
)
from assistant.services.approvals import Yes
from assistant.services.tiers import Tier
from tests.conftest import all_ended
from tests.services.talk import ask, ended, rows, say, shown, wish
from tests.services.waiting import asks_to_delete, kept, titles
from tests.vendors import Call, Figures, Script


@pytest.fixture
def plan(monkeypatch):
    """Everybody has this plan: `plan(messages=1)`."""

    def of(**caps):
        tier = Tier(
            "small",
            "Small",
            **{
                "messages": 100,
                "turn_usd": Decimal(1),
                "day_usd": Decimal(50),
                "month_usd": Decimal(90),
                **caps,
            },
        )
        monkeypatch.setitem(tiers.TIERS, "pro", tier)

    of()
    return of


async def sums(db, user):
    sql = """select messages, reserved, spent from allowances where user_id = $1
             and kind = 'month'"""
    (row,) = await rows(db, sql, user.id)
    return tuple(row.values())


async def test_a_message_is_counted_and_what_was_set_aside_comes_back(alice, demo, db, plan):
    await ask(alice, "Hello")
    assert await sums(db, alice) == (1, 0, 0)
    left = await allowances.left(alice.id)
    assert (left.messages, left.messages_left, left.is_short) == (1, 99, False)


async def test_while_an_answer_is_written_the_most_that_it_may_cost_is_set_aside(
    alice, demo, db, plan
):
    demo(0.2)
    started = await say(alice, "Hello")
    assert await sums(db, alice) == (1, 1, 0)
    await turns.stop(alice.id, started.turn_id, -1)
    await ended(alice, started)
    assert await sums(db, alice) == (1, 0, 0)


async def test_of_a_hundred_at_once_one_passes_when_one_is_left(alice, demo, db, plan):
    plan(messages=1)
    sent = [turns.send(alice.id, None, "Hello", wish()) for _ in range(100)]
    done = await asyncio.gather(*sent, return_exceptions=True)
    refused = [each for each in done if isinstance(each, Exception)]
    assert len(refused) == 99
    assert {type(each) for each in refused} == {AllowanceSpent}
    assert (await sums(db, alice))[0] == 1


async def test_what_is_refused_leaves_nothing_behind(alice, demo, db, plan):
    plan(messages=0)
    with pytest.raises(AllowanceSpent, match="All 0 messages of this month in the Small plan"):
        await say(alice, "Hello")
    sql = """select (select count(*) from conversations where user_id = $1)
             + (select count(*) from messages where user_id = $1)
             + (select count(*) from turns where user_id = $1)
             + (select count(*) from allowances where user_id = $1) as left"""
    assert await rows(db, sql, alice.id) == [{"left": 0}]


@pytest.mark.parametrize("when", ["day", "month"])
async def test_what_would_cost_more_than_the_rest_is_not_begun(alice, demo, db, plan, when):
    plan(**{f"{when}_usd": Decimal("1.5")})
    demo(0.2)
    first = await say(alice, "Hello")
    with pytest.raises(AllowanceSpent, match=f"in a {when} is used up"):
        await say(alice, "Hello")
    await turns.stop(alice.id, first.turn_id, -1)
    await ended(alice, first)
    demo(0)
    await ask(alice, "Hello")


async def test_what_an_answer_cost_is_booked_to_the_cent_of_a_cent(alice, vendors, db, plan):
    await ask(alice, "Hello [[tokens=20]]")
    await all_ended()  # and what follows it
    sql = """select reserved, spent, (select sum(cost) from usage_logs where user_id = $1) as cost
             from allowances where user_id = $1 and kind = 'month'"""
    (row,) = await rows(db, sql, alice.id)
    assert row["reserved"] == 0
    assert row["spent"] == row["cost"] > 0


async def test_the_month_is_the_one_that_was_paid(alice, demo, db, plan):
    sql = """update subscriptions set period_start = now() - interval '3 days',
             period_end = now() + interval '27 days' where user_id = $1"""
    await rows(db, sql, alice.id)
    await ask(alice, "Hello")
    (row,) = await rows(
        db,
        """select starts_at = period_start and ends_at = period_end as same from allowances
           join subscriptions using (user_id) where user_id = $1 and kind = 'month'""",
        alice.id,
    )
    assert row["same"]


PERIOD = """
    update subscriptions set period_start = $2::timestamptz, period_end = $3::timestamptz,
        lasts_until = $4 where user_id = $1
"""


async def test_a_period_that_ends_unheard_is_followed_by_its_next_one_and_by_no_month_besides(
    alice, demo, db, plan
):
    plan(messages=1)
    over = datetime.now(UTC) - timedelta(hours=1)
    await rows(db, PERIOD, alice.id, over - timedelta(days=30), over, None)
    await ask(alice, "Hello")
    assert (await allowances.left(alice.id)).month_begins == over
    await rows(db, PERIOD, alice.id, over, over + timedelta(days=30), None)  # the notice comes
    with pytest.raises(AllowanceSpent, match="All 1 messages of this month"):
        await say(alice, "Hello")


@pytest.mark.parametrize("days", [40, 1], ids=["for a month", "canceled"])
async def test_behind_a_period_that_nothing_follows_comes_the_month_of_the_calendar(
    days, alice, demo, db, plan
):
    over = datetime.now(UTC) - timedelta(days=days)
    ended = over if days < 30 else None
    await rows(db, PERIOD, alice.id, over - timedelta(days=30), over, ended)
    left = await allowances.left(alice.id)
    assert left.month_begins == datetime.now(UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


async def test_a_new_month_begins_with_all_of_it(alice, demo, db, plan):
    plan(messages=1)
    await ask(alice, "Hello")
    sql = """update allowances set starts_at = starts_at - interval '1 month',
             ends_at = ends_at - interval '1 month' where user_id = $1"""
    await rows(db, sql, alice.id)
    await ask(alice, "Hello")
    with pytest.raises(AllowanceSpent):
        await say(alice, "Hello")


async def test_the_user_hears_when_four_fifths_are_used(alice, demo, db, plan):
    plan(messages=5)
    for told in (False, False, False, True):
        await ask(alice, "Hello")
        assert (await allowances.left(alice.id)).is_short == told


async def test_an_answer_that_should_go_on_and_cannot_be_paid_says_so_once(alice, demo, db, plan):
    (card,) = await asks_to_delete(alice, await kept(alice))
    plan(month_usd=Decimal(0))
    await approvals.approve(alice.id, UUID(card["id"]), Yes(card["shown"]))
    for _ in range(3):
        await reaper.attend_once()
    _question, reply = await shown(alice, UUID(card["conversation"]))
    assert reply["status"] == "interrupted"
    assert "in a month is used up" in reply["error"]
    assert await titles(alice) == []


async def test_many_who_book_at_once_do_not_wait_for_each_other(alice, demo, db, plan):
    plan(month_usd=Decimal(900), day_usd=Decimal(500))
    started = await say(alice, "Hello")
    await ended(alice, started)

    async def book(cost: Decimal) -> None:
        async with user_connection(alice.id) as connection:
            await allowances.settle(connection, alice.id, started.turn_id, cost, closes=True)
        async with user_connection(alice.id) as connection:
            await allowances.settle(connection, alice.id, None, cost, closes=True)

    begun = [ask(alice, "Hello") for _ in range(4)]
    await asyncio.gather(*begun, *(book(Decimal("0.01")) for _ in range(60)))
    assert await sums(db, alice) == (5, 0, Decimal("1.2"))


async def test_nobody_sends_on_the_account_of_another(alice, bob, demo, db, plan):
    plan(messages=1)
    await ask(alice, "Hello")
    await ask(bob, "Hello")
    assert (await sums(db, alice))[0] == (await sums(db, bob))[0] == 1


async def test_an_answer_that_has_cost_what_it_may_ends_before_its_next_step(
    alice, vendors, db, plan
):
    plan(turn_usd=Decimal("0.035"))
    call = Call("calculator", ('{"expression": "2+2"}',))
    vendors.then("anthropic", Script(blocks=(call,), figures=Figures(output=4_000)))
    state = await ask(alice, "Hello")
    assert state.status == "interrupted"
    assert state.end["error"] == turn_run.TOO_COSTLY
    assert [part["state"] for part in state.parts] != ["done"]
    requests = "select count(*) as n from usage_logs where user_id = $1 and purpose = 'answer'"
    assert await rows(db, requests, alice.id) == [{"n": 1}]


async def test_what_a_dead_worker_had_set_aside_comes_back(alice, demo, db, plan):
    demo(0.2)
    started = await say(alice, "Hello")
    turn_run._running[started.turn_id].cancel("lost")
    await rows(
        db, "update turns set lease_until = now() - interval '1 s' where user_id = $1", alice.id
    )
    await leases.reap(started.turn_id, alice.id)
    assert (await sums(db, alice))[1] == 0
    async with asyncio.timeout(1):
        await crowd.calm()  # nor does anybody wait for it


async def test_what_comes_late_is_booked_once_more_and_releases_nothing_twice(
    alice, demo, db, plan
):
    started = await say(alice, "Hello")
    await ended(alice, started)
    for _ in range(2):
        async with user_connection(alice.id) as connection:
            await allowances.settle(
                connection, alice.id, started.turn_id, Decimal("0.5"), closes=True
            )
    assert await sums(db, alice) == (1, 0, Decimal(1))
