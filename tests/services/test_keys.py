"""Each user has one data key, and a process holds only so many of them."""

import pytest

from assistant import key_ring
from assistant.database import user_session
from assistant.services import keys
from assistant.services.keys import fresh_vault, row_of, vault_in
from tests.services.talk import rows


async def test_each_user_has_a_key_of_their_own_under_the_installations_key(alice, bob, db):
    stored = await rows(db, "select * from user_keys where user_id = any($1)", [alice.id, bob.id])
    assert len({row["wrapped"] for row in stored}) == 2
    assert {row["wrapped_by"] for row in stored} == {key_ring.ring().current.name}


async def test_a_vault_is_opened_once_and_belongs_to_its_user(alice, bob):
    async with user_session(alice.id) as session:
        hers = await vault_in(session)
        assert await vault_in(session) is hers
    async with user_session(bob.id) as session:
        assert (await vault_in(session)).user_id == bob.id != hers.user_id


async def test_the_vaults_in_memory_are_bounded(alice, bob, monkeypatch):
    monkeypatch.setattr(keys, "_OPENED_AT_MOST", 1)
    monkeypatch.setattr(keys, "_OPENED", type(keys._OPENED)())
    for user in (alice, bob, alice):
        async with user_session(user.id) as session:
            assert (await vault_in(session)).user_id == user.id
        assert list(keys._OPENED) == [user.id]


@pytest.mark.parametrize("held", [True, False], ids=["held before", "not held"])
async def test_who_read_before_a_rotation_and_comes_in_last_takes_no_key_away(
    held, alice, monkeypatch
):
    keys.forget(alice.id)
    if held:
        async with user_session(alice.id) as session:
            await vault_in(session)
        keys._OPENED[alice.id].until = 0.0

    async def overtaken(session):
        """Before the keys that were read are taken, a rotation is seen by somebody else."""
        monkeypatch.undo()
        old = await fresh_vault(session)
        async with user_session(alice.id) as other:
            other.add(row_of(alice.id, old.next_key()))
            await other.flush()
            assert (await vault_in(other)).newest == 2
        return old

    monkeypatch.setattr(keys, "fresh_vault", overtaken)
    async with user_session(alice.id) as session:
        assert (await vault_in(session)).newest == 2
