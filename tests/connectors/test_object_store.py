"""Objects are put, got and removed, in a folder and in a bucket that speaks S3."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from assistant.connectors import object_store
from assistant.connectors.object_store import Bucket, NoObject, ObjectStore, StoreAway

ACCESS = {"region_name": "us-east-1", "aws_access_key_id": "k", "aws_secret_access_key": "s"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def bucket(endpoint: str, name: str) -> Bucket:
    return Bucket(f"s3://{name}/files", "us-east-1", "k", SecretStr("s"), endpoint)


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path) -> ObjectStore:
    if request.param == "folder":
        return ObjectStore(tmp_path / "files")
    name, endpoint = f"b{uuid4().hex}", request.getfixturevalue("s3")
    boto3.client("s3", endpoint_url=endpoint, **ACCESS).create_bucket(Bucket=name)
    return ObjectStore(bucket(endpoint, name))


async def test_what_was_put_is_got_and_can_be_put_anew(store) -> None:
    content = os.urandom(3_000_000)
    await store.put("a/b", b"old")
    await store.put("a/b", content)
    assert await store.get("a/b") == content


async def test_what_was_removed_is_gone_and_may_be_removed_again(store) -> None:
    for name in ("a/b", "a/c"):
        await store.put(name, b"x")
    await store.remove("a/b", "a/nothing")
    await store.remove("a/b")
    with pytest.raises(NoObject):
        await store.get("a/b")
    assert await store.get("a/c") == b"x"


async def test_a_folder_is_removed_and_its_neighbours_stay(store) -> None:
    for name in ("a/1", "a/2", "ab/1", "b/1"):
        await store.put(name, name.encode())
    await store.remove_folder("a")
    await store.remove_folder("nothing")
    for name in ("a/1", "a/2"):
        with pytest.raises(NoObject):
            await store.get(name)
    assert [await store.get(name) for name in ("ab/1", "b/1")] == [b"ab/1", b"b/1"]


async def test_what_lies_in_a_folder_is_for_our_account_alone(tmp_path) -> None:
    ObjectStore(tmp_path / "new" / "files")
    assert (tmp_path / "new" / "files").stat().st_mode & 0o777 == 0o700


async def test_no_name_leads_out_of_the_folder(tmp_path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(ValueError, match="illegal"):
        await ObjectStore(tmp_path / "files").get("../secret")


@pytest.fixture
def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def test_a_bucket_that_is_away_says_so(nobody) -> None:
    away = ObjectStore(bucket(nobody, "b"))
    for doing in (away.put("a", b""), away.get("a"), away.remove("a"), away.remove_folder("a")):
        with pytest.raises(StoreAway):
            await doing


async def test_a_bucket_that_does_not_exist_is_away(s3) -> None:
    with pytest.raises((StoreAway, NoObject)):
        await ObjectStore(bucket(s3, "missing")).put("a", b"")


async def test_a_server_that_says_nothing_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(object_store, "SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        away = ObjectStore(bucket(f"http://127.0.0.1:{silent.getsockname()[1]}", "b"))
        with pytest.raises(StoreAway):
            await away.get("a")


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "files")
    (tmp_path / "files" / "a").write_text("a file where a folder should be")
    with pytest.raises(StoreAway):
        await store.put("a/b", b"")
