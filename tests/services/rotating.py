"""The role that rotates, and what there is to be rotated."""

from datetime import timedelta

import asyncpg
import pytest

from assistant import migration
from assistant.config import settings
from assistant.database import user_session
from assistant.models import Connection, File, SecondFactor
from assistant.services import conversations, permissions, rotation
from assistant.services.keys import vault_in
from assistant.services.rotation import SEALED
from tests.conftest import SECRET, all_ended
from tests.services.talk import ask, rows
from tests.services.waiting import asks_to_delete, kept

NONE = timedelta(0)
SEAT = """
    insert into seats (id, user_id, hash, expires_at)
    values (gen_random_uuid(), $1, gen_random_uuid()::text::bytea, now())
"""


@pytest.fixture
def migrator(db, monkeypatch):
    """As in the command, the migrator's address is known; what nothing names is dropped at once."""
    url = migration._address(db)
    role = migration.Roles.of(url.database).migrator
    monkeypatch.setenv("DATABASE_MIGRATOR_URL", migration._as_role(url, role, SECRET))
    monkeypatch.setattr(rotation, "settled_after", lambda: NONE)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def run(db: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(db)
    await connection.execute(sql, *values)
    await connection.close()


async def filled(db: str, user) -> None:
    """Something in every sealed column of this user: the name of the column."""
    await ask(user, 'use calculator {"expression": "1+1"}')
    await asks_to_delete(user, await kept(user))
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        await permissions.grant(session, "delete_note", target="Milk")
        session.add(SecondFactor(user_id=user.id, secret=b"\x00"))
        session.add(Connection(user_id=user.id, kind="mcp", label=b"\x00", secret=b"\x00"))
        session.add(File(user_id=user.id, media="text/plain", size=1))
    await run(db, SEAT, user.id)  # the app itself gives one by a function only
    for place in SEALED:
        table, column = place.split(".")
        for row in await rows(db, f"select id from {table} where user_id = $1", user.id):  # noqa: S608
            words = '[{"type":"text","text":"messages.content"}]' if table == "messages" else place
            sql = f"update {table} set {column} = $1 where id = $2"  # noqa: S608
            await run(db, sql, vault.seal(place, row["id"], words), row["id"])


async def numbers(db: str, user) -> list[int]:
    sql = "select number from user_keys where user_id = $1 order by number"
    return [row["number"] for row in await rows(db, sql, user.id)]


async def conversations_of(user):
    await ask(user, "hello")
    await all_ended()  # its title, too
    return (await conversations.overview(user.id, 10)).listed[0].id
