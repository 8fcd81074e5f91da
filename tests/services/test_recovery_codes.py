"""Recovery codes: strong, read with patience, kept as hashes, each good once."""

import asyncio
import math

import pytest

from assistant import key_ring, vault
from assistant.config import settings
from assistant.database import user_session
from assistant.services import keys, recovery_codes
from assistant.services.recovery_codes import ALPHABET, CHARACTERS, SHAPE, left, read, renew, take
from tests.conftest import SECRET
from tests.services.talk import rows


@pytest.fixture
async def codes(alice):
    async with user_session(alice.id) as session:
        return await renew(session)


async def taken(user, code: str) -> bool:
    async with user_session(user.id) as session:
        return await take(session, read(code))


async def test_there_are_ten_different_ones_of_fifty_bits_and_more(codes):
    assert len(set(codes)) == 10
    assert CHARACTERS * math.log2(len(set(ALPHABET))) >= 50
    assert all(SHAPE.fullmatch(read(code)) for code in codes)


async def test_each_is_good_once(codes, alice):
    assert [await taken(alice, code) for code in codes] == [True] * 10
    assert [await taken(alice, code) for code in codes] == [False] * 10


async def test_of_twenty_requests_with_one_code_one_wins(codes, alice):
    won = await asyncio.gather(*(taken(alice, codes[0]) for _ in range(20)))
    assert sum(won) == 1
    async with user_session(alice.id) as session:
        assert await left(session) == 9


async def test_capitals_and_look_alikes_are_read_as_they_were_meant(codes, alice):
    mistaken = codes[0].upper().replace("0", "O").replace("1", "I").replace("-", "")
    assert await taken(alice, mistaken)


async def test_another_users_code_is_none(codes, bob):
    assert not await taken(bob, codes[0])


async def test_new_ones_end_the_old_ones(codes, alice):
    async with user_session(alice.id) as session:
        fresh = await renew(session)
    assert not await taken(alice, codes[0])
    assert await taken(alice, fresh[0])


async def test_codes_outlive_a_change_of_the_installations_secret(codes, alice, monkeypatch):
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", "another secret of this installation " * 2)
    monkeypatch.setenv("ASSISTANT_OLD_KEYS", SECRET)
    forget = (settings, key_ring.ring, vault.derived_key)
    for known in forget:
        known.cache_clear()
    keys._OPENED.clear()
    try:
        assert await taken(alice, codes[0])
    finally:
        monkeypatch.undo()
        for known in forget:
            known.cache_clear()


async def test_only_a_keyed_hash_is_stored(codes, alice, db):
    stored = await rows(db, "select * from recovery_codes where user_id = $1", alice.id)
    kept = b"".join(row["hash"] for row in stored)
    assert {len(row["hash"]) for row in stored} == {32}
    for code in codes:
        for text in (code, read(code)):
            assert text.encode() not in kept
            assert recovery_codes.hashlib.sha256(text.encode()).digest() not in kept
