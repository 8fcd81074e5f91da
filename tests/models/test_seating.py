"""The functions of seats, asked of the database itself, as the app's role."""

from uuid import uuid4

import asyncpg
import pytest

from assistant.models.seating import _STATUS, FUNCTIONS
from assistant.services.tiers import STATUS_NOW
from tests.models.faults import as_user

VALUES = {"uuid": f"'{uuid4()}'", "bytea": "'secret'"}
SIT = "update seats set member_id = $2, taken_at = now() where id = $1"
TEAM = "update subscriptions set tier = 'team', seats = 2 where user_id = $1"


def call_of(signature: str) -> str:
    """A call of the function, with arguments that name nothing."""
    name, _, listed = signature.rstrip(")").partition("(")
    asked = ", ".join(VALUES[each.split()[1]] for each in filter(None, listed.split(", ")))
    return f"select * from {name}({asked})"  # noqa: S608


CALLS = [call_of(signature) for signature in FUNCTIONS]


def test_the_standing_of_a_plan_is_the_one_that_decides_what_is_allowed():
    assert _STATUS == STATUS_NOW


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
