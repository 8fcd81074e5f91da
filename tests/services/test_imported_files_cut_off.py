"""Files of an archive whose storage went away meanwhile are taken up again."""

from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from assistant.connectors.object_store import Bucket, ObjectStore
from assistant.errors import StorageAway
from assistant.services import file_contents, files
from assistant.services.imports import import_archive
from tests.services.archives import (
    PLAN,
    import_one,
    listed_file,
    with_files,
)

AWAY = Bucket("s3://b", "us-east-1", "k", SecretStr("s"), "http://127.0.0.1:9")


@contextmanager
def storage_away():
    """Where files lie does not answer; yields each time that it is asked."""
    asked = []

    def store() -> ObjectStore:
        asked.append(1)
        return ObjectStore(AWAY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_contents, "store", store)
        yield asked


async def test_what_was_cut_off_is_taken_up_again(alice) -> None:
    given = with_files([listed_file(1)], {"files/1.txt": PLAN})
    with storage_away():
        done = await import_archive(alice, given)
    assert (done.files, done.skipped) == (0, [("1.txt", str(StorageAway()))])
    assert (await import_archive(alice, given)).files == 1
    [file] = await files.listed(alice.id)
    assert await files.content_of(alice.id, file) == PLAN


async def test_a_store_that_does_not_answer_is_asked_once(alice) -> None:
    items = [listed_file(number, "files/1.txt") for number in range(1, 5)]
    with storage_away() as asked:
        done = await import_archive(alice, with_files(items, {"files/1.txt": PLAN}))
    assert (done.files, len(asked)) == (0, 1)
    assert done.skipped == [(f"{number}.txt", str(StorageAway())) for number in range(1, 5)]


async def test_another_file_does_not_take_the_place_of_one_that_was_cut_off(alice) -> None:
    """Else it would have the room of a smaller one."""
    with storage_away():
        await import_one(alice, b"x")
    [left] = await import_one(alice, b"x" * 1_000_000)
    assert left.why == files.CUT_OFF
    assert await files.listed(alice.id) == []
