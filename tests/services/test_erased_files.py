"""Across erasure and files: the bytes of an erased account go with it, whatever happens."""

import pytest
import stamina
from pydantic import SecretStr
from structlog.testing import capture_logs

from assistant.connectors.object_store import Bucket, NoObject, ObjectStore
from assistant.errors import StorageAway
from assistant.services import erasure, file_contents, files, keys
from assistant.services.files import New
from tests.services.talk import rows

AWAY = Bucket("s3://b", "us-east-1", "k", SecretStr("s"), "http://127.0.0.1:9")
MARK = b"a harbour in Zadar"
DUE = "update profiles set erase_at = now() where user_id = $1"
LONG_DUE = "update profiles set erase_at = now() - interval '25 hours' where user_id = $1"


def new() -> New:
    return New("plan.md", "text/plain", MARK, MARK.decode())


def away() -> ObjectStore:
    """A store that does not answer."""
    return ObjectStore(AWAY)


@pytest.fixture(autouse=True)
def _soon_tired():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


async def is_there(user, file) -> bool:
    try:
        return bool(await file_contents.store().get(f"{user.id}/{file.id}"))
    except NoObject:
        return False


async def test_they_go_and_nobody_elses(alice, bob, db) -> None:
    mine, others = [await files.keep(user.id, new()) for user in (alice, bob)]
    await rows(db, DUE, alice.id)
    assert await erasure.erase(alice.id)
    assert not await is_there(alice, mine)
    assert await files.content_of(bob.id, others) == MARK


async def test_an_erasure_that_is_cut_off_leaves_none_that_nobody_removes(
    alice, db, monkeypatch
) -> None:
    kept = await files.keep(alice.id, new())
    await rows(db, DUE, alice.id)

    def die(_) -> None:
        raise SystemExit  # as if the process had ended right after the commit

    monkeypatch.setattr(keys, "forget", die)
    with pytest.raises(SystemExit):
        await erasure.erase(alice.id)
    assert not await rows(db, "select 1 from profiles where user_id = $1", alice.id)
    assert not await is_there(alice, kept)


async def test_a_store_that_is_away_is_waited_for(alice, db, monkeypatch) -> None:
    kept = await files.keep(alice.id, new())
    await rows(db, DUE, alice.id)
    with monkeypatch.context() as patch:
        patch.setattr(file_contents, "store", away)
        with pytest.raises(StorageAway):
            await erasure.erase(alice.id)
    assert await is_there(alice, kept)
    assert await erasure.erase(alice.id)
    assert not await is_there(alice, kept)


async def test_and_no_longer_than_a_day(alice, db, monkeypatch) -> None:
    await files.keep(alice.id, new())
    await rows(db, LONG_DUE, alice.id)
    monkeypatch.setattr(file_contents, "store", away)
    with capture_logs() as told:
        assert await erasure.erase(alice.id)
    left = {each["folder"] for each in told if each["event"] == "objects_left"}
    assert left == {str(alice.id)}
    assert not await rows(db, "select 1 from files where user_id = $1", alice.id)
