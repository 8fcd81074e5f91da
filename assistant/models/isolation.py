"""The SQL by which the database itself keeps users apart, and the four roles that it names.

owner: owns the tables and cannot log in. migrator: Alembic and backups only; it bypasses row
security, because a forced policy would hide the rows of a backfill from it. app: what serves
requests; it sees the rows of the user that the transaction names. worker: finds work across users;
it may read nothing but the few columns that `discoverable` grants, and remove nothing but what has
run out where `removable` says so.
"""

from dataclasses import dataclass

CURRENT_USER = "nullif(current_setting('app.user_id', true), '')::uuid"


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the four roles. Roles live beside databases, so each database has its own."""

    owner: str
    migrator: str
    app: str
    worker: str

    @classmethod
    def of(cls, database: str) -> "Roles":
        """The roles of the database with this name."""
        return cls(*(f"{database}_{role}" for role in ("owner", "migrator", "app", "worker")))


def protect(table: str, roles: Roles, *, append_only: bool = False) -> list[str]:
    """Statements that give a table to the owner role and each of its rows to one user."""
    verbs = "select, insert" if append_only else "select, insert, update, delete"
    return [
        f'alter table {table} owner to "{roles.owner}"',
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy of_the_user on {table} "
        f"using (user_id = {CURRENT_USER}) with check (user_id = {CURRENT_USER})",
        f'grant {verbs} on {table} to "{roles.app}"',
    ]


def discoverable(table: str, columns: tuple[str, ...], roles: Roles) -> list[str]:
    """Statements that let the worker role read these columns of all users' rows."""
    return [
        f'create policy found_by_worker on {table} for select to "{roles.worker}" using (true)',
        f'grant select ({", ".join(columns)}) on {table} to "{roles.worker}"',
    ]


def removable(table: str, condition: str, roles: Roles) -> list[str]:
    """Statements that let the worker role delete all users' rows that meet this condition.

    The restrictive policy is there because `of_the_user` would allow more to who sets a user.
    """
    removing = f'for delete to "{roles.worker}" using ({condition})'
    return [
        f"create policy removed_by_worker on {table} {removing}",
        f"create policy no_more_by_worker on {table} as restrictive {removing}",
        f'grant delete on {table} to "{roles.worker}"',
    ]
