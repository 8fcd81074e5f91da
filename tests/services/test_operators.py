"""Who may open the operator's page."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import ArgumentError

from assistant import migration
from assistant.config import settings
from assistant.errors import NotFound
from assistant.services import accounts, operators
from tests.conftest import SECRET
from tests.services.talk import rows


@pytest.fixture
def command(db, monkeypatch):
    """This process is a command that was given the administrator's address."""
    url = migration.make_url(db).set(drivername="postgresql+asyncpg")
    role = migration.Roles.of(url.database).migrator
    monkeypatch.setenv("DATABASE_MIGRATOR_URL", migration._as_role(url, role, SECRET))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def test_an_operator_is_appointed_once_and_dismissed_once(command, alice, bob):
    assert not await operators.is_operator(alice.id)
    assert [await operators.appoint(alice.id) for _ in range(2)] == [True, False]
    assert await operators.is_operator(alice.id)
    assert not await operators.is_operator(bob.id)
    assert [await operators.dismiss(alice.id) for _ in range(2)] == [True, False]
    assert not await operators.is_operator(alice.id)


async def test_nobody_is_appointed_who_does_not_exist(command, db):
    with pytest.raises(NotFound):
        await operators.appoint(uuid4())


async def test_a_process_that_serves_knows_no_role_that_could_appoint(alice):
    with pytest.raises(ArgumentError):
        await operators.appoint(alice.id)


async def test_somebody_is_called_by_the_id_or_by_the_name_of_the_local_sign_in(db):
    name = f"Ada {uuid4().hex[:8]}"
    tokens = await accounts.sign_in_by_name(name)
    for called in (name, f" {name.upper()} ", str(tokens.user_id)):
        assert await operators.called(called) == tokens.user_id
    with pytest.raises(NotFound):
        await operators.called(f"{name} no more")


async def test_a_plan_makes_nobody_an_operator(alice, db):
    sql = "update subscriptions set tier = 'enterprise' where user_id = $1"
    await rows(db, sql, alice.id)
    assert not await operators.is_operator(alice.id)
