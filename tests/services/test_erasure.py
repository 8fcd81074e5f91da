"""An account is deleted after two weeks, with every row and its keys; until then it can be kept."""

import subprocess
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlmodel import SQLModel

from assistant import key_ring
from assistant.config import settings
from assistant.errors import NotSignedIn, Refused, StepUpNeeded
from assistant.key_ring import KeyLost
from assistant.local.binaries import INSTALLATION, _package
from assistant.services import erasure, keys, messages, reaper, rotation, signals
from assistant.services.accounts import name_of, sign_in_by_name
from assistant.services.holdings import HOLDINGS
from assistant.services.sessions import REVOKED, User, require_alive, who_is
from assistant.services.signatures import bits_of
from assistant.vault import Tampered, Wrapped, new_wrapped_key, unlock
from tests.conftest import create_database
from tests.models.rows import full_set
from tests.services.archives import LIBRARY, shelve
from tests.services.at_google import at_google, connects
from tests.services.talk import ask, rows

__all__ = ["at_google"]
DUE = "update profiles set erase_at = now() - interval '1 second' where user_id = $1"
STALE = "update login_sessions set fresh_at = now() - interval '6 minutes' where user_id = $1"


async def run(db: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(db)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()


async def left(db: str, user_id) -> dict[str, int]:
    """In which tables the user still has rows, and how many."""
    counts = {}
    for table in SQLModel.metadata.tables:
        [found] = await rows(db, f"select count(*) from {table} where user_id = $1", user_id)  # noqa: S608
        counts[table] = found["count"]
    return {table: count for table, count in counts.items() if count}


async def test_it_takes_the_word_and_a_fresh_sign_in(alice, db):
    for word in ("", "delete", "DELETE!", "YES"):
        with pytest.raises(Refused, match="Type DELETE"):
            await erasure.ask(alice, word)
    await run(db, STALE, alice.id)
    with pytest.raises(StepUpNeeded):
        await erasure.ask(alice, erasure.WORD)
    assert await erasure.erased_at(alice.id) is None


async def test_it_waits_for_two_weeks_and_ends_the_other_sessions(alice):
    name = await name_of(alice.id)
    other = await who_is((await sign_in_by_name(name)).access)
    heard = []
    with signals.listening(REVOKED, heard.append):
        await erasure.ask(alice, " DELETE ")
    day = await erasure.erased_at(alice.id)
    assert timedelta(days=13, hours=23) < day - datetime.now(UTC) <= erasure.GRACE
    assert [notice["session"] for notice in heard] == [str(other.session_id)]
    with pytest.raises(NotSignedIn):
        await require_alive(other)
    assert (await require_alive(alice)).id == alice.id
    await erasure.ask(alice, erasure.WORD)
    assert await erasure.erased_at(alice.id) == day


async def test_who_takes_it_back_keeps_everything(alice, db):
    await shelve(alice, LIBRARY[:1])
    await erasure.ask(alice, erasure.WORD)
    before = await left(db, alice.id)
    await erasure.keep(alice.id)
    assert await erasure.erased_at(alice.id) is None
    await reaper.purge_once()
    assert await left(db, alice.id) == before


async def test_once_the_day_has_come_nobody_takes_it_back(alice, db):
    await run(db, DUE, alice.id)
    with pytest.raises(Refused, match="cannot be kept any more"):
        await erasure.keep(alice.id)
    assert await erasure.erase(alice.id)


async def test_nothing_is_erased_before_its_day(alice, db):
    await erasure.ask(alice, erasure.WORD)
    assert not await erasure.erase(alice.id)
    await reaper.purge_once()
    assert (await left(db, alice.id))["profiles"] == 1


async def test_every_row_of_every_table_goes_and_nobody_elses(db):
    connection = await asyncpg.connect(db)
    mine, theirs = [await full_set(connection) for _ in range(2)]
    await connection.close()
    assert set(await left(db, mine.user_id)) == set(SQLModel.metadata.tables)
    before = await left(db, theirs.user_id)
    await run(db, DUE, mine.user_id)
    await reaper.purge_once()
    by_themselves = {name for name, held in HOLDINGS.items() if "by themselves" in held.erased}
    assert set(await left(db, mine.user_id)) == by_themselves
    assert await left(db, theirs.user_id) == before


async def test_a_whole_life_goes(alice, demo, db):
    await ask(alice, 'use calculator {"expression": "6*7"}')
    await shelve(alice, LIBRARY)
    await erasure.ask(alice, erasure.WORD)
    await run(db, DUE, alice.id)
    heard = []
    with (
        signals.listening(REVOKED, heard.append),
        signals.listening(erasure.ERASED, heard.append),
    ):
        assert await erasure.erase(alice.id)
    assert await left(db, alice.id) == {}
    user, session = str(alice.id), str(alice.session_id)
    assert heard == [{"user": user}, {"user": user, "session": session}]
    assert alice.id not in keys._OPENED
    with pytest.raises(NotSignedIn):
        await require_alive(alice)
    assert not await erasure.erase(alice.id)


async def test_who_comes_again_is_somebody_new(alice, db):
    name = await name_of(alice.id)
    await erasure.ask(alice, erasure.WORD)
    await run(db, DUE, alice.id)
    await erasure.erase(alice.id)
    again = await who_is((await sign_in_by_name(name)).access)
    assert again.id != alice.id


async def test_an_erasure_that_fails_holds_up_nobody(alice, bob, db, monkeypatch):
    erase = erasure.erase

    async def failing(user_id):
        if user_id == alice.id:
            raise ValueError("a defect")
        return await erase(user_id)

    monkeypatch.setattr(erasure, "erase", failing)
    for user in (alice, bob):
        await run(db, DUE, user.id)
    await reaper.purge_once()
    assert await left(db, bob.id) == {}
    assert (await left(db, alice.id))["profiles"] == 1
    monkeypatch.undo()
    await reaper.purge_once()
    assert await left(db, alice.id) == {}


def tool(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's."""
    program = _package() / INSTALLATION / "bin" / name
    subprocess.run([program, *arguments], check=True, capture_output=True)  # noqa: S603


@pytest.fixture
async def dump(db, postgres, tmp_path):
    """Makes a dump of the whole database, and reads it back elsewhere: await dump(*options)."""

    async def make(*options: str) -> str:
        file = tmp_path / f"{uuid4().hex}.dump"
        tool("pg_dump", "--format=custom", f"--file={file}", *options, db)
        restored = await create_database(postgres)
        tool("pg_restore", "--no-owner", "--no-privileges", f"--dbname={restored}", str(file))
        return restored

    return make


async def opened(dumped: str, live: str, user: User) -> list[str]:
    """What of a user opens in a dump, with the keys in it, with live ones, and with this ring."""
    found = [
        Wrapped(row["number"], row["wrapped"], row["wrapped_by"])
        for url in (dumped, live)
        for row in await rows(url, "select * from user_keys where user_id = $1", user.id)
    ]
    texts = []
    for key in found:
        try:
            vault = unlock(user.id, key)
        except (KeyLost, Tampered):
            continue
        for row in await rows(dumped, "select * from messages where user_id = $1", user.id):
            texts.append(vault.open(messages.PLACE, row["id"], row["content"]))
    return texts


async def erased(user: User, db: str) -> None:
    await run(db, DUE, user.id)
    assert await erasure.erase(user.id)


async def test_an_old_dump_without_keys_opens_nothing_of_who_was_erased(alice, bob, db, dump):
    for user in (alice, bob):
        await shelve(user, LIBRARY[:1])
    old = await dump("--exclude-table-data=user_keys")
    assert len(await opened(old, db, alice)) == 8
    await erased(alice, db)
    assert len(await rows(old, "select 1 from messages where user_id = $1", alice.id)) == 8
    assert await opened(old, db, alice) == []
    assert len(await opened(old, db, bob)) == 8


async def test_an_old_whole_dump_opens_nothing_when_the_wrapping_key_was_changed(
    alice, bob, db, dump, wrapped_by
):
    for user in (alice, bob):
        await shelve(user, LIBRARY[:1])
    wrapped_by("old")
    assert [(await rotation._rewrap(user.id)).changed for user in (alice, bob)] == [1, 1]
    old = await dump()
    await erased(alice, db)
    assert len(await opened(old, db, alice)) == 8  # which is why the key has to be changed
    wrapped_by("new", "old")
    assert (await rotation._rewrap(bob.id)).changed == 1  # the command does it for everybody
    wrapped_by("new")
    assert [await opened(old, old, user) for user in (alice, bob)] == [[], []]
    assert (await name_of(bob.id)).startswith("Bob")
    new = await dump()
    assert len(await opened(new, db, bob)) == 16


@pytest.fixture
async def wrapped_by(bob, monkeypatch, tmp_path):
    """Changes the keys that wrap data keys, in the file for them: wrapped_by("new", "old")."""
    file = tmp_path / "kek"

    def write(*names: str) -> None:
        file.write_text("\n".join(f"{name}-wrapping-key-of-enough-bytes" for name in names))
        monkeypatch.setenv("ASSISTANT_KEK_FILE", str(file))
        forget_keys()

    yield write
    secrets = file.read_text().replace("\n", ",")
    monkeypatch.delenv("ASSISTANT_KEK_FILE")
    with pytest.MonkeyPatch.context() as patch:  # the chores of other tests look at all users
        patch.setenv("ASSISTANT_OLD_KEYS", secrets)
        forget_keys()
        await rotation._rewrap(bob.id)
    forget_keys()


def forget_keys() -> None:
    settings.cache_clear()
    key_ring.ring.cache_clear()
    keys._OPENED.clear()


async def test_no_index_of_an_old_dump_can_be_read(alice, demo, db, dump):
    await ask(alice, "a harbour in Zadar")
    old = await dump("--exclude-table-data=user_keys")
    await erased(alice, db)
    found = await rows(old, "select bits from search_signatures where user_id = $1", alice.id)
    assert found
    stranger = unlock(alice.id, new_wrapped_key(alice.id))
    assert all(row["bits"] != bits_of("a harbour in Zadar", stranger) for row in found)


async def test_what_google_granted_is_given_back(alice, at_google, db):
    await connects(alice)
    refresh = at_google.grants.all[0].refresh
    await erasure.ask(alice, erasure.WORD)
    assert at_google.grants.revoked == []  # the account may still be kept
    await run(db, DUE, alice.id)
    assert await erasure.erase(alice.id)
    assert at_google.grants.revoked == [refresh]


async def test_a_grant_that_cannot_be_opened_keeps_no_account(alice, at_google, db):
    await connects(alice)
    keys.forget(alice.id)
    await run(db, "update user_keys set wrapped = wrapped || 'x' where user_id = $1", alice.id)
    await run(db, DUE, alice.id)
    assert await erasure.erase(alice.id)
    assert await left(db, alice.id) == {}
    assert at_google.grants.revoked == []


async def test_a_google_that_is_away_keeps_no_account(alice, at_google, db):
    await connects(alice)
    await erasure.ask(alice, erasure.WORD)
    await run(db, DUE, alice.id)
    at_google.providers.status["/revoke"] = 503
    assert await erasure.erase(alice.id)
    assert await left(db, alice.id) == {}
