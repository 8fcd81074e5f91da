"""The bytes of files: sealed with a key of each file's own, in the object store.

The key is sealed in the file's row, so a rotation of the user's keys leaves the bytes as they are,
and without the row nothing opens them. Names are ids: they tell nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from secrets import token_hex
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.config import settings
from assistant.connectors.object_store import Bucket, NoObject, ObjectStore, StoreAway
from assistant.errors import StorageAway
from assistant.sealing import KEY_BYTES, Tampered, seal, unseal

VERSION = b"\x01"

log = structlog.get_logger()


def new_key() -> str:
    """A key for one file, as it is written in its row."""
    return token_hex(KEY_BYTES)


async def put(user_id: UUID, file_id: UUID, key: str, content: bytes) -> None:
    """Store the bytes of a file. Raises StorageAway."""
    name = _name(user_id, file_id)
    sealed = await asyncio.to_thread(seal, _cipher(key), VERSION, name.encode(), content)
    async with _reaching():
        await store().put(name, sealed)


async def get(user_id: UUID, file_id: UUID, key: str) -> bytes | None:
    """The bytes of a file, None where they are lost or do not open. Raises StorageAway."""
    name = _name(user_id, file_id)
    try:
        async with _reaching():
            sealed = await store().get(name)
    except NoObject:
        return None
    try:
        return await asyncio.to_thread(_opened, key, name.encode(), sealed)
    except Tampered:
        log.warning("unreadable", object=name)
        return None


async def remove(user_id: UUID, file_id: UUID) -> None:
    """Remove the bytes of a file. Raises StorageAway."""
    async with _reaching():
        await store().remove(_name(user_id, file_id))


async def remove_all(user_id: UUID) -> None:
    """Remove the bytes of all of the user's files. Raises StorageAway."""
    async with _reaching():
        await store().remove_folder(str(user_id))


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """Where the settings say that files lie."""
    chosen = settings()
    if not chosen.storage_url:
        return ObjectStore(chosen.assistant_data_dir.absolute() / "files")
    return ObjectStore(
        Bucket(
            chosen.storage_url,
            chosen.aws_region,
            chosen.aws_access_key_id,
            chosen.aws_secret_access_key,
            chosen.storage_endpoint,
        )
    )


def _name(user_id: UUID, file_id: UUID) -> str:
    return f"{user_id}/{file_id}"


def _opened(key: str, cell: bytes, sealed: bytes) -> bytes:
    if not key:
        raise Tampered("The key of a file could not be opened.")
    return unseal(_cipher(key), len(VERSION), cell, sealed)


def _cipher(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key))


@asynccontextmanager
async def _reaching() -> AsyncIterator[None]:
    try:
        yield
    except StoreAway as error:
        raise StorageAway from error
