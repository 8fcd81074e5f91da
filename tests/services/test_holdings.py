"""The list of what is held of a user names every table, and each row hangs on its user."""

from dataclasses import asdict

import asyncpg
import pytest
from sqlmodel import SQLModel

from assistant.agent.attached import Summary
from assistant.services import erasure
from assistant.services.archive import MANIFEST
from assistant.services.contents import dump, words
from assistant.services.export import README
from assistant.services.holdings import HOLDINGS, WITH_PROFILE
from assistant.services.rotation import SEALED
from assistant.services.sessions import User
from assistant.vault import new_wrapped_key, unlock
from tests.models.rows import NAMES, full_set
from tests.services.archives import exported, files

TABLES = SQLModel.metadata.tables
IN_CLEAR = {  # of tables without a sealed column, one that an export tells
    "usage_logs.model": "canary usage_logs.model",
    "subscriptions.period_end": "2031-03-07T05:06:07.123456+00:00",
}
IN_FORM = {  # how what is no plain text is stored
    "conversations.summary": lambda mark: dump(asdict(Summary(mark, 1))),
    "messages.content": lambda mark: dump(words(mark)),
    "tool_executions.input": lambda mark: dump([{"asked": mark}]),
    "tool_executions.undo": lambda mark: dump({"before": mark}),
    "approvals.arguments": lambda mark: dump({"asked": mark}),
    "approvals.facts": lambda mark: dump({"sentence": mark}),
    "connections.tools": lambda mark: dump([{"name": mark}]),
}


def test_every_table_is_in_the_list():
    assert set(HOLDINGS) == set(TABLES)


def test_what_is_in_no_export_says_why():
    assert [
        name for name, held in HOLDINGS.items() if bool(held.exported) == bool(held.why_not)
    ] == []


def test_every_row_that_goes_with_the_profile_hangs_on_it():
    hanging = {
        table.name
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.target_fullname == "profiles.user_id" and key.ondelete == "CASCADE"
    }
    assert hanging == {name for name, held in HOLDINGS.items() if held.erased == WITH_PROFILE}


def test_the_archive_says_what_is_in_it():
    places = {held.exported for held in HOLDINGS.values() if held.exported} | {MANIFEST}
    assert places == {line.split()[0] for line in README.splitlines() if line[:1] not in " " and (
        line.split()[0].endswith((".json", "/")))}  # fmt: skip


@pytest.fixture
async def admin(db):
    connection = await asyncpg.connect(db)
    yield connection
    await connection.close()


async def marked(admin):
    """A user with a row in every table, and what is to be found of each, by its column."""
    rows, marks = await full_set(admin), dict(IN_CLEAR)
    key = new_wrapped_key(rows.user_id)
    sql = "update user_keys set number = $1, wrapped = $2, wrapped_by = $3 where user_id = $4"
    await admin.execute(sql, *key, rows.user_id)
    values = {place: f"'{mark}'" for place, mark in IN_CLEAR.items()}
    for place in SEALED:
        marks[place] = f"canary {place}"
        stored = IN_FORM.get(place, str)(marks[place])
        row_id = rows.ids[place.split(".")[0]]
        sealed = unlock(rows.user_id, key).seal(place, row_id, stored)
        values[place] = f"'\\x{sealed.hex()}'"
    for place, value in values.items():
        table, column = place.split(".")
        sql = f"update {table} set {column} = {value} where id = $1"  # noqa: S608
        await admin.execute(sql, rows.ids[table])
    summarised = "update conversations set summary_through = $2 where id = $1"
    await admin.execute(summarised, rows.ids["conversations"], rows.ids["messages"])
    return rows, marks


async def test_what_the_list_says_is_exported_and_nothing_outlives_the_erasure(admin):
    rows, marks = await marked(admin)
    told = files(await exported(User(rows.user_id, rows.ids["login_sessions"])))
    for table, held in HOLDINGS.items():
        mine = {p.split(".")[1]: mark for p, mark in marks.items() if p.split(".")[0] == table}
        assert mine or not held.exported, f"{table} has no mark"
        assert set(held.but) <= set(mine)
        for column, mark in mine.items():
            where = {name for name, content in told.items() if mark.encode() in content}
            assert bool(where) == (bool(held.exported) and column not in held.but), mark
            assert all(name.startswith(held.exported) for name in where), mark
    await admin.execute("update profiles set erase_at = now() where user_id = $1", rows.user_id)
    assert await erasure.erase(rows.user_id)
    left = {
        name
        for name in NAMES
        if await admin.fetch(f"select 1 from {name} where user_id = $1", rows.user_id)  # noqa: S608
    }
    assert left == {name for name, held in HOLDINGS.items() if "by themselves" in held.erased}
