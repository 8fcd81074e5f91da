"""Each table keeps users apart, asked of the database's catalogue and of its answers."""

import asyncio
import random
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from assistant import database
from assistant.models import Owned
from tests.models.conftest import plain
from tests.models.databases import Database
from tests.models.faults import CHECKS, Check
from tests.models.rows import NAMES, Rows, full_set


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_there_are_no(check: Check, roles_db: Database, alices: Rows, bobs: Rows):
    assert await check(roles_db, alices, bobs) == []


def test_every_model_is_checked():
    assert {table.name for table in Owned.metadata.sorted_tables} == set(NAMES)


@pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
@pytest.mark.parametrize(
    "table", ["usage_logs", "tool_executions", "audit_heads", "operators", "operator_visits"]
)
async def test_a_ledger_can_only_grow(verb, table, roles_db):
    sql = {
        "update": f"update {table} set created_at = now()",  # noqa: S608
        "delete": f"delete from {table}",  # noqa: S608
        "truncate": f"truncate {table}",
    }[verb]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await roles_db.app.execute(sql)


@pytest.mark.parametrize("table", NAMES)
async def test_no_table_can_be_emptied_or_changed_in_shape_by_the_app(table, roles_db):
    for sql in (
        f"truncate {table}",
        f"alter table {table} disable row level security",
        f"drop policy of_the_user on {table}",
        f"drop table {table}",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await roles_db.app.execute(sql)


@pytest.mark.parametrize("role", ["owner", "migrator", "overseer", "usher", "postgres"])
async def test_the_app_cannot_become_another_role(role, roles_db):
    name = "postgres" if role == "postgres" else getattr(roles_db.roles, role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await roles_db.app.execute(f'set role "{name}"')


async def test_the_worker_finds_users_but_no_content(roles_db, alices):
    found = await roles_db.worker.fetch("select id, user_id from turns")
    assert alices.ids["turns"] in {row["id"] for row in found}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await roles_db.worker.fetch("select title from conversations")


async def test_connections_come_back_to_the_pool_with_nobodys_name(db, alice):
    async with database.user_session(alice.id) as session:
        used = await session.scalar(text("select pg_backend_pid()"))
        assert await session.scalar(text("select current_setting('app.user_id')")) == str(alice.id)
    engine = session.bind
    async with AsyncExitStack() as stack:
        seen = {}
        for _ in range(engine.pool.checkedin()):
            connection = await stack.enter_async_context(engine.connect())
            pid = await connection.scalar(text("select pg_backend_pid()"))
            left = await connection.scalar(text("select current_setting('app.user_id', true)"))
            seen[pid] = left or "", await connection.scalar(text("select count(*) from profiles"))
    assert used in seen
    assert set(seen.values()) == {("", 0)}


async def test_many_users_on_few_connections_never_see_each_other(roles_db, prepared):
    users = [await full_set(roles_db.admin) for _ in range(20)]
    chance = random.Random(7)  # noqa: S311
    app_url = plain(database.settings().database_app_url.get_secret_value())
    async with asyncpg.create_pool(app_url, min_size=5, max_size=5) as pool:

        async def once(rows: Rows, fate: float) -> set:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "select set_config('app.user_id', $1, true)", str(rows.user_id)
                )
                if fate < 0.1:
                    await connection.execute("select 1 / 0")
                if fate < 0.2:
                    await connection.execute("select pg_sleep(10)")
                seen = await connection.fetch("select user_id from messages")
                return {row["user_id"] for row in seen} ^ {rows.user_id}

        async def cancelled(rows: Rows, fate: float) -> set:
            task = asyncio.create_task(once(rows, fate))
            if 0.1 <= fate < 0.2:
                asyncio.get_running_loop().call_later(0.05, task.cancel)
            return (await asyncio.gather(task, return_exceptions=True))[0]

        told = await asyncio.gather(
            *(cancelled(chance.choice(users), chance.random()) for _ in range(500))
        )
    wrong = [each for each in told if isinstance(each, set) and each]
    assert wrong == []
    assert sum(isinstance(each, asyncpg.DivisionByZeroError) for each in told) > 20
    assert sum(each == set() for each in told) > 300


async def test_a_user_id_that_is_no_uuid_is_refused_by_the_database(roles_db):
    async with roles_db.app.transaction():
        await roles_db.app.execute("set local app.user_id = 'everybody'")
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            async with roles_db.app.transaction():
                await roles_db.app.fetch("select * from profiles")


async def test_nobody_finds_a_user_who_does_not_exist(db):
    async with database.user_session(uuid4()) as session:
        assert await session.scalar(text("select count(*) from conversations")) == 0
