"""Keys are changed, what does not open holds up nobody, and what was cut off is gone on with."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from assistant import key_ring
from assistant.config import settings
from assistant.database import user_connection, user_session
from assistant.key_ring import LocalKey
from assistant.services import keys, rotation
from assistant.services.accounts import name_of
from assistant.services.keys import fresh_vault, vault_in
from assistant.services.rotation import SEALED
from assistant.vault import head
from tests.services.rotating import NONE, conversations_of, filled, migrator, numbers, run
from tests.services.talk import ask, rows, title_of

__all__ = ["migrator"]


# What is no ciphertext under a user's data key, and so is not rotated with it.
OTHERWISE = {
    "user_keys.wrapped": "the data key itself, under a wrapping key",
    "login_sessions.refresh_hash": "a hash",
    "login_sessions.previous_hash": "a hash",
    "recovery_codes.hash": "a hash",
    "seats.hash": "a hash",
    **dict.fromkeys(
        ("tool_executions.digest", "usage_logs.digest"),
        "a hash under a key that outlives the rotation",
    ),
    **dict.fromkeys(("tool_executions.hash", "usage_logs.hash", "audit_heads.hash"), "a hash"),
    "sign_in_attempts.plan": "sealed before there is a user, for some minutes",
    "search_signatures.bits": "a filter that only the owner's derived key can read",
}


async def stored(db: str, user) -> dict[str, list[bytes]]:
    """All sealed values of the user, by place."""
    found = {}
    for place in SEALED:
        table, column = place.split(".")
        sql = f"select id, {column} as value from {table} where user_id = $1"  # noqa: S608
        found[place] = [(row["id"], row["value"]) for row in await rows(db, sql, user.id)]
    return found


def test_every_sealed_column_is_rotated_or_named_with_its_reason():
    bytes_ = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_ == set(SEALED) | set(OTHERWISE)
    assert not set(SEALED) & set(OTHERWISE)


async def test_a_new_key_seals_everything_and_the_old_one_is_dropped(alice, demo, db, migrator):
    await filled(db, alice)
    async with user_session(alice.id) as session:
        derived = (await vault_in(session)).derived("search")
    done = await rotation._renew(alice.id, NONE)
    assert (done.dropped, done.left) == (1, 0)
    assert await numbers(db, alice) == [2]
    async with user_session(alice.id) as session:
        vault = await fresh_vault(session)
    assert vault.derived("search") == derived
    for place, values in (await stored(db, alice)).items():
        assert values, place
        for row_id, value in values:
            assert value.startswith(head(2))
            assert place in vault.open(place, row_id, value)
    assert await name_of(alice.id) == "profiles.name"


async def test_what_is_begun_is_gone_on_with_and_a_young_key_stays(alice, demo, db, migrator):
    await ask(alice, "hello")
    async with user_connection(alice.id) as connection:
        await rotation._add_key(connection, alice.id, NONE)  # and here the rotation was killed
    assert await numbers(db, alice) == [1, 2]
    await rotation._renew(alice.id, rotation.YOUNG)
    assert await numbers(db, alice) == [2]
    await rotation._renew(alice.id, rotation.YOUNG)
    assert await numbers(db, alice) == [2]


async def test_an_old_key_stays_while_running_answers_may_hold_it(alice, db, migrator, monkeypatch):
    monkeypatch.setattr(rotation, "settled_after", lambda: timedelta(hours=1))
    done = await rotation._renew(alice.id, NONE)
    assert (done.dropped, done.left) == (0, 1)
    assert await numbers(db, alice) == [1, 2]


async def broken_title(db: str, user) -> bytes:
    """A conversation of this user now has a title that does not open: its bytes."""
    chat = await conversations_of(user)
    row = (await rows(db, "select title from conversations where id = $1", chat))[0]
    broken = row["title"][:-1] + bytes([row["title"][-1] ^ 1])
    await run(db, "update conversations set title = $1 where id = $2", broken, chat)
    assert await title_of(user, chat) == keys.UNREADABLE
    return broken


async def test_an_old_key_stays_while_a_value_names_it(alice, demo, db, migrator):
    broken = await broken_title(db, alice)
    done = await rotation._renew(alice.id, NONE)
    assert (done.dropped, done.left, done.unreadable) == (0, 1, 1)
    assert [value for _, value in (await stored(db, alice))["conversations.title"]] == [broken]


async def test_a_value_that_does_not_open_keeps_nobody_from_new_keys(alice, demo, db, migrator):
    broken = await broken_title(db, alice)
    await rotation._renew(alice.id, NONE)
    await run(db, "update user_keys set created_at = created_at - interval '2 days'")
    done = await rotation._renew(alice.id, rotation.YOUNG)
    assert (done.dropped, done.left, done.unreadable) == (1, 1, 1)
    assert await numbers(db, alice) == [1, 3]
    values = [value for each in (await stored(db, alice)).values() for _, value in each if value]
    assert {value[:3] for value in values if value != broken} == {head(3)}
    assert broken in values
    again = await rotation._renew(alice.id, rotation.YOUNG)
    assert (again.changed, again.dropped, again.unreadable) == (0, 0, 1)
    assert await numbers(db, alice) == [1, 3]


async def test_a_value_that_does_not_open_is_tried_once(alice, demo, db, migrator, monkeypatch):
    await broken_title(db, alice)
    tried = []
    sealed_anew = rotation._sealed_anew

    def noted(place, *rest):
        tried.append(place)
        return sealed_anew(place, *rest)

    monkeypatch.setattr(rotation, "_sealed_anew", noted)
    assert (await rotation._renew(alice.id, NONE)).changed > 1
    assert tried.count("conversations.title") == 1


async def test_a_new_wrapping_key_takes_over_all_data_keys(alice, db, tmp_path):
    new = "new-secret-" * 4
    file = tmp_path / "kek"
    file.write_text(new)
    sql = "select wrapped_by from user_keys where user_id = $1"
    before = (await rows(db, sql, alice.id))[0]["wrapped_by"]
    for setting, value, name in (
        ("ASSISTANT_KEK_FILE", str(file), LocalKey(new).name),
        ("ASSISTANT_OLD_KEYS", new, before),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(setting, value)
            settings.cache_clear()
            key_ring.ring.cache_clear()
            assert (await rotation._rewrap(alice.id)).changed == 1
            assert (await rotation._rewrap(alice.id)).changed == 0
            assert (await rows(db, sql, alice.id))[0]["wrapped_by"] == name
            keys._OPENED.clear()
            assert await name_of(alice.id) != keys.UNREADABLE
        settings.cache_clear()
        key_ring.ring.cache_clear()


async def test_a_user_whose_key_does_not_open_holds_up_nobody(alice, bob, db, migrator):
    await run(db, "update user_keys set wrapped = '\\x00' where user_id = $1", alice.id)

    async def renew(user_id):
        return await rotation._renew(user_id, NONE)

    batches = [batch async for batch in rotation._for_each([alice.id, bob.id], renew)]
    assert [done.failed for done in batches[0]] == [True, False]
    assert await numbers(db, bob) == [2]
