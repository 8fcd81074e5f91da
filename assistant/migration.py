"""Brings a database to the state that this code needs: its six roles, its tables, its policies."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from assistant.errors import CannotStart
from assistant.key_ring import UNNAMED, KeyLost, KeyRing, LocalKey
from assistant.models.isolation import Roles
from assistant.vault import Tampered, Wrapped, unlock

PROJECT = Path(__file__).parent.parent
REVISIONS = PROJECT / "alembic" / "versions"
LOCK = 7_215_031  # any number, the same for all who migrate

_IS_MIGRATED = "select to_regclass('alembic_version') is not null"
_REVISION = "select version_num from alembic_version"
_MAY_LOOK = "select has_table_privilege(to_regclass('public.user_keys'), 'select')"
# A comment travels with its table into dumps, and no role that serves can change it.
_NOTED = "select obj_description(to_regclass('public.alembic_version'), 'pg_class')"
_ONE_OF_EACH = """
    select distinct on (wrapped_by) user_id, wrapped, wrapped_by,
        coalesce((to_jsonb(user_keys) ->> 'number')::int, 1) as number
    from user_keys order by wrapped_by, created_at
"""  # before revision 0002 there were no numbers


@dataclass(frozen=True, slots=True)
class Urls:
    """How the database is reached in its three roles; who serves needs the first two only."""

    app: str
    worker: str
    migrator: str


def prepare(admin_url: str, secret: str, keys: KeyRing | None = None) -> Urls:
    """Create roles, migrate to head, and return the URLs of the roles.

    admin_url: a role that may create roles; secret: the installation's key, from which the
    passwords of the roles are derived (the migrator's from both); keys: what must open the users'
    keys, the secret alone where nothing is given. Raises CannotStart with one sentence.
    """
    url = _address(admin_url)
    try:
        asyncio.run(_prepare(url, secret, keys or KeyRing.of([LocalKey(secret)])))
    except (OSError, DBAPIError) as error:
        raise CannotStart(_why(error)) from error
    roles = Roles.of(_database(url))
    return Urls(
        *(_as_role(url, role, secret) for role in (roles.app, roles.worker, roles.migrator))
    )


def _address(admin_url: str) -> URL:
    try:
        url = make_url(admin_url).set(drivername="postgresql+asyncpg")
    except (ArgumentError, ValueError) as error:
        raise CannotStart(
            "DATABASE_URL is no address of a database. "
            "Write it like postgresql://user:password@host:5432/name."
        ) from error
    mode = url.query.get("sslmode")  # as others call what this driver calls ssl
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode} if mode else {})


async def _prepare(url: URL, secret: str, keys: KeyRing) -> None:
    roles = Roles.of(_database(url))
    admin = create_async_engine(url)
    try:
        async with admin.connect() as lock:
            await lock.execute(text("select pg_advisory_lock(:n)"), {"n": LOCK})
            async with admin.begin() as connection:
                await _check_keys(connection, keys)
                await _check_secret(connection, secret, keys)
                for statement in await _roles(connection, url, secret):
                    await connection.execute(text(statement))
            await _upgrade(_as_role(url, roles.migrator, secret), keys, LocalKey(secret).name)
    finally:
        await admin.dispose()


async def _roles(connection: AsyncConnection, admin: URL, secret: str) -> list[str]:
    """Statements that create what is missing and set the passwords."""
    known = set(await connection.scalars(text("select rolname from pg_roles")))
    roles = Roles.of(_database(admin))
    kinds = {
        roles.owner: "nologin",
        roles.migrator: f"login bypassrls password '{_password(admin, roles.migrator, secret)}'",
        roles.app: f"login nobypassrls password '{_password(admin, roles.app, secret)}'",
        roles.worker: f"login nobypassrls password '{_password(admin, roles.worker, secret)}'",
        roles.overseer: "nologin nobypassrls",
        roles.usher: "nologin nobypassrls",
    }
    return [
        *(f'{"alter" if r in known else "create"} role "{r}" {kind}' for r, kind in kinds.items()),
        f'grant "{roles.owner}", "{roles.overseer}", "{roles.usher}" to "{roles.migrator}"',
        f'grant usage, create on schema public to "{roles.owner}", "{roles.migrator}", '
        # Who is to own a function must be able to create one.
        f'"{roles.overseer}", "{roles.usher}"',
        f'grant usage on schema public to "{roles.app}", "{roles.worker}"',
    ]


async def _check_keys(connection: AsyncConnection, keys: KeyRing) -> None:
    """Every key that wraps users' keys is known, as far as this role may see them.

    An administrator that is no superuser may not: the migrator looks then, after the passwords.
    """
    if not await connection.scalar(text(_MAY_LOOK)):
        return
    for row in await connection.execute(text(_ONE_OF_EACH)):
        try:
            unlock(row.user_id, Wrapped(row.number, row.wrapped, row.wrapped_by), by=keys)
        except KeyLost as error:
            raise CannotStart(_lost(row.wrapped_by, keys)) from error
        except Tampered as error:
            if row.wrapped_by == UNNAMED:
                raise CannotStart(_lost("that has wrapped them so far", keys)) from error


def _lost(name: str, keys: KeyRing) -> str:
    return (
        f"The key {name} is missing, and without it nothing that users have written can be read "
        f"(known: {', '.join(keys.known)}). Nothing was changed. Restore ASSISTANT_SECRET_KEY, "
        "ASSISTANT_KEK_FILE or secret.key in the data folder; if the key was exchanged, name the "
        "one before in ASSISTANT_OLD_KEYS."
    )


async def _check_secret(connection: AsyncConnection, secret: str, keys: KeyRing) -> None:
    """The secret is the one of the last start, or that one is known as an old one.

    Where a file wraps the users' keys, they open without it; sessions and local names do not.
    """
    before = await connection.scalar(text(_NOTED))
    if before and before not in keys.known:
        raise CannotStart(
            f"ASSISTANT_SECRET_KEY (or secret.key in the data folder) is another one "
            f"({LocalKey(secret).name}) than the one that this database was last started with "
            f"({before}); sessions and local sign-ins are bound to that. Nothing was changed. "
            "Restore it; if it was exchanged, name the one before in ASSISTANT_OLD_KEYS."
        )


async def _upgrade(migrator_url: str, keys: KeyRing, secret_name: str) -> None:
    engine = create_async_engine(migrator_url)
    try:
        async with engine.connect() as connection:
            await _check_keys(connection, keys)
            current = await _revision(connection)
            await connection.rollback()
            if current != head():
                await connection.run_sync(_run_alembic, current)
            await connection.execute(text(f"comment on table alembic_version is '{secret_name}'"))
            await connection.commit()
    finally:
        await engine.dispose()


async def _revision(connection: AsyncConnection) -> str | None:
    if not await connection.scalar(text(_IS_MIGRATED)):
        return None
    found: str | None = await connection.scalar(text(_REVISION))
    return found


def _run_alembic(connection: Connection, current: str | None) -> None:
    # Imported here, because most starts find the database at head and do without these 11 MB.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise CannotStart(
            "The database is newer than this code. Update the code, or restore a backup "
            "that was made with this version."
        )
    command.upgrade(config, "head")


def head() -> str:
    """The revision that this code needs: the last one of the folder, whose files begin with it."""
    return max(path.name for path in REVISIONS.glob("*.py")).partition("_")[0]


def _database(url: URL) -> str:
    return url.database or "postgres"


def _as_role(admin: URL, role: str, secret: str) -> str:
    plain = admin.set(username=role, password=_password(admin, role, secret))
    return plain.render_as_string(hide_password=False)


def _password(admin: URL, role: str, secret: str) -> str:
    """Of the secret, which those who serve know; the migrator's of the administrator's, too."""
    said = f"role {role}"
    if role == Roles.of(_database(admin)).migrator:
        said += f" by {admin.password}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return "The database cannot be reached. Check DATABASE_URL, and that the server runs."
    kind = type(error.__cause__.__cause__ or error) if error.__cause__ else type(error)
    if "Privilege" in kind.__name__:
        return (
            "The role of DATABASE_URL may not create the roles that keep users apart; "
            "it must be a superuser, or have CREATEROLE and BYPASSRLS."
        )
    return f"The database refused to be prepared ({kind.__name__})."
