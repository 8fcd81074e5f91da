"""`python -m assistant.rotate`: killed in the middle and started again, and what it refuses."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from assistant.config import LaunchSettings
from assistant.key_ring import LocalKey
from assistant.migration import prepare
from assistant.rotate import main
from assistant.vault import Vault, Wrapped, head, new_wrapped_key, unlock
from tests.conftest import SECRET, create_database

PROJECT = Path(__file__).resolve().parent.parent
NEW = "new-secret-" * 4
PLACE = "conversations.title"
USERS, TITLES = 60, 20


@pytest.fixture
def url(postgres, prepared):
    """A database of its own with many users, each with many titles, under old keys."""
    made = asyncio.run(create_database(postgres))
    prepare(made, SECRET)
    asyncio.run(_fill(made))
    return made


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    for _ in range(USERS):
        user, key = uuid4(), None
        key = new_wrapped_key(user)
        vault = unlock(user, key)
        await connection.execute(
            "insert into profiles (id, user_id) values ($1, $2)", uuid4(), user
        )
        await connection.execute(
            "insert into user_keys (id, user_id, number, wrapped, wrapped_by, created_at) "
            "values ($1, $2, $3, $4, $5, now() - interval '3 days')",
            *(uuid4(), user, *key),
        )
        rows = [uuid4() for _ in range(TITLES)]
        await connection.executemany(
            "insert into conversations (id, user_id, title) values ($1, $2, $3)",
            [(row, user, vault.seal(PLACE, row, f"title {row}")) for row in rows],
        )
    await connection.close()


@pytest.fixture
def environment(url, tmp_path):
    return {
        **os.environ,
        **{name.upper(): "" for name in LaunchSettings.model_fields},
        "PYTHONPATH": str(PROJECT),
        "ASSISTANT_DATA_DIR": str(tmp_path),
        "ASSISTANT_SECRET_KEY": SECRET,
        "DATABASE_URL": url,
    }


def rotate(what: str, folder: Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "assistant.rotate", what],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


def asked(url: str, sql: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def all_open(url: str) -> set[bytes]:
    """Every title opens with the keys that are stored; returns how the values begin."""
    vaults: dict[UUID, Vault] = {}
    keys = asked(url, "select user_id, number, wrapped, wrapped_by from user_keys")
    for user in {key["user_id"] for key in keys}:
        mine = [Wrapped(*list(key)[1:]) for key in keys if key["user_id"] == user]
        vaults[user] = unlock(user, *mine)
    titles = asked(url, "select id, user_id, title from conversations")
    assert len(titles) == USERS * TITLES
    for row in titles:
        opened = vaults[row["user_id"]].open(PLACE, row["id"], row["title"])
        assert opened == f"title {row['id']}"
    return {row["title"][:3] for row in titles}


@contextmanager
def writing(url: str) -> Iterator[list[UUID]]:
    """Somebody writes all the while, by turns with the keys of now and with those of a while ago.

    Yields the rows that were written.
    """
    written: list[UUID] = []
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(asyncio.run, _write(url, over, written))
        try:
            yield written
        finally:
            over.set()
        writer.result()


async def _write(url: str, over: threading.Event, written: list[UUID]) -> None:
    connection = await asyncpg.connect(url)
    held: dict[UUID, Vault] = {}
    while not over.is_set():
        row, user = await connection.fetchrow(
            "select id, user_id from conversations order by random() limit 1"
        )
        if user not in held or len(written) % 2:
            keys = await connection.fetch(
                "select number, wrapped, wrapped_by from user_keys where user_id = $1", user
            )
            held[user] = unlock(user, *(Wrapped(*key) for key in keys))
        value = held[user].seal(PLACE, row, f"title {row}")
        await connection.execute("update conversations set title = $1 where id = $2", value, row)
        written.append(row)
    await connection.close()


STOPS = f"""
create function stops() returns trigger language plpgsql security definer as $$ begin
    if (select count(*) from public.user_keys where number = 2) >= {USERS // 3} then
        perform pg_sleep(600);
    end if;
    return new;
end $$
"""  # noqa: S608  (no text of anybody else)


@contextmanager
def stopping_in_the_middle(url: str) -> Iterator[None]:
    """No more than a third of the users get a new key, however late it is looked at."""
    asked(url, STOPS)
    asked(
        url, "create trigger stops before insert on user_keys for each row execute function stops()"
    )
    yield
    asked(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where wait_event = 'PgSleep' and datname = current_database()",
    )
    asked(url, "drop function stops cascade")


def test_new_data_keys_after_a_kill_in_the_middle(url, tmp_path, environment):
    command = [sys.executable, "-m", "assistant.rotate", "data"]
    begun = "select count(*) from user_keys where number = 2"
    with writing(url) as written:
        with (
            stopping_in_the_middle(url),
            subprocess.Popen(command, cwd=tmp_path, env=environment) as running,  # noqa: S603
        ):
            while asked(url, begun)[0][0] < USERS // 3:
                assert running.poll() is None
            running.send_signal(signal.SIGKILL)
        assert USERS // 3 <= asked(url, begun)[0][0] < USERS
        assert all_open(url) == {head(1), head(2)}
        before = len(written)
        rotate("data", tmp_path, environment)
        assert len(written) > before > 0
    assert head(2) in all_open(url)
    said = rotate("data", tmp_path, environment)
    assert f"{USERS} users" in said
    assert f"{USERS} kept; run this again" in said
    assert all_open(url) == {head(2)}
    asked(url, "update user_keys set created_at = created_at - interval '2 hours'")
    assert f"{USERS} old data keys dropped, 0 kept." in rotate("data", tmp_path, environment)
    assert {row["number"] for row in asked(url, "select number from user_keys")} == {2}
    assert all_open(url) == {head(2)}


def test_what_does_not_open_is_told_and_stays(url, tmp_path, environment):
    some = "select id from conversations limit 3"
    asked(url, f"update conversations set title = title || '\\x00' where id in ({some})")  # noqa: S608
    said = rotate("data", tmp_path, environment)
    assert f"{USERS * TITLES - 3} values sealed anew, 0 users failed." in said
    assert "Values that do not open: 3. They stay as they are" in said
    asked(url, "update user_keys set created_at = created_at - interval '2 hours'")
    assert "do not open: 3." in rotate("data", tmp_path, environment)
    heads = "select distinct substring(title, 1, 3) from conversations"
    assert {row[0] for row in asked(url, heads)} == {head(1), head(2)}
    named = "select user_id from conversations where substring(title, 1, 3) = '\\x020001'"
    old = "select user_id from user_keys where number = 1"
    assert set(asked(url, old)) == set(asked(url, named))


def test_a_new_wrapping_key(url, tmp_path, environment):
    environment |= {"ASSISTANT_SECRET_KEY": NEW, "ASSISTANT_OLD_KEYS": SECRET}
    assert f"{USERS} data keys wrapped anew" in rotate("keys", tmp_path, environment)
    names = {row["wrapped_by"] for row in asked(url, "select wrapped_by from user_keys")}
    assert names == {LocalKey(NEW).name}
    assert "0 users" in rotate("keys", tmp_path, environment | {"ASSISTANT_OLD_KEYS": ""})


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["keys", "data"]])
def test_it_says_what_can_be_rotated(arguments, capsys):
    assert main(arguments) == 2
    assert "keys, or data" in capsys.readouterr().err


def test_without_an_installation_nothing_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", "")
    monkeypatch.chdir(tmp_path)
    assert main(["keys"]) == 1
    assert "There is no installation" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
