"""What a month used and cost, told by day, by kind and by conversation."""

from decimal import Decimal

import pytest

from assistant.services import allowances
from assistant.services.usage_report import report
from tests.services.talk import ask, eventually, rows

ANSWERS = "purpose = 'answer'"


async def costs(db, user, where="true"):
    sql = f"select sum(cost) as cost from usage_logs where user_id = $1 and {where}"  # noqa: S608
    (row,) = await rows(db, sql, user.id)
    return row["cost"]


async def talked(db, user, *sizes):
    """Each in a conversation of its own. All is booked, the titles, too."""
    for size in sizes:
        await ask(user, f"Words of {size} [[tokens={size}]]")

    async def all_have_titles():
        titles = "select from usage_logs where user_id = $1 and purpose = 'title'"
        return len(await rows(db, titles, user.id)) == len(sizes)

    await eventually(all_have_titles)


async def test_every_request_stands_under_its_model_its_vendor_and_its_purpose(alice, vendors, db):
    await talked(db, alice, 20)
    found = await report(alice.id, "UTC")
    assert [each.name for each in found.kinds["provider"]] == ["anthropic"]
    answers = next(each for each in found.kinds["purpose"] if each.name == "answer")
    assert answers.cost == await costs(db, alice, ANSWERS) > 0
    assert answers.written == 20
    for shares in found.kinds.values():
        assert sum(each.cost for each in shares) >= answers.cost


async def test_the_days_go_on_without_a_gap_and_the_last_is_today(alice, vendors, db):
    await talked(db, alice, 20)
    move = """update usage_logs set created_at = created_at - interval '1 day'
              where user_id = $1 and purpose = 'answer'"""
    await rows(db, move, alice.id)
    found = await report(alice.id, "UTC")
    first = found.left.month_begins.day
    assert [int(day.name[-2:]) for day in found.days] == list(range(first, first + len(found.days)))
    if len(found.days) > 1:  # else yesterday was another month
        assert found.days[-2].cost == await costs(db, alice, ANSWERS)


async def test_conversations_stand_in_the_order_of_their_cost_and_a_deleted_one_does_not(
    alice, vendors, db
):
    await talked(db, alice, 10, 200, 50)
    found = await report(alice.id, "UTC")
    assert len(found.conversations) == 3
    assert [each.cost for each in found.conversations] == sorted(
        (each.cost for each in found.conversations), reverse=True
    )
    dearest = found.conversations[0].id
    await rows(db, "update conversations set deleted_at = now() where id = $1", dearest)
    assert dearest not in {each.id for each in (await report(alice.id, "UTC")).conversations}


async def test_what_goes_on_like_this_is_told_ahead(alice, demo, db):
    await ask(alice, "Hello")
    found = await report(alice.id, "UTC")
    assert found.forecast_messages >= found.left.messages == 1
    assert found.forecast_cost == 0


async def test_nobody_reads_what_others_used(alice, bob, vendors, db):
    await talked(db, alice, 20)
    found = await report(bob.id, "UTC")
    assert found.conversations == []
    assert found.kinds["model"] == []
    assert (await allowances.left(bob.id)).spent == Decimal(0)


@pytest.mark.parametrize("timezone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"])
async def test_each_request_falls_to_its_day_where_the_user_is(timezone, alice, vendors, db):
    await talked(db, alice, *range(10, 40, 10))
    move = """update usage_logs set created_at =
              now() - (now() - date_trunc('month', now(), 'UTC')) * random() where user_id = $1"""
    await rows(db, move, alice.id)
    sql = """select (created_at at time zone $2)::date::text as day, sum(cost) as cost
             from usage_logs where user_id = $1 group by 1"""
    known = {row["day"]: row["cost"] for row in await rows(db, sql, alice.id, timezone)}
    told = {day.name: day.cost for day in (await report(alice.id, timezone)).days if day.requests}
    assert told == known
