"""What roles may do beyond what they need."""

from assistant.models.oversight import COLUMNS, SEAT_COLUMNS
from assistant.models.seating import READ as GRANTED_TO_USHER
from assistant.models.seating import WRITTEN
from tests.models.databases import APPEND_ONLY, READ_ONLY, REMOVED_BY_WORKER, Database
from tests.models.rows import NAMES, Rows

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
WRITTEN_BY_OVERSEER = {("operator_visits", "id"), ("operator_visits", "user_id")}
WRITTEN_BY_USHER = {
    ("seats", column, verb.upper()) for verb, columns in WRITTEN.items() for column in columns
}


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
