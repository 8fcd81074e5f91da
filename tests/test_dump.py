"""`python -m assistant.dump`: old dumps with the newest keys open for who is still here."""

import asyncio
import subprocess
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from assistant.config import LaunchSettings
from assistant.dump import KEYS_FILE, main
from assistant.local.binaries import installed
from assistant.migration import prepare
from assistant.vault import Wrapped, new_wrapped_key, unlock
from tests.conftest import SECRET, create_database

PLACE = "profiles.name"


@pytest.fixture
def url(postgres, prepared):
    made = asyncio.run(create_database(postgres))
    prepare(made, SECRET)
    return made


@pytest.fixture
def folder(url, tmp_path, monkeypatch):
    """Where the dumps go; the settings name the database."""
    for name in LaunchSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "dumps"


def asked(url, sql, *values):
    async def ask():
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.close()

    return asyncio.run(ask())


def enter(url, name):
    """A user with a name that their key has sealed."""
    user, row = uuid4(), uuid4()
    key = new_wrapped_key(user)
    sealed = unlock(user, key).seal(PLACE, row, name)
    asked(url, "insert into profiles (id, user_id, name) values ($1, $2, $3)", row, user, sealed)
    columns = "id, user_id, number, wrapped, wrapped_by"
    sql = f"insert into user_keys ({columns}) values ($1, $2, $3, $4, $5)"  # noqa: S608
    asked(url, sql, uuid4(), user, *key)
    return user


def readable(url):
    """The names that open with the keys of this database."""
    sql = "select number, wrapped, wrapped_by from user_keys where user_id = $1"
    names = set()
    for row in asked(url, "select id, user_id, name from profiles"):
        if keys := asked(url, sql, row["user_id"]):
            vault = unlock(row["user_id"], *(Wrapped(*key) for key in keys))
            names.add(vault.open(PLACE, row["id"], row["name"]))
    return names


KEYS = ("--data-only", "--disable-triggers")  # some are of users that the old dump does not know


def restore(url, dump, *options):
    command = [installed() / "pg_restore", f"--dbname={url}", *options, dump]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def restored(postgres, dump, *keys):
    """A new database of these dumps."""
    made = asyncio.run(create_database(postgres))
    restore(made, dump, "--no-owner", "--no-privileges")
    for each in keys:
        restore(made, each, *KEYS)
    return made


def dumps_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.name != KEYS_FILE)


def test_an_old_dump_with_the_newest_keys_opens_for_who_is_still_here(url, folder, postgres):
    erased = enter(url, "Ada")
    enter(url, "Ben")
    assert main([str(folder)]) == 0
    [old] = dumps_in(folder)
    assert readable(restored(postgres, old)) == set()
    assert readable(restored(postgres, old, folder / KEYS_FILE)) == {"Ada", "Ben"}
    asked(url, "delete from profiles where user_id = $1", erased)
    enter(url, "Cid")
    old = old.rename(folder / "old.dump")
    assert main([str(folder)]) == 0
    back = restored(postgres, old, folder / KEYS_FILE)
    assert len(asked(back, "select 1 from profiles")) == 2
    assert readable(back) == {"Ben"}
    newest = dumps_in(folder)[0]
    assert readable(restored(postgres, newest, folder / KEYS_FILE)) == {"Ben", "Cid"}
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


def test_a_database_comes_back_as_the_readme_says(url, folder):
    enter(url, "Ben")
    assert main([str(folder)]) == 0
    asked(url, "drop table profiles cascade")
    asked(url, "drop table user_keys")
    restore(url, dumps_in(folder)[0], "--clean", "--if-exists")
    restore(url, folder / KEYS_FILE, *KEYS)
    app = prepare(url, SECRET).app.replace("+asyncpg", "")
    assert (
        asked(app, "select 1 from profiles") == []
    )  # it may look, and without a user sees nothing
    assert readable(url) == {"Ben"}


def test_a_dump_that_fails_is_one_sentence_and_the_keys_of_before_stay(
    url, folder, monkeypatch, capsys
):
    assert main([str(folder)]) == 0
    before = (folder / KEYS_FILE).read_bytes()
    monkeypatch.setenv("DATABASE_URL", url.replace(url.rsplit("/", 1)[1], "missing"))
    assert main([str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The database was not dumped: ")
    assert said.count("\n") == 1
    assert url.split(":")[2].split("@")[0] not in said
    assert (folder / KEYS_FILE).read_bytes() == before
    assert len(list(folder.iterdir())) == 2


def test_it_says_where_to_put_it_and_what_is_missing(folder, monkeypatch, capsys):
    assert main(["a", "b"]) == 2
    monkeypatch.delenv("DATABASE_URL")
    assert main([]) == 1
    assert "There is no database in" in capsys.readouterr().err
