"""What the isolation of users demands of a database, as questions that list what is wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from assistant.models.isolation import Roles
from assistant.models.oversight import COLUMNS, SEAT_COLUMNS
from assistant.models.seating import READ as GRANTED_TO_USHER
from assistant.models.seating import WRITTEN
from tests.models.rows import NAMES, PARENTS, Rows, insert

GRANTED_TO_WORKER = {
    "identities": {"issuer", "subject", "user_id"},
    "turns": {"id", "user_id", "status", "lease_until", "conversation_id"},
    "conversations": {"id", "user_id", "deleted_at"},
    "messages": {"user_id", "status", "searchable"},
    "login_sessions": {"id", "user_id", "revoked_at", "expires_at", "seen_at", "verified_at"},
    "second_factors": {"user_id", "confirmed_at"},
    "profiles": {"user_id", "erase_at"},
    "sign_in_attempts": {"id", "user_id", "expires_at"},
    "user_keys": {"user_id", "number", "wrapped_by"},
    "approvals": {
        "id",
        "user_id",
        "status",
        "expires_at",
        "run_at",
        "lease_until",
        "turn_id",
    },
    "notes": {"id", "user_id", "deleted_at"},
    "open_requests": {"id", "user_id", "asked_at", "turn_id"},
    "files": {"id", "user_id", "deleted_at"},
    "subscriptions": {"user_id", "stripe_customer", "check_at"},
}
REMOVED_BY_WORKER = {"sign_in_attempts": "(expires_at < now())"}
WRITTEN_BY_OVERSEER = {("operator_visits", "id"), ("operator_visits", "user_id")}
WRITTEN_BY_USHER = {
    ("seats", column, verb.upper()) for verb, columns in WRITTEN.items() for column in columns
}
REFERS_TO_ANOTHER = {"fk_seats_member_id"}  # who sits there, by a function of the usher's alone
READ_ONLY = {"audit_heads", "operators", "operator_visits", "seats"}  # as a whole
APPEND_ONLY = {"usage_logs", "tool_executions", *READ_ONLY}
NO_OWNER = {"alembic_version"}


@dataclass(frozen=True)
class Database:
    """A migrated database: a connection for each of the roles that the checks need."""

    admin: asyncpg.Connection
    app: asyncpg.Connection
    worker: asyncpg.Connection
    roles: Roles

    @property
    def is_cut_off(self) -> bool:
        """Whether a connection has been ended."""
        return any(each.is_closed() for each in (self.admin, self.app, self.worker))


@asynccontextmanager
async def as_user(connection: asyncpg.Connection, user_id: UUID | None) -> AsyncIterator[None]:
    """A transaction in the name of a user, rolled back at its end."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if user_id is not None:
            await connection.execute("select set_config('app.user_id', $1, true)", str(user_id))
        yield
    finally:
        await transaction.rollback()


async def refusal(connection: asyncpg.Connection, sql: str, *values: object) -> str:
    """The class of the database's refusal, "" when it takes the statement."""
    try:
        async with connection.transaction():
            await connection.execute(sql, *values)
    except asyncpg.PostgresError as error:
        return type(error).__name__
    return ""


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


async def powers_of_roles(db: Database, _: Rows, __: Rows) -> list[str]:
    """What app, worker, overseer and usher may do beyond what they need."""
    plain = [db.roles.app, db.roles.worker, db.roles.overseer, db.roles.usher]
    strong = await db.admin.fetch(
        """
        select rolname from pg_roles where rolname = any($1)
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
        """,
        plain,
    )
    members = await db.admin.fetch(
        "select member::regrole::text as name from pg_auth_members "
        "where member::regrole::text = any($1)",
        plain,
    )
    login = await db.admin.fetch(
        "select rolname from pg_roles where rolcanlogin and rolname = any($1)",
        [db.roles.owner, db.roles.overseer, db.roles.usher],
    )
    return [
        *(f"{r['rolname']}: too strong" for r in strong),
        *(f"{r['name']}: is a member of another role" for r in members),
        *(f"{r['rolname']}: can log in" for r in login),
    ]


async def grants(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables on which app, worker, overseer or usher hold other rights than they should."""
    faults = []
    for name in NAMES:
        may = {"SELECT"} | (set() if name in READ_ONLY else {"INSERT"})
        may |= set() if name in APPEND_ONLY else {"UPDATE", "DELETE"}
        removes = {"DELETE"} if name in REMOVED_BY_WORKER else set()
        frees = {"DELETE"} if name == "seats" else set()
        wanted_by = {db.roles.app: may, db.roles.worker: removes, db.roles.overseer: set()}
        wanted_by[db.roles.usher] = frees
        for role, wanted in wanted_by.items():
            held = {
                r["privilege_type"]
                for r in await db.admin.fetch(
                    "select privilege_type from information_schema.role_table_grants "
                    "where table_name = $1 and grantee in ($2, 'PUBLIC')",
                    name,
                    role,
                )
            }
            if held != wanted:
                faults.append(f"{name}: {role} may {sorted(held)}")
    return faults


async def columns_of_worker(db: Database, _: Rows, __: Rows) -> list[str]:
    """Columns that the worker may read and should not, or the other way round."""
    found = await db.admin.fetch(
        "select table_name, column_name from information_schema.column_privileges "
        "where grantee = $1",
        db.roles.worker,
    )
    held = {(r["table_name"], r["column_name"]) for r in found}
    wanted = {(name, column) for name, columns in GRANTED_TO_WORKER.items() for column in columns}
    return [f"{name}.{column}: not as granted to worker" for name, column in held ^ wanted]


async def columns_of_overseer(db: Database, _: Rows, __: Rows) -> list[str]:
    """Columns that are counted for operators and should not be, sealed ones above all."""
    found = await db.admin.fetch(
        "select table_name, column_name, privilege_type, data_type "
        "from information_schema.column_privileges "
        "join information_schema.columns using (table_schema, table_name, column_name) "
        "where grantee = $1",
        db.roles.overseer,
    )
    granted = (*COLUMNS.items(), *SEAT_COLUMNS.items())
    read = {(name, column) for name, columns in granted for column in columns}
    wanted = {(*each, "SELECT") for each in read} | {(*e, "INSERT") for e in WRITTEN_BY_OVERSEER}
    held = {(r["table_name"], r["column_name"], r["privilege_type"]) for r in found}
    return [f"{name}.{column}: not as granted to overseer" for name, column, _ in held ^ wanted] + [
        f"{r['table_name']}.{r['column_name']}: sealed, and read by overseer"
        for r in found
        if r["data_type"] == "bytea"
    ]


async def columns_of_usher(db: Database, _: Rows, __: Rows) -> list[str]:
    """Columns that seats are given by and should not be; and what the app may write of them."""
    asked = (
        "select table_name, column_name, privilege_type "
        "from information_schema.column_privileges where grantee = $1"
    )
    read = {
        (name, each, "SELECT") for name, columns in GRANTED_TO_USHER.items() for each in columns
    }
    held = {tuple(r) for r in await db.admin.fetch(asked, db.roles.usher)}
    written = {
        tuple(r)
        for r in await db.admin.fetch(asked, db.roles.app)
        if r["table_name"] == "seats" and r["privilege_type"] != "SELECT"
    }
    return [
        *(f"{n}.{c}: {v} not as granted to usher" for n, c, v in held ^ (read | WRITTEN_BY_USHER)),
        *(f"seats.{c}: the app may {v}" for _, c, v in written ^ {("seats", "label", "UPDATE")}),
    ]


async def rows_for_nobody(db: Database, _: Rows, __: Rows) -> list[str]:
    """Tables that show rows to the app when no user is set; also after the setting was reset."""
    faults = []
    for setting in (None, "''"):
        async with as_user(db.app, None):
            if setting is not None:
                await db.app.execute(f"set local app.user_id = {setting}")
            for name in NAMES:
                if await db.app.fetchval(f"select count(*) from {name}"):  # noqa: S608
                    faults.append(f"{name}: rows without a user")
    return faults


async def rows_of_another(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """Tables in which Alice finds, changes or removes a row of Bob's."""
    faults = []
    for name in NAMES:
        async with as_user(db.app, alice.user_id):
            if await db.app.fetchval(f"select count(*) from {name} where user_id <> $1",  # noqa: S608
                                     alice.user_id):  # fmt: skip
                faults.append(f"{name}: Alice sees rows of Bob")
            if name in APPEND_ONLY:
                continue
            for sql in (
                f"update {name} set created_at = now() where id = $1 returning id",  # noqa: S608
                f"delete from {name} where id = $1 returning id",  # noqa: S608
            ):
                if await db.app.fetch(sql, bob.ids[name]):
                    faults.append(f"{name}: Alice changes a row of Bob")
    return faults


async def forged_rows(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """Tables that take a row in Bob's name from Alice, or let her give one away."""
    faults = []
    for name in NAMES:
        sql, *values = insert(name, bob, id=uuid4())
        async with as_user(db.app, alice.user_id):
            if await refusal(db.app, sql, *values) != "InsufficientPrivilegeError":
                faults.append(f"{name}: takes a forged row")
        if name in APPEND_ONLY:
            continue
        async with as_user(db.app, alice.user_id):
            given = await refusal(
                db.app,
                f"update {name} set user_id = $1 where id = $2",  # noqa: S608
                bob.user_id,
                alice.ids[name],
            )
            if given != "InsufficientPrivilegeError":
                faults.append(f"{name}: a row can be given away")
    return faults


async def foreign_parents(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """References to Bob's row that are not answered as one to a row that does not exist."""
    faults = []
    for child, column in PARENTS:
        said = []
        for target in (bob.ids[PARENTS[child, column]], uuid4()):
            async with as_user(db.app, alice.user_id):
                said.append(
                    await refusal(db.app, *insert(child, alice, **{"id": uuid4(), column: target}))
                )
        if said[0] != said[1] or not said[0]:
            faults.append(f"{child}.{column}: foreign {said[0]!r}, missing {said[1]!r}")
    return faults


async def rows_for_worker(db: Database, alice: Rows, _: Rows) -> list[str]:
    """Tables of which the worker reads a column that it was not granted, or that it can write."""
    faults = []
    for name in NAMES:
        for sql in (f"select created_at from {name}", f"delete from {name}"):  # noqa: S608
            if name in REMOVED_BY_WORKER and sql.startswith("delete"):
                continue
            if await refusal(db.worker, sql) != "InsufficientPrivilegeError":
                faults.append(f"{name}: worker can {sql}")
    for name in REMOVED_BY_WORKER:
        gone = f"delete from {name} returning expires_at < now()"  # noqa: S608
        async with as_user(db.worker, alice.user_id):
            if not all(row[0] for row in await db.worker.fetch(gone)):
                faults.append(f"{name}: worker removes what has not run out")
    return faults


Check = Callable[[Database, Rows, Rows], Awaitable[list[str]]]
CHECKS: tuple[Check, ...] = (
    unowned_tables,
    tables_without_forced_security,
    tables_without_a_whole_policy,
    plain_references,
    tables_without_index_by_user,
    powers_of_roles,
    grants,
    columns_of_worker,
    columns_of_overseer,
    columns_of_usher,
    rows_for_nobody,
    rows_of_another,
    forged_rows,
    foreign_parents,
    rows_for_worker,
)


async def all_faults(db: Database, alice: Rows, bob: Rows) -> list[str]:
    """What all the checks find."""
    return [fault for check in CHECKS for fault in await check(db, alice, bob)]
