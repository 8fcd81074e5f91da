"""The bytes of files lie where the settings say, sealed with a key of each file's own."""

from uuid import uuid4

import pytest

from assistant.config import settings
from assistant.services import file_contents
from assistant.services.file_contents import get, new_key, put, remove, remove_all


@pytest.fixture
def user_id(prepared):
    return uuid4()


async def test_what_was_put_is_got_with_its_key_alone(user_id) -> None:
    file_id, key = uuid4(), new_key()
    await put(user_id, file_id, key, b"words")
    assert await get(user_id, file_id, key) == b"words"
    for other in (new_key(), ""):
        assert await get(user_id, file_id, other) is None
    assert await get(user_id, uuid4(), key) is None


async def test_what_was_removed_is_gone(user_id) -> None:
    key, ids = new_key(), [uuid4() for _ in range(3)]
    for file_id in ids:
        await put(user_id, file_id, key, b"words")
    await remove(user_id, ids[0])
    assert [await get(user_id, each, key) for each in ids] == [None, b"words", b"words"]
    await remove_all(user_id)
    assert [await get(user_id, each, key) for each in ids] == [None] * 3


def test_no_two_files_have_the_same_key() -> None:
    assert len({new_key() for _ in range(100)}) == 100


@pytest.fixture
def chosen(monkeypatch):
    """Let the settings be these: chosen(NAME=value)."""

    def choose(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        file_contents.store.cache_clear()

    yield choose
    monkeypatch.undo()
    settings.cache_clear()
    file_contents.store.cache_clear()


async def test_by_default_they_lie_in_the_data_folder(user_id, tmp_path, chosen) -> None:
    chosen(ASSISTANT_DATA_DIR=str(tmp_path))
    file_id = uuid4()
    await put(user_id, file_id, new_key(), b"words")
    assert (tmp_path / "files" / str(user_id) / str(file_id)).stat().st_size == 5 + 29


def test_an_address_of_a_bucket_leads_there(prepared, chosen) -> None:
    chosen(STORAGE_URL="s3://bucket/folder", STORAGE_ENDPOINT="https://s3.example")
    told = repr(file_contents.store()._store)
    assert "bucket" in told
    assert "folder" in told
