"""The functions of seats, asked of the database itself, as the app's role."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from assistant.config import settings
from assistant.models.billing import STATUS_NOW
from assistant.models.seating import FUNCTIONS
from tests.models.conftest import plain
from tests.models.databases import as_user
from tests.services.talk import eventually

VALUES = {"uuid": "'00000000-0000-4000-8000-000000000000'", "bytea": "'secret'"}
SIT = "update seats set member_id = $2, taken_at = now() where id = $1"
TEAM = "update subscriptions set tier = 'team', seats = 2 where user_id = $1"


def call_of(signature: str) -> str:
    """A call of the function, with arguments that name nothing."""
    name, _, listed = signature.rstrip(")").partition("(")
    asked = ", ".join(VALUES[each.split()[1]] for each in filter(None, listed.split(", ")))
    return f"select * from {name}({asked})"  # noqa: S608


CALLS = [call_of(signature) for signature in FUNCTIONS]


def test_the_standing_of_a_plan_is_the_one_that_decides_what_is_allowed():
    for signature in ("plan_now()", "my_seat()", "seat_offered(secret bytea)"):
        assert STATUS_NOW in FUNCTIONS[signature][2]


@pytest.mark.parametrize("call", CALLS)
async def test_without_a_user_they_say_nothing(call, roles_db, alices, bobs):
    await roles_db.admin.execute(TEAM, alices.user_id)
    async with as_user(roles_db.app, None):
        told = await roles_db.app.fetch(call)
    assert [row for row in told if row[0] not in (None, False)] == []


@pytest.mark.parametrize("call", CALLS)
async def test_the_worker_has_no_part_in_it(call, roles_db, alices):
    async with as_user(roles_db.worker, alices.user_id):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await roles_db.worker.fetch(call)


async def test_who_sits_there_sees_no_row_of_it_and_the_plan_all_the_same(roles_db, alices, bobs):
    await roles_db.admin.execute(TEAM, alices.user_id)
    await roles_db.admin.execute(SIT, alices.ids["seats"], bobs.user_id)
    async with as_user(roles_db.app, bobs.user_id):
        owners = await roles_db.app.fetch("select user_id from seats")
        assert {row["user_id"] for row in owners} == {bobs.user_id}
        assert await roles_db.app.fetchval("select tier from subscriptions") == "free"
        plan = await roles_db.app.fetchrow("select tier, seated from plan_now()")
        assert tuple(plan) == ("team", True)


async def test_nobody_takes_back_a_seat_of_somebody_else(roles_db, alices, bobs):
    async with as_user(roles_db.app, bobs.user_id):
        back = "select * from take_seat_back($1)"
        assert await roles_db.app.fetch(back, alices.ids["seats"]) == []
        assert await roles_db.app.fetch(back, uuid4()) == []


async def test_a_seat_is_neither_its_payers_nor_two_peoples(roles_db, alices, bobs):
    with pytest.raises(asyncpg.CheckViolationError):
        await roles_db.admin.execute(SIT, alices.ids["seats"], alices.user_id)
    third = uuid4()
    await roles_db.admin.execute(SIT, alices.ids["seats"], bobs.user_id)
    await roles_db.admin.execute(
        "insert into seats (id, user_id, hash, expires_at) values ($1, $2, '\\x07', 'infinity')",
        third,
        alices.user_id,
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        await roles_db.admin.execute(SIT, third, bobs.user_id)
    await roles_db.admin.execute("delete from seats where user_id = $1", alices.user_id)


async def test_nobody_else_acts_as_the_usher(roles_db):
    found = await roles_db.admin.fetch(
        """
        select proname, array(
            select pg_get_userbyid(grantee) from aclexplode(proacl) where grantee <> proowner
        ) as callers, proconfig
        from pg_proc where proowner = (select oid from pg_roles where rolname = $1)
        """,
        roles_db.roles.usher,
    )
    assert {row["proname"] for row in found} == {each.partition("(")[0] for each in FUNCTIONS}
    for row in found:
        assert row["callers"] == [roles_db.roles.app]
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"]


GIVE = "select give_seat($1, '\\x01', $2)"
BACK = "select member from take_seat_back($1)"
OFFERED = "select outcome from seat_offered($1)"
IN_A_WEEK = "update subscriptions set period_end = now() + interval '7 days' where user_id = $1"


async def told(app: asyncpg.Connection, user, sql: str, *values: object) -> object:
    """The first value that a statement in the name of the user gives; what it does stays done."""
    async with app.transaction():
        await app.execute("select set_config('app.user_id', $1, true)", str(user.user_id))
        return await app.fetchval(sql, *values)


@pytest.mark.parametrize("ends", ["taken back", "left"])
async def test_a_seat_that_was_sat_on_is_given_anew_when_its_month_is_over(
    ends, roles_db, alices, bobs
):
    admin, app, seat = roles_db.admin, roles_db.app, alices.ids["seats"]
    await admin.execute(TEAM, alices.user_id)
    await admin.execute(IN_A_WEEK, alices.user_id)
    await admin.execute(SIT, seat, bobs.user_id)
    if ends == "left":
        assert await told(app, bobs, "select payer from leave_seat()") == alices.user_id
    else:
        assert await told(app, alices, BACK, seat) == bobs.user_id
        assert await told(app, alices, BACK, seat) is None
    assert await told(app, bobs, "select tier from plan_now()") == "free"
    assert await told(app, bobs, "select count(*) from my_seat()") == 0
    assert not await told(app, alices, GIVE, uuid4(), uuid4().bytes)
    await admin.execute("update seats set expires_at = now() where id = $1", seat)
    assert await told(app, alices, GIVE, uuid4(), uuid4().bytes)
    assert await admin.fetch("select from seats where id = $1", seat) == []


async def test_a_link_that_was_used_is_used_also_when_its_seat_was_left(roles_db, alices, bobs):
    admin, app = roles_db.admin, roles_db.app
    await admin.execute(TEAM, alices.user_id)
    await admin.execute(SIT, alices.ids["seats"], bobs.user_id)
    secret = await admin.fetchval("select hash from seats where id = $1", alices.ids["seats"])
    await told(app, bobs, "select payer from leave_seat()")
    assert await told(app, bobs, OFFERED, secret) == "used"


@pytest.mark.parametrize(
    ("own", "tier"),
    [
        ("tier = 'enterprise', status = 'active', lasts_until = null", "enterprise"),
        ("tier = 'pro', status = 'active', lasts_until = now() + interval '1 day'", "team"),
        ("tier = 'enterprise', status = 'unpaid', lasts_until = null", "team"),
    ],
)
async def test_a_seat_does_not_lower_a_plan_of_ones_own_that_goes_on(
    own, tier, roles_db, alices, bobs
):
    await roles_db.admin.execute(TEAM, alices.user_id)
    await roles_db.admin.execute(SIT, alices.ids["seats"], bobs.user_id)
    await roles_db.admin.execute(
        f"update subscriptions set {own} where user_id = $1",  # noqa: S608
        bobs.user_id,
    )
    assert await told(roles_db.app, bobs, "select tier from plan_now()") == tier
    assert await told(roles_db.app, bobs, "select counts from my_seat()") == (tier == "team")


async def test_nobody_sits_on_a_plan_that_is_only_tried(roles_db, alices, bobs):
    admin, app = roles_db.admin, roles_db.app
    await admin.execute(TEAM, alices.user_id)
    await admin.execute(
        "update subscriptions set seats = 5, status = 'trialing' where user_id = $1", alices.user_id
    )
    assert not await told(app, alices, GIVE, uuid4(), uuid4().bytes)
    secret = await admin.fetchval("select hash from seats where id = $1", alices.ids["seats"])
    assert await told(app, bobs, OFFERED, secret) == "ended"
    await admin.execute(SIT, alices.ids["seats"], bobs.user_id)
    assert await told(app, bobs, "select tier from plan_now()") == "free"


WHO = "select set_config('app.user_id', $1, true)"
LEAVE = "select payer from leave_seat()"
GO = "delete from profiles"


async def goes(app: asyncpg.Connection, user) -> None:
    """Leave the seat and go for good."""
    async with app.transaction():
        await app.execute(WHO, str(user.user_id))
        await app.fetchval(LEAVE)
        await app.execute(GO)


async def test_two_who_sit_with_each_other_go_for_good_at_the_same_moment(roles_db, alices, bobs):
    admin, app = roles_db.admin, roles_db.app
    for payer, member in ((alices, bobs), (bobs, alices)):
        await admin.execute(SIT, payer.ids["seats"], member.user_id)
    other = await asyncpg.connect(plain(settings().database_app_url.get_secret_value()))
    waits = "select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))"
    async with app.transaction():
        await app.execute(WHO, str(alices.user_id))
        await app.fetchval(LEAVE)
        going = asyncio.create_task(goes(other, bobs))
        await eventually(lambda: admin.fetchval(waits, app.get_server_pid()))
        await app.execute(GO)
    await going
    await other.close()
    gone = [alices.user_id, bobs.user_id]
    assert await admin.fetch("select from seats where user_id = any($1)", gone) == []
