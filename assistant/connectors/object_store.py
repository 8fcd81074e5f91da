"""Where the bytes of files lie: a folder of this machine, or a bucket that speaks S3."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from pydantic import SecretStr

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

SECONDS = 30  # for one object
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=SECONDS)}
_OPTIONS: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=5),
    "timeout": timedelta(seconds=SECONDS),
}


class StoreAway(Exception):
    """The store does not answer, or refuses us."""


class NoObject(Exception):
    """There is no object of this name."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how to get in. url: "s3://bucket/folder". endpoint: "" is Amazon's own."""

    url: str
    region: str
    key_id: str
    secret: SecretStr
    endpoint: str = ""


class ObjectStore:
    """Objects by their names, in which "/" makes folders. Everything raises StoreAway."""

    def __init__(self, where: Path | Bucket) -> None:
        self._store = _bucket(where) if isinstance(where, Bucket) else _folder(where)

    async def put(self, name: str, content: bytes) -> None:
        """Store an object, or another content under its name."""
        async with _answering():
            await obstore.put_async(self._store, name, content)

    async def get(self, name: str) -> bytes:
        """The content of an object. Raises NoObject."""
        async with _answering():
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())

    async def remove(self, *names: str) -> None:
        """Remove objects; those that are not there are removed already."""
        for name in names:
            try:
                async with _answering():
                    await obstore.delete_async(self._store, name)
            except NoObject:
                continue

    async def remove_folder(self, folder: str) -> None:
        """Remove all objects whose names begin with this folder."""
        async with _answering():
            batches = [batch async for batch in obstore.list(self._store, f"{folder}/")]
        await self.remove(*(each["path"] for batch in batches for each in batch))


def _folder(where: Path) -> LocalStore:
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(where, automatic_cleanup=True)


def _bucket(where: Bucket) -> S3Store:
    return S3Store.from_url(
        where.url,
        config={
            "region": where.region,
            "access_key_id": where.key_id,
            "secret_access_key": where.secret.get_secret_value(),
            **({"endpoint": where.endpoint} if where.endpoint else {}),
        },
        client_options={**_OPTIONS, "allow_http": where.endpoint.startswith("http://")},
        retry_config=_RETRIES,
    )


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except FileNotFoundError as error:  # which the library raises for buckets, too
        raise NoObject from error
    except (BaseError, OSError) as error:  # a timeout is an OSError
        raise StoreAway from error
