"""Across the tables: each protection is taken away in turn, and the checks must notice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import NamedTuple

import pytest

from assistant.migration import prepare
from tests.conftest import SECRET, create_database
from tests.models.conftest import connected
from tests.models.databases import Database
from tests.models.faults import CHECKS, all_faults
from tests.models.faults_of_roles import GRANTED_TO_WORKER
from tests.models.rows import NAMES, PARENTS, Rows, full_set

USER = "nullif(current_setting('app.user_id', true), '')::uuid"
POLICY = (
    f"create policy of_the_user on {{0}} using (user_id = {USER}) with check (user_id = {USER})"
)
NO_POLICY = "drop policy of_the_user on {0}"


class Mutation(NamedTuple):
    """A protection taken away, and given back. {0}: the table, {app}, {worker}: the roles."""

    name: str
    harm: str
    cure: str


EACH_TABLE = (
    Mutation("no policy", NO_POLICY, POLICY),
    Mutation(
        "not forced",
        "alter table {0} no force row level security",
        "alter table {0} force row level security",
    ),
    Mutation(
        "switched off",
        "alter table {0} disable row level security",
        "alter table {0} enable row level security",
    ),
    Mutation(
        "reading only",
        f"{NO_POLICY}; "
        f"create policy of_the_user on {{0}} using (user_id = {USER}) with check (true)",
        f"{NO_POLICY}; {POLICY}",
    ),
    Mutation(
        "open to all",
        "create policy too_kind on {0} for select using (true)",
        "drop policy too_kind on {0}",
    ),
    Mutation(
        "to be emptied", 'grant truncate on {0} to "{app}"', 'revoke truncate on {0} from "{app}"'
    ),
    Mutation(
        "read by the worker",
        'grant select on {0} to "{worker}"',
        'revoke select on {0} from "{worker}"; {worker_columns}',
    ),
    Mutation(
        "owned by the migrator",
        'alter table {0} owner to "{migrator}"',
        'alter table {0} owner to "{owner}"',
    ),
)
ONCE = (
    Mutation("a table of nobody", "create table lost (id uuid)", "drop table lost"),
    Mutation("a strong app", 'alter role "{app}" bypassrls', 'alter role "{app}" nobypassrls'),
    Mutation(
        "an owner among the app", 'grant "{owner}" to "{app}"', 'revoke "{owner}" from "{app}"'
    ),
    Mutation(
        "a ledger that forgets",
        'grant delete on usage_logs to "{app}"',
        'revoke delete on usage_logs from "{app}"',
    ),
    Mutation(
        "an end of the log that can be moved",
        'grant update on audit_heads to "{app}"',
        'revoke update on audit_heads from "{app}"',
    ),
    Mutation(
        "titles for the worker",
        'grant select (title) on conversations to "{worker}"',
        'revoke select (title) on conversations from "{worker}"',
    ),
    Mutation(
        "an operator's sum over titles",
        'grant select (title) on conversations to "{overseer}"',
        'revoke select (title) on conversations from "{overseer}"',
    ),
    Mutation(
        "an overseer who can log in",
        'alter role "{overseer}" login',
        'alter role "{overseer}" nologin',
    ),
    Mutation(
        "a look that anybody may have",
        'create policy everybody on usage_logs for select to "{overseer}" using (true)',
        "drop policy everybody on usage_logs",
    ),
    Mutation(
        "an usher who reads labels",
        'grant select (label) on seats to "{usher}"',
        'revoke select (label) on seats from "{usher}"',
    ),
    Mutation(
        "an usher who changes plans",
        'grant update (seats) on subscriptions to "{usher}"',
        'revoke update (seats) on subscriptions from "{usher}"',
    ),
    Mutation(
        "an usher who can log in", 'alter role "{usher}" login', 'alter role "{usher}" nologin'
    ),
    Mutation(
        "a seat on which the app sets whom it likes",
        'grant update (member_id) on seats to "{app}"',
        'revoke update (member_id) on seats from "{app}"',
    ),
    Mutation(
        "more to be removed by the worker",
        "drop policy no_more_by_worker on sign_in_attempts",
        "create policy no_more_by_worker on sign_in_attempts as restrictive "
        'for delete to "{worker}" using (expires_at < now())',
    ),
    Mutation(
        "all to be removed by the worker",
        'create policy too_much on sign_in_attempts for delete to "{worker}" using (true)',
        "drop policy too_much on sign_in_attempts",
    ),
    Mutation(
        "no index",
        "drop index ix_identities_user",
        "create index ix_identities_user on identities (user_id)",
    ),
)


@pytest.fixture(scope="module")
async def own_db(postgres: str) -> AsyncIterator[Database]:
    """A database of these tests' own, because they harm it."""
    url = await create_database(postgres)
    urls = await asyncio.to_thread(prepare, url, SECRET)
    async with connected(url, urls.app, urls.worker) as database:
        yield database


@pytest.fixture(scope="module")
async def two(own_db: Database) -> tuple[Rows, Rows]:
    return await full_set(own_db.admin), await full_set(own_db.admin)


async def test_an_unharmed_database_has_no_faults(own_db, two):
    assert await all_faults(own_db, *two) == []


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("mutation", EACH_TABLE, ids=lambda mutation: mutation.name)
async def test_a_table_that_is(mutation, table, own_db, two):
    assert await is_noticed(mutation, own_db, two, table)


@pytest.mark.parametrize("mutation", ONCE, ids=lambda mutation: mutation.name)
async def test_there_is(mutation, own_db, two):
    assert await faults_of(mutation, own_db, two)


@pytest.mark.parametrize(("child", "column"), PARENTS)
async def test_a_reference_without_the_user(child, column, own_db, two):
    name, definition = await own_db.admin.fetchrow(
        """
        select conname, pg_get_constraintdef(c.oid) from pg_constraint c
        join pg_attribute a on attrelid = conrelid and attnum = conkey[1]
        where conrelid = $1::regclass and contype = 'f' and attname = $2
        """,
        child,
        column,
    )
    parent = PARENTS[child, column]
    mutation = Mutation(
        "plain",
        f"alter table {child} drop constraint {name}, "
        f"add constraint {name} foreign key ({column}) references {parent} (id)",
        f"alter table {child} drop constraint {name}, add constraint {name} {definition}",
    )
    found = await faults_of(mutation, own_db, two)
    assert f"{child}: {name} without user_id" in found
    assert any(fault.startswith(f"{child}.{column}: foreign ''") for fault in found)


@asynccontextmanager
async def harmed(mutation: Mutation, db: Database, table: str = "") -> AsyncIterator[None]:
    """The protection is away."""
    await _run(db, mutation.harm, table)
    try:
        yield
    finally:
        await _run(db, mutation.cure, table)


async def is_noticed(mutation: Mutation, db: Database, two: tuple[Rows, Rows], table: str) -> bool:
    """Whether a check finds fault with this table; the first that does is enough."""
    async with harmed(mutation, db, table):
        for check in CHECKS:
            if any(fault.startswith(table) for fault in await check(db, *two)):
                return True
    return False


async def faults_of(mutation: Mutation, db: Database, two: tuple[Rows, Rows]) -> list[str]:
    """What the checks find while the protection is away."""
    async with harmed(mutation, db):
        return await all_faults(db, *two)


async def _run(db: Database, sql: str, table: str) -> None:
    """Run it as administrator. Revoking a table takes the rights on its columns away with it."""
    columns = ", ".join(GRANTED_TO_WORKER.get(table, ()))
    granted = f'grant select ({columns}) on {table} to "{db.roles.worker}"' if columns else ""
    await db.admin.execute(sql.format(table, worker_columns=granted, **asdict(db.roles)))
