"""Files are kept sealed, found by their owner alone, deleted, brought back and purged."""

import asyncio
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from assistant.config import settings
from assistant.connectors.object_store import Bucket, NoObject, ObjectStore
from assistant.database import CONNECTIONS, _engine
from assistant.errors import NotFound, Refused, StorageAway
from assistant.services import file_contents, file_room, files, reaper, tiers
from assistant.services.files import File, New
from assistant.services.sessions import User
from assistant.services.tiers import Tier
from tests.services.talk import rows

LONG_AGO = "update files set deleted_at = now() - interval '31 days' where id = $1"
AWAY = Bucket("s3://b", "us-east-1", "k", SecretStr("s"), "http://127.0.0.1:9")
MARK = b"a harbour in Zadar"


def new(name: str = "plan.md", content: bytes = MARK, **more) -> New:
    return New(name, "text/plain", content, content.decode(), **more)


async def names(user: User) -> list[str]:
    return [file.name for file in await files.listed(user.id)]


async def lost(user: User, file: File) -> bool:
    return await file_contents.get(user.id, file.id, file.key) is None


@pytest.fixture
def small(monkeypatch) -> None:
    """A plan with room for 100 bytes."""

    async def tier_of(_) -> Tier:
        return Tier("tiny", "Tiny", file_bytes=100)

    monkeypatch.setattr(tiers, "tier_of", tier_of)


async def test_a_file_is_found_with_all_that_was_kept(alice) -> None:
    kept = await files.keep(alice.id, new("Plan.md"))
    assert await files.find(alice.id, kept.id) == kept
    assert await files.text_of(alice.id, kept.id) == (kept, MARK.decode())
    assert await files.content_of(alice.id, kept) == MARK
    assert (kept.name, kept.media, kept.size, kept.tainted) == ("Plan.md", "text/plain", 18, True)


async def test_what_is_stored_tells_nothing(alice, db) -> None:
    kept = await files.keep(alice.id, new("secret plan.md"))
    stored = await file_contents.store().get(f"{alice.id}/{kept.id}")
    (row,) = await rows(db, "select name, key, text from files where id = $1", kept.id)
    for sealed in (stored, *row.values()):
        assert not any(part in sealed for part in (MARK, b"secret", bytes.fromhex(kept.key)))


async def test_bytes_that_were_moved_or_changed_do_not_open(alice) -> None:
    one, two = [await files.keep(alice.id, new(content=each)) for each in (b"one", b"two")]
    store = file_contents.store()
    stored = await store.get(f"{alice.id}/{one.id}")
    await store.put(f"{alice.id}/{two.id}", stored)
    await store.put(f"{alice.id}/{one.id}", stored[:-1] + bytes([stored[-1] ^ 1]))
    for file in (one, two):
        with pytest.raises(NotFound):
            await files.content_of(alice.id, file)


async def test_nobody_finds_anothers_file(alice, bob) -> None:
    kept = await files.keep(alice.id, new())
    for doing in (files.find, files.text_of, files.remove):
        with pytest.raises(NotFound):
            await doing(bob.id, kept.id)
    with pytest.raises(NotFound):
        await files.restore(bob.id, kept.id, None)
    assert await files.listed(bob.id) == []
    assert await names(alice) == ["plan.md"]


async def test_they_are_listed_the_newest_first(alice) -> None:
    for name in ("a", "b", "c"):
        await files.keep(alice.id, new(name))
    assert await names(alice) == ["c", "b", "a"]


async def test_a_list_does_not_read_the_texts(alice, db) -> None:
    kept = await files.keep(alice.id, new())
    await rows(db, "update files set text = $1 where id = $2", b"no ciphertext", kept.id)
    seen = []

    def see(_, __, statement, *___):
        seen.append(statement)

    engine = _engine(settings().database_app_url.get_secret_value(), CONNECTIONS).sync_engine
    event.listen(engine, "before_cursor_execute", see)
    assert await files.listed(alice.id) == [kept]
    event.remove(engine, "before_cursor_execute", see)
    (asked,) = [each for each in seen if "FROM files" in each]
    assert "files.name" in asked
    assert "files.text" not in asked


async def test_to_delete_it_once_more_changes_nothing(alice, db) -> None:
    kept = await files.keep(alice.id, new())
    since = "select deleted_at from files where id = $1"
    assert await files.remove(alice.id, kept.id) == kept
    before = await rows(db, since, kept.id)
    assert await files.remove(alice.id, kept.id) == kept
    assert await rows(db, since, kept.id) == before


async def test_a_deleted_file_is_gone_until_it_is_brought_back(alice) -> None:
    kept = await files.keep(alice.id, new())
    await files.remove(alice.id, kept.id)
    assert await names(alice) == []
    with pytest.raises(NotFound):
        await files.find(alice.id, kept.id)
    assert await files.restore(alice.id, kept.id, None) == kept
    assert await files.content_of(alice.id, kept) == MARK


async def test_what_was_deleted_is_listed_while_it_can_be_brought_back(alice, bob, db) -> None:
    first, then, old, stays = [await files.keep(alice.id, new(name)) for name in "abcd"]
    for file in (first, then, old):
        await files.remove(alice.id, file.id)
    await rows(db, LONG_AGO, old.id)
    told = await files.deleted(alice.id)
    assert [each.file for each in told] == [then, first]
    (row,) = await rows(db, "select deleted_at from files where id = $1", then.id)
    assert told[0].until - row["deleted_at"] == file_room.KEPT
    assert [await files.deleted(bob.id), await files.listed(alice.id)] == [[], [stays]]


async def test_what_comes_back_needs_its_room_again(alice, small) -> None:
    gone = await files.keep(alice.id, new(content=b"x" * 60))
    await files.remove(alice.id, gone.id)
    taken = await files.keep(alice.id, new(content=b"y" * 60))
    with pytest.raises(Refused, match="There is no room for this file"):
        await files.restore(alice.id, gone.id, None)
    assert await files.listed(alice.id) == [taken]
    assert await files.restore(alice.id, gone.id, taken.id) == gone
    assert await files.listed(alice.id) == [gone]


async def test_a_new_version_takes_the_place_of_the_old_and_gives_it_back(alice) -> None:
    old = await files.keep(alice.id, new("old.md"))
    newer = await files.keep(alice.id, new("new.md", b"new", replaces=old.id))
    assert await names(alice) == ["new.md"]
    assert await files.restore(alice.id, old.id, newer.id) == old
    assert await names(alice) == ["old.md"]


async def test_what_should_be_replaced_and_is_not_there_keeps_nothing(alice, db) -> None:
    with pytest.raises(NotFound):
        await files.keep(alice.id, new(replaces=uuid4()))
    assert not await rows(db, "select 1 from files where user_id = $1", alice.id)


async def test_what_is_removed_while_its_bytes_are_put_is_not_there_and_leaves_none(
    alice, db, monkeypatch
) -> None:
    put, kept = file_contents.put, []

    async def slow(user_id, file_id, *content) -> None:
        await put(user_id, file_id, *content)
        await rows(db, "delete from files where id = $1", file_id)
        kept.append(file_id)

    monkeypatch.setattr(file_contents, "put", slow)
    with pytest.raises(NotFound):
        await files.keep(alice.id, new())
    with pytest.raises(NoObject):
        await file_contents.store().get(f"{alice.id}/{kept[0]}")


async def test_the_same_call_again_keeps_one_file(alice) -> None:
    told = await asyncio.gather(*(files.keep(alice.id, new(call_key="k")) for _ in range(4)))
    assert {file.id for file in told} == {told[0].id}
    assert await names(alice) == ["plan.md"]


async def test_room_is_exact_when_many_come_at_once(alice, small, db) -> None:
    def keep() -> object:
        return files.keep(alice.id, new(content=b"x" * 30))

    told = await asyncio.gather(*(keep() for _ in range(8)), return_exceptions=True)
    refused = [each for each in told if isinstance(each, Refused)]
    assert len(refused) >= 5
    assert len(await files.listed(alice.id)) == 8 - len(refused)
    left = await rows(db, "select stored from files where user_id = $1", alice.id)
    assert [row["stored"] for row in left] == [True] * (8 - len(refused))
    while len(await files.listed(alice.id)) < 3:
        await keep()
    with pytest.raises(Refused, match="There is no room for this file: 0 of 0 MB"):
        await keep()


async def test_deleting_makes_room_but_not_without_end(alice, small) -> None:
    for _ in range(2):
        kept = await files.keep(alice.id, new(content=b"x" * 100))
        with pytest.raises(Refused, match="There is no room"):
            await files.keep(alice.id, new(content=b"x"))
        await files.remove(alice.id, kept.id)
    with pytest.raises(Refused) as caught:
        await files.keep(alice.id, new(content=b"x"))
    assert str(caught.value) == file_room.NO_MORE_DELETED


async def test_a_store_that_is_away_keeps_nothing_that_is_shown(alice, monkeypatch, db) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(file_contents, "store", lambda: ObjectStore(AWAY))
        with pytest.raises(StorageAway):
            await files.keep(alice.id, new(call_key="again"))
    assert await names(alice) == []
    kept = await files.keep(alice.id, new(call_key="again"))
    assert await files.content_of(alice.id, kept) == MARK
    (row,) = await rows(db, "select stored from files where user_id = $1", alice.id)
    assert row["stored"]


async def test_what_was_deleted_a_month_ago_is_removed_with_its_bytes(alice, db) -> None:
    gone, stays, fresh = [await files.keep(alice.id, new(name)) for name in ("a", "b", "c")]
    for file in (gone, fresh):
        await files.remove(alice.id, file.id)
    await rows(db, LONG_AGO, gone.id)
    await reaper.purge_once()
    left = await rows(db, "select id from files where user_id = $1", alice.id)
    assert {row["id"] for row in left} == {stays.id, fresh.id}
    assert [await lost(alice, file) for file in (gone, stays, fresh)] == [True, False, False]


async def test_what_was_brought_back_meanwhile_is_not_removed(alice) -> None:
    kept = await files.keep(alice.id, new())
    await files.purge(alice.id, kept.id)
    assert await files.content_of(alice.id, kept) == MARK
