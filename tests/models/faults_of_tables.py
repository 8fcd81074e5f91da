"""What is wrong with tables: no owner, no policy, references and reads that pass users by."""

import asyncpg

from tests.models.databases import REMOVED_BY_WORKER, Database
from tests.models.rows import NAMES, Rows

REFERS_TO_ANOTHER = {"fk_seats_member_id"}  # who sits there, by a function of the usher's alone
NO_OWNER = {"alembic_version"}


async def unowned_tables(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables without a user_id, and tables that these tests do not know."""
    found = await db.admin.fetch("""
        select c.relname, exists(select from pg_attribute a
            where a.attrelid = c.oid and a.attname = 'user_id' and a.attnotnull) as owned
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    """)
    unowned = [f"{r['relname']}: no user_id" for r in found if not r["owned"]]
    known = {r["relname"] for r in found} - NO_OWNER
    return [u for u in unowned if u.split(":")[0] not in NO_OWNER] + [
        f"{name}: not in tests/models/rows.py" for name in known ^ set(NAMES)
    ]


async def tables_without_forced_security(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables whose owner, or everybody, goes past the policies; and tables of another owner."""
    found = await db.admin.fetch(
        """
        select relname, relrowsecurity and relforcerowsecurity as forced,
               pg_get_userbyid(relowner) as owner
        from pg_class where relname = any($1) and relnamespace = 'public'::regnamespace
        """,
        list(NAMES),
    )
    return [f"{r['relname']}: not forced" for r in found if not r["forced"]] + [
        f"{r['relname']}: owned by {r['owner']}" for r in found if r["owner"] != db.roles.owner
    ]


async def tables_without_a_whole_policy(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables whose policy does not compare user_id both ways, and policies that open more."""
    found = await db.admin.fetch("""
        select tablename, policyname, cmd, roles::text[], qual, with_check from pg_policies
    """)
    whole = {
        r["tablename"]
        for r in found
        if r["cmd"] == "ALL" and _by_user(r["qual"]) and _by_user(r["with_check"])
    }
    others = [
        f"{r['tablename']}: policy {r['policyname']} opens it to {r['roles']}"
        for r in found
        if not (
            _by_user(r["qual"])
            or (r["roles"] == [db.roles.worker] and _for_worker(r))
            or (r["roles"] == [db.roles.overseer] and _for_operators(r))
            or (r["roles"] == [db.roles.usher] and _for_seats(r))
        )
    ]
    return [f"{name}: no policy with using and check" for name in set(NAMES) - whole] + others


def _for_worker(policy: asyncpg.Record) -> bool:
    removed = REMOVED_BY_WORKER.get(policy["tablename"])
    return policy["cmd"] == "SELECT" or (policy["cmd"], policy["qual"]) == ("DELETE", removed)


def _for_operators(policy: asyncpg.Record) -> bool:
    return policy["cmd"] == "SELECT" and "operator_is_looking()" in policy["qual"]


def _for_seats(policy: asyncpg.Record) -> bool:
    return (policy["tablename"], policy["cmd"]) in {("seats", "ALL"), ("subscriptions", "SELECT")}


def _by_user(expression: str | None) -> bool:
    return "user_id = (NULLIF(current_setting('app.user_id'" in (expression or "")


async def plain_references(db: Database, _: Rows, __: Rows) -> list[str]:
    """Foreign keys between rows of users that do not carry the user_id on both sides."""
    found = await db.admin.fetch("""
        select conrelid::regclass::text as child, conname,
          (select array_agg(attname::text) from pg_attribute
           where attrelid = conrelid and attnum = any(conkey)) as own,
          (select array_agg(attname::text) from pg_attribute
           where attrelid = confrelid and attnum = any(confkey)) as other
        from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
    """)
    return [
        f"{r['child']}: {r['conname']} without user_id"
        for r in found
        if ("user_id" not in r["own"] or "user_id" not in r["other"])
        and r["conname"] not in REFERS_TO_ANOTHER
    ]


async def tables_without_index_by_user(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables whose rows of one user cannot be found without reading those of all."""
    found = await db.admin.fetch("""
        select distinct i.indrelid::regclass::text as name from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where a.attname = 'user_id' and i.indisvalid
    """)
    return [f"{name}: no index by user_id" for name in set(NAMES) - {row["name"] for row in found}]
