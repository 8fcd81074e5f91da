"""Migrations: from nothing to head, again, at once, back and forth, and what cannot be prepared."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from assistant import migration, models
from assistant.errors import CannotStart
from assistant.key_ring import KeyRing, LocalKey
from assistant.migration import PROJECT, head, prepare
from tests.conftest import SECRET, create_database
from tests.models.rows import NAMES, full_set


@pytest.fixture
def empty(postgres: str) -> str:
    return asyncio.run(create_database(postgres))


def asked(url: str, sql: str) -> list[tuple[object, ...]]:
    async def ask() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def as_migrator(url: str, work: Callable[[Connection], object]) -> object:
    """Run it on a connection of the migrator role, as the program does."""
    admin = migration.make_url(url).set(drivername="postgresql+asyncpg")
    role = migration.Roles.of(admin.database).migrator

    async def run() -> object:
        engine = create_async_engine(migration._as_role(admin, role, SECRET))
        try:
            async with engine.connect() as connection:
                done = await connection.run_sync(work)
                await connection.commit()
        finally:
            await engine.dispose()
        return done

    return asyncio.run(run())


def alembic(connection: Connection) -> Config:
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["connection"] = connection
    return config


def test_an_empty_database_comes_to_head_and_a_second_time_changes_nothing(empty):
    first = prepare(empty, SECRET)
    shape = asked(empty, "select * from pg_policies order by 2, 3")
    assert asked(empty, "select version_num from alembic_version") == [(head(),)]
    assert prepare(empty, SECRET) == first
    assert asked(empty, "select * from pg_policies order by 2, 3") == shape
    for url in (first.app, first.worker):
        assert asked(url.replace("+asyncpg", ""), "select 1") == [(1,)]


def test_head_is_the_one_that_alembic_finds():
    config = Config(toml_file=PROJECT / "pyproject.toml")
    assert [head()] == ScriptDirectory.from_config(config).get_heads()


def test_a_database_at_head_is_prepared_without_alembic(empty):
    prepare(empty, SECRET)
    again = (
        "import sys; from assistant.migration import prepare; prepare(*sys.argv[1:]);"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", again, empty, SECRET], cwd=PROJECT, check=True)  # noqa: S603


def test_two_that_migrate_at_once_wait_for_each_other(empty):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: prepare(empty, SECRET), range(2))
    assert first == second
    assert asked(empty, "select version_num from alembic_version") == [(head(),)]


def test_a_database_that_is_newer_than_the_code_is_left_alone(empty):
    prepare(empty, SECRET)
    asked(empty, "update alembic_version set version_num = 'tomorrow'")
    with pytest.raises(CannotStart, match="newer than this code"):
        prepare(empty, SECRET)
    assert asked(empty, "select version_num from alembic_version") == [("tomorrow",)]


def test_the_models_are_what_the_migrations_make(empty):
    prepare(empty, SECRET)

    def differences(connection: Connection) -> object:
        options = {"compare_server_default": True, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, models.Owned.metadata)

    assert as_migrator(empty, differences) == []


def test_back_to_nothing_and_forth_again_with_rows(empty):
    prepare(empty, SECRET)
    asyncio.run(_fill(empty))
    as_migrator(empty, lambda connection: command.downgrade(alembic(connection), "base"))
    tables = "select relname from pg_class where relkind = 'r' and relnamespace = 2200"
    assert asked(empty, tables) == [("alembic_version",)]
    prepare(empty, SECRET)
    assert {name for (name,) in asked(empty, tables)} == {*NAMES, "alembic_version"}
    asyncio.run(_fill(empty))


def test_what_later_keys_have_sealed_is_not_lost_on_the_way_back(empty):
    prepare(empty, SECRET)
    with_a_user(empty)
    asked(empty, "update user_keys set number = 2")  # rotated, and the first one dropped
    with pytest.raises(CannotStart, match="1 data keys were made by a rotation"):
        as_migrator(empty, lambda connection: command.downgrade(alembic(connection), "base"))
    assert asked(empty, "select number from user_keys") == [(2,)]
    assert asked(empty, "select version_num from alembic_version") == [(head(),)]


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await full_set(connection)
    await connection.close()


def test_a_new_secret_gives_the_roles_new_passwords(empty):
    before = prepare(empty, SECRET)
    after = prepare(empty, SECRET * 2, KeyRing.of([LocalKey(SECRET * 2), LocalKey(SECRET)]))
    assert asked(after.app.replace("+asyncpg", ""), "select 1") == [(1,)]
    with pytest.raises(asyncpg.InvalidPasswordError):
        asked(before.app.replace("+asyncpg", ""), "select 1")


def with_a_user(url: str, *, by: str = "") -> None:
    """A user whose data key the secret of these tests has wrapped."""
    secret = LocalKey(SECRET)
    user_id = uuid4()
    cell = f"user_keys.wrapped|{user_id}"
    wrapped = secret.wrap(b"k" * 32, cell.encode()).hex()
    for statement in (
        f"insert into profiles (id, user_id) values ('{uuid4()}', '{user_id}')",  # noqa: S608
        "insert into user_keys (id, user_id, wrapped, wrapped_by) "  # noqa: S608
        f"values ('{uuid4()}', '{user_id}', '\\x{wrapped}', '{by or secret.name}')",
    ):
        asked(url, statement)


@pytest.mark.parametrize("by", ["", "env-1"])
def test_a_wrong_key_is_one_sentence_that_names_the_key_and_nothing_is_changed(empty, by):
    before = prepare(empty, SECRET)
    with_a_user(empty, by=by)
    with pytest.raises(CannotStart) as caught:
        prepare(empty, "another-secret-" * 4)
    said = str(caught.value)
    assert ("wrapped them so far" if by else LocalKey(SECRET).name) in said
    assert LocalKey("another-secret-" * 4).name in said
    assert "another-secret" not in said
    assert "\n" not in said
    assert asked(before.app.replace("+asyncpg", ""), "select 1") == [(1,)]


@pytest.mark.parametrize("by", ["", "env-1"])
def test_an_exchanged_key_starts_when_the_one_before_is_named(empty, by):
    prepare(empty, SECRET)
    with_a_user(empty, by=by)
    new = "another-secret-" * 4
    prepare(empty, new, KeyRing.of([LocalKey(new), LocalKey(SECRET)]))


FILE, OTHER = "a-wrapping-key-" * 4, "another-secret-" * 4


def ring(*secrets: str) -> KeyRing:
    return KeyRing.of(LocalKey(each) for each in secrets)


def test_a_wrong_secret_beside_the_right_file_is_one_sentence_and_nothing_is_changed(empty):
    before = prepare(empty, SECRET, ring(FILE, SECRET))
    with pytest.raises(CannotStart, match="ASSISTANT_SECRET_KEY") as caught:
        prepare(empty, OTHER, ring(FILE, OTHER))
    said = str(caught.value)
    assert LocalKey(SECRET).name in said
    assert LocalKey(OTHER).name in said
    assert OTHER not in said
    assert "\n" not in said
    assert asked(before.app.replace("+asyncpg", ""), "select 1") == [(1,)]
    assert prepare(empty, SECRET, ring(FILE, SECRET)) == before


def test_an_exchanged_secret_starts_when_the_one_before_is_named_and_then_alone(empty):
    prepare(empty, SECRET, ring(FILE, SECRET))
    prepare(empty, OTHER, ring(FILE, OTHER, SECRET))
    prepare(empty, OTHER, ring(FILE, OTHER))
    with pytest.raises(CannotStart, match="ASSISTANT_OLD_KEYS"):
        prepare(empty, SECRET, ring(FILE, SECRET))


def test_an_installation_that_noted_no_secret_yet_starts_and_notes_it(empty):
    prepare(empty, SECRET)
    asked(empty, "comment on table alembic_version is null")
    prepare(empty, SECRET)
    with pytest.raises(CannotStart, match="ASSISTANT_SECRET_KEY"):
        prepare(empty, OTHER)


@pytest.mark.parametrize(
    "change",
    [
        lambda url: "nonsense",
        lambda url: "postgresql://",
        lambda url: "postgresql://somewhere:notaport/x",
        lambda url: "postgresql://postgres:x@127.0.0.1:1/postgres",
        lambda url: "postgresql://postgres:x@no-such-host.invalid/postgres",
        lambda url: url.rsplit("/", 1)[0] + "/missing",
        lambda url: url.replace("postgres:", "postgres:wrong"),
        lambda url: url.replace("postgres:", "nobody:"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_sentence(change, empty):
    with pytest.raises(CannotStart) as caught:
        prepare(change(empty), SECRET)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert SECRET not in said


def test_a_role_that_may_not_create_roles_is_one_sentence(empty):
    urls = prepare(empty, SECRET)
    with pytest.raises(CannotStart) as caught:
        prepare(urls.app.replace("+asyncpg", ""), SECRET)
    assert str(caught.value) == (
        "The role of DATABASE_URL may not create the roles that keep users apart; "
        "it must be a superuser, or have CREATEROLE and BYPASSRLS."
    )


async def test_the_app_does_not_start_on_another_schema(db):
    from assistant.app import at_work

    async with at_work():
        pass
    connection = await asyncpg.connect(db)
    try:
        await connection.execute("update alembic_version set version_num = 'yesterday'")
        with pytest.raises(CannotStart, match="make run"):
            async with at_work():
                raise AssertionError("it must not come to this")
    finally:
        await connection.execute("update alembic_version set version_num = $1", head())
        await connection.close()


def test_who_serves_cannot_log_in_as_the_migrator(empty):
    urls = prepare(empty, SECRET)
    plain = migration.make_url(urls.app)
    role = migration.Roles.of(plain.database).migrator
    tried = migration._as_role(plain, role, SECRET).replace("+asyncpg", "")
    with pytest.raises(asyncpg.InvalidPasswordError):
        asked(tried, "select 1")
    assert asked(urls.migrator.replace("+asyncpg", ""), "select 1") == [(1,)]


@pytest.mark.parametrize(
    ("query", "understood"),
    [("", {}), ("?sslmode=require", {"ssl": "require"}), ("?ssl=prefer", {"ssl": "prefer"})],
)
def test_the_option_by_which_others_ask_for_encryption_is_understood(query, understood):
    assert migration._address(f"postgres://u:p@db/x{query}").query == understood
