"""What becomes of the database's own errors: one that is away is said so, a defect stays one."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from assistant.database import (
    CONNECTIONS,
    FEW_CONNECTIONS,
    schema_revision,
    system_session,
    user_connection,
    user_session,
)
from assistant.errors import DatabaseAway
from assistant.migration import head
from tests.conftest import away


async def test_a_database_that_takes_nobody_is_away(alice, postgres, db):
    async with away(postgres, db):
        for opened in (user_session(alice.id), system_session()):
            with pytest.raises(DatabaseAway):
                async with opened as session:
                    await session.execute(text("select 1"))
        with pytest.raises(DatabaseAway):
            async with user_connection(alice.id):
                raise AssertionError("it was let in")
        with pytest.raises(DatabaseAway):
            await schema_revision()
    assert await schema_revision() == head()


async def test_a_connection_that_is_lost_in_mid_transaction_is_away(alice, postgres, db):
    async def work() -> None:
        async with user_session(alice.id) as session:
            await session.execute(text("select 1"))
            async with away(postgres, db):
                await session.execute(text("select 1"))

    with pytest.raises(DatabaseAway):
        await work()


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("select nothing from nowhere", ProgrammingError),
        ("insert into profiles (id, user_id) select id, user_id from profiles", IntegrityError),
        ("select 1 / 0", DBAPIError),
        ("select 'x'::integer", DBAPIError),
    ],
)
async def test_a_defect_is_not_taken_for_a_database_that_is_away(sql, kind, alice):
    async def work() -> None:
        async with user_session(alice.id) as session:
            await session.execute(text(sql))

    with pytest.raises(kind):
        await work()


WHO = "select current_setting('app.user_id')::uuid"
RENAME = "update profiles set default_model = 'new'"


async def test_each_transaction_of_the_driver_is_its_users(alice, bob):
    for user in (alice, bob):
        async with user_connection(user.id) as connection:
            assert await connection.fetchval(WHO) == user.id
            assert await connection.fetchval("select user_id from profiles") == user.id


async def test_connections_that_died_in_the_pool_are_replaced(alice, postgres, db):
    async with user_connection(alice.id) as connection:
        await connection.execute("select 1")
    async with away(postgres, db):
        pass
    async with user_connection(alice.id) as connection:
        assert await connection.fetchval(WHO) == alice.id


async def test_a_connection_of_the_driver_that_is_lost_in_mid_transaction_is_away(
    alice, postgres, db
):
    with pytest.raises(DatabaseAway):
        async with user_connection(alice.id) as connection, away(postgres, db):
            await connection.execute("select 1")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("select nothing from nowhere", asyncpg.UndefinedTableError),
        ("insert into profiles (id, user_id) select id, user_id from profiles",
         asyncpg.UniqueViolationError),
        ("select 1 / 0", asyncpg.DivisionByZeroError),
        ("select $1::uuid", asyncpg.DataError),
    ],
)  # fmt: skip
async def test_a_defect_is_none_of_the_drivers_connection(sql, kind, alice):
    given = ["no id"] if "$1" in sql else []
    with pytest.raises(kind):
        async with user_connection(alice.id) as connection:
            await connection.fetch(sql, *given)


async def test_what_fails_in_the_middle_is_taken_back(alice):
    async def work() -> None:
        async with user_connection(alice.id) as connection:
            await connection.execute(RENAME)
            raise LookupError

    with pytest.raises(LookupError):
        await work()
    async with user_connection(alice.id) as connection:
        assert await connection.fetchval("select default_model from profiles") == ""


async def test_what_is_cut_off_in_the_middle_is_taken_back_and_leaves_room(alice):
    async def hang() -> None:
        async with user_connection(alice.id) as connection:
            await connection.execute(RENAME)
            await connection.execute("select pg_sleep(60)")

    for _ in range(FEW_CONNECTIONS + 1):
        hanging = asyncio.create_task(hang())
        await asyncio.wait([hanging], timeout=0.1)
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
    async with user_connection(alice.id) as connection:
        assert await connection.fetchval("select default_model from profiles") == ""


async def test_what_is_cut_off_while_it_begins_leaves_nothing_begun_behind(alice):
    async def ask() -> None:
        async with user_connection(alice.id, CONNECTIONS):
            pass

    await ask()
    for steps in range(40):
        asking = asyncio.create_task(ask())
        for _ in range(steps):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        async with user_session(alice.id) as session:
            assert len((await session.execute(text("select 1"))).all()) == 1


async def test_more_than_the_few_connections_wait_for_each_other(alice):
    async def ask() -> object:
        async with user_connection(alice.id) as connection:
            return await connection.fetchval("select user_id from profiles for no key update")

    asked = [ask() for _ in range(3 * FEW_CONNECTIONS)]
    assert set(await asyncio.gather(*asked)) == {alice.id}
