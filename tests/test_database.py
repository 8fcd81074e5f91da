"""What becomes of the database's own errors: one that is away is said so, a defect stays one."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from assistant.database import schema_revision, system_session, user_session
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
