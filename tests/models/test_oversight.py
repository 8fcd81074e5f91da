"""The operator's door: asked of the database itself, as the app's role, in both directions."""

from uuid import uuid4

import asyncpg
import pytest

from assistant.models.billing import STATUS_NOW
from assistant.models.oversight import OPEN_TO_OVERSEER, QUERIES
from tests.models.databases import as_user
from tests.models.rows import Rows, full_set, insert

VALUES = {"timestamptz": "'-infinity'", "integer": "1000000"}
OPENS = "select operator_opens()"
NOTHING = ((), ((0, 0, 0),))  # sums over nothing are one row


def call_of(signature: str) -> str:
    """A query that asks for everything that the function may tell."""
    name, _, listed = signature.rstrip(")").partition("(")
    asked = ", ".join(VALUES[each.split()[1]] for each in listed.split(", "))
    return f"select * from {name}({asked})"  # noqa: S608


def test_the_standing_of_a_plan_is_the_one_that_decides_what_is_allowed():
    judged = [query for _, query in QUERIES.values() if "subscriptions" in query]
    assert judged
    assert [query for query in judged if STATUS_NOW not in query] == []


CALLS = [call_of(signature) for signature in QUERIES]


@pytest.fixture
async def plain_user(roles_db) -> Rows:
    """Somebody with a row in each table who is no operator."""
    rows = await full_set(roles_db.admin)
    await roles_db.admin.execute("delete from operators where user_id = $1", rows.user_id)
    return rows


async def said(connection, call):
    return tuple(tuple(row) for row in await connection.fetch(call))


@pytest.mark.parametrize("call", CALLS)
async def test_an_operator_who_looks_is_told_of_everybody(call, roles_db, alices, plain_user):
    failed = "update stripe_events set status = 'failed' where user_id = $1"
    await roles_db.admin.execute(failed, plain_user.user_id)
    async with as_user(roles_db.app, alices.user_id):
        assert await roles_db.app.fetchval(OPENS) is True
        told = await said(roles_db.app, call)
    assert told not in NOTHING


async def test_an_operator_who_looks_finds_others_by_their_ids(roles_db, alices, plain_user):
    async with as_user(roles_db.app, alices.user_id):
        await roles_db.app.fetchval(OPENS)
        for function in ("operator_users", "operator_conversations"):
            call = next(each for each in CALLS if function in each)
            found = {row["user_id"] for row in await roles_db.app.fetch(call)}
            assert {alices.user_id, plain_user.user_id} <= found


@pytest.mark.parametrize("call", CALLS)
async def test_nobody_else_is_told_anything_not_even_of_themselves(call, roles_db, plain_user):
    for user in (plain_user.user_id, uuid4(), None):
        async with as_user(roles_db.app, user):
            assert await roles_db.app.fetchval(OPENS) is False
            assert await said(roles_db.app, call) in NOTHING


@pytest.mark.parametrize("call", CALLS)
async def test_an_operator_who_has_not_written_down_the_look_is_told_nothing(
    call, roles_db, alices
):
    async with roles_db.app.transaction():
        await roles_db.app.execute(
            "select set_config('app.user_id', $1, true)", str(alices.user_id)
        )
        await roles_db.app.fetchval(OPENS)
    async with as_user(roles_db.app, alices.user_id):  # another transaction than the one before
        assert await said(roles_db.app, call) in NOTHING


async def test_each_look_is_written_down_and_nobody_elses_is(roles_db, alices, plain_user):
    for rows, expected in ((alices, 2), (plain_user, 1)):  # one is of the full set
        async with roles_db.app.transaction():
            await roles_db.app.execute(
                "select set_config('app.user_id', $1, true)", str(rows.user_id)
            )
            await roles_db.app.fetchval(OPENS)
        count = "select count(*) from operator_visits where user_id = $1"
        assert await roles_db.admin.fetchval(count, rows.user_id) == expected


async def test_an_operators_own_tables_show_them_no_other_users_rows(roles_db, alices, plain_user):
    async with as_user(roles_db.app, alices.user_id):
        await roles_db.app.fetchval(OPENS)
        for table in OPEN_TO_OVERSEER:
            seen = await roles_db.app.fetch(f"select distinct user_id from {table}")  # noqa: S608
            assert {row["user_id"] for row in seen} == {alices.user_id}


@pytest.mark.parametrize("table", ["operators", "operator_visits"])
async def test_the_app_makes_no_operator_and_no_look(table, roles_db, plain_user):
    (forged,) = insert(table, plain_user)
    for sql in (forged, f"delete from {table}", f"update {table} set user_id = user_id"):  # noqa: S608
        async with as_user(roles_db.app, plain_user.user_id):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await roles_db.app.execute(sql)


async def test_the_worker_has_no_part_in_it(roles_db, alices):
    for call in (OPENS, *CALLS):
        async with as_user(roles_db.worker, alices.user_id):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await roles_db.worker.fetch(call)


async def test_nobody_else_acts_as_the_overseer(roles_db):
    found = await roles_db.admin.fetch(
        """
        select proname, array(
            select pg_get_userbyid(grantee) from aclexplode(proacl) where grantee <> proowner
        ) as callers, proconfig
        from pg_proc where proowner = (select oid from pg_roles where rolname = $1)
        """,
        roles_db.roles.overseer,
    )
    names = {"operator_opens", *(signature.partition("(")[0] for signature in QUERIES)}
    assert {row["proname"] for row in found} == names
    for row in found:
        assert row["callers"] == [roles_db.roles.app]
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"]
