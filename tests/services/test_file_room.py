"""The room for files: by bytes, by number, and for what was deleted."""

import pytest

from assistant.database import user_session
from assistant.errors import Refused
from assistant.services import file_room
from assistant.services.file_room import require
from assistant.services.one_by_one import hold
from assistant.services.tiers import TIERS, Tier
from tests.services.talk import rows

FILL = """
    insert into files (id, user_id, media, size, deleted_at)
    select gen_random_uuid(), $1, 'text/plain', 10, case $3 when 'deleted' then now() end
    from generate_series(1, $2)
"""
ROOMY = Tier("roomy", "Roomy", file_bytes=10_000_000)


async def asked(user, tier: Tier, size: int = 1) -> None:
    async with user_session(user.id) as session:
        await hold(session)
        await require(session, tier, size)


async def test_each_plan_has_more_room_than_the_one_before() -> None:
    room = [tier.file_bytes for tier in TIERS.values()]
    assert room == sorted(set(room))


async def test_there_is_room_up_to_the_last_byte(alice, db) -> None:
    await rows(db, FILL, alice.id, 3, "kept")
    tier = Tier("small", "Small", file_bytes=40)
    await asked(alice, tier, 10)
    with pytest.raises(Refused, match="Small plan"):
        await asked(alice, tier, 11)


async def test_there_are_not_more_than_so_many_files(alice, bob, db) -> None:
    await rows(db, FILL, alice.id, file_room.AT_MOST - 1, "kept")
    await asked(alice, ROOMY)
    await rows(db, FILL, alice.id, 1, "kept")
    with pytest.raises(Refused, match="at most 2,000 files"):
        await asked(alice, ROOMY)
    await asked(bob, ROOMY)


async def test_deleted_files_have_their_bounds_too(alice, db) -> None:
    await rows(db, FILL, alice.id, 2 * file_room.AT_MOST, "deleted")
    with pytest.raises(Refused, match="Deleted files are kept for 30 days"):
        await asked(alice, ROOMY)


async def test_a_file_that_has_its_row_does_not_take_its_room_twice(alice, db) -> None:
    await rows(db, FILL, alice.id, 1, "kept")
    (row,) = await rows(db, "select id from files where user_id = $1", alice.id)
    async with user_session(alice.id) as session:
        await require(session, Tier("small", "Small", file_bytes=10), 10, but=row["id"])
