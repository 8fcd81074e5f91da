"""The SQL by which the database itself keeps users apart, and the six roles that it names.

owner: owns the tables and cannot log in. migrator: Alembic and backups only; it bypasses row
security, because a forced policy would hide the rows of a backfill from it. app: what serves
requests; it sees the rows of the user that the transaction names. worker: finds work across users;
it may read nothing but the few columns that `discoverable` grants, and remove nothing but what has
run out where `removable` says so. overseer: what an operator's sums are made as (`oversight.py`);
usher: what seats are given and taken as (`seating.py`). Neither can log in.
"""

from dataclasses import dataclass, fields

CURRENT_USER = "nullif(current_setting('app.user_id', true), '')::uuid"


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the six roles. Roles live beside databases, so each database has its own."""

    owner: str
    migrator: str
    app: str
    worker: str
    overseer: str
    usher: str

    @classmethod
    def of(cls, database: str) -> "Roles":
        """The roles of the database with this name."""
        return cls(*(f"{database}_{role.name}" for role in fields(cls)))


def protect(
    table: str, roles: Roles, *, append_only: bool = False, read_only: bool = False
) -> list[str]:
    """Statements that give a table to the owner role and each of its rows to one user."""
    verbs = "select, insert" if append_only else "select, insert, update, delete"
    verbs = "select" if read_only else verbs
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


def chained(tables: tuple[str, ...], roles: Roles) -> list[str]:
    """Statements that number the rows of these tables for each user, as one chain, as they come in.

    A row's hash covers the one before it, so who takes one out, changes one or puts one between
    would have to make all later ones anew, and the head of the chain, which the app cannot write:
    the function does, as the owner of the table. The policy on the heads holds for that, too.
    """
    return [
        """
        create function chain() returns trigger language plpgsql security definer
        set search_path = pg_catalog, pg_temp as $$
        declare
            said bytea := new.digest || uuid_send(new.id)
                || int8send((extract(epoch from new.created_at) * 1000000)::bigint)
                || convert_to(tg_table_name, 'UTF8');
        begin
            insert into public.audit_heads as head (id, user_id, seq, hash)
            values (gen_random_uuid(), new.user_id, 1, sha256(said || int8send(1)))
            on conflict (user_id) do update
            set seq = head.seq + 1, hash = sha256(head.hash || said || int8send(head.seq + 1))
            returning head.seq, head.hash into new.seq, new.hash;
            return new;
        end $$
        """,
        f'alter function chain() owner to "{roles.owner}"',
        "revoke all on function chain() from public",
        *(
            f"create trigger chained before insert on {table} for each row execute function chain()"
            for table in tables
        ),
    ]
