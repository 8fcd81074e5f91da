"""Each user's data keys: made with the account, opened on use, and known anew every few seconds."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Connection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from assistant.database import user_of
from assistant.errors import NotFound
from assistant.models import UserKey
from assistant.vault import Tampered, Vault, Wrapped, new_wrapped_key, unlock

KNOWN_FOR_SECONDS = 5.0  # who seals with an older key than the newest notices within this time
UNREADABLE = "Unreadable"
KEYS = "number, wrapped, wrapped_by"  # the columns of user_keys that open a vault

log = structlog.get_logger()


@dataclass(slots=True)
class _Opened:
    vault: Vault
    until: float


_OPENED: OrderedDict[UUID, _Opened] = OrderedDict()
_OPENED_AT_MOST = 2_000


def create_key(session: AsyncSession) -> Vault:
    """Give the session's user a first data key."""
    key = new_wrapped_key(user_of(session))
    session.add(row_of(user_of(session), key))
    return unlock(user_of(session), key)


def row_of(user_id: UUID, key: Wrapped) -> UserKey:
    """The row that stores the key."""
    return UserKey(user_id=user_id, number=key.number, wrapped=key.wrapped, wrapped_by=key.by)


async def vault_in(session: AsyncSession, sealed: Iterable[bytes | None] = ()) -> Vault:
    """The vault of the session's user. sealed: what it is to open, read in this transaction.

    Another process may have given the user a new key: values that name one lead to it at once.
    """
    return await _known_or(lambda: fresh_vault(session), user_of(session), sealed)


async def vault_over(
    connection: Connection, user_id: UUID, sealed: Iterable[bytes | None] = ()
) -> Vault:
    """As `vault_in`, for a transaction on the driver's own connection."""

    return await _known_or(lambda: fresh_vault_over(connection, user_id), user_id, sealed)


async def vault_of(
    user_id: UUID, keys: Sequence[Iterable[Any]], sealed: Iterable[bytes | None] = ()
) -> Vault:
    """As `vault_in`, where all rows of the user's keys (KEYS) were read in this transaction."""

    async def read() -> Vault:
        return _unlocked(user_id, keys)

    return await _known_or(read, user_id, sealed)


async def _known_or(
    read: Callable[[], Awaitable[Vault]], user_id: UUID, sealed: Iterable[bytes | None]
) -> Vault:
    known = _OPENED.get(user_id)
    if known is None or known.until < time.monotonic() or not known.vault.knows(sealed):
        vault = await read()
        if (known := _OPENED.get(user_id)) is not None:  # others may have read meanwhile
            known.vault.take(vault)
            vault = known.vault
        known = _OPENED[user_id] = _Opened(vault, time.monotonic() + KNOWN_FOR_SECONDS)
        if len(_OPENED) > _OPENED_AT_MOST:
            _OPENED.popitem(last=False)
    _OPENED.move_to_end(user_id)
    return known.vault


def forget(user_id: UUID) -> None:
    """Hold the user's keys no longer; who still has their vault can go on with it."""
    _OPENED.pop(user_id, None)


async def fresh_vault(session: AsyncSession) -> Vault:
    """The vault with the keys that the database has now. Raises NotFound: the account is erased."""
    query = select(UserKey.number, UserKey.wrapped, UserKey.wrapped_by)
    return _unlocked(user_of(session), (await session.execute(query)).all())


async def fresh_vault_over(connection: Connection, user_id: UUID) -> Vault:
    """As `fresh_vault`, for a transaction on the driver's own connection."""
    rows = await connection.fetch(f"select {KEYS} from user_keys")  # noqa: S608
    return _unlocked(user_id, rows)


def _unlocked(user_id: UUID, rows: Sequence[Iterable[Any]]) -> Vault:
    if not rows:
        raise NotFound("account")
    return unlock(user_id, *(Wrapped(*row) for row in rows))


def opened_or(vault: Vault, place: str, row_id: UUID, sealed: bytes | None, instead: str) -> str:
    """The text of one cell, "" of an empty one, or another text where it does not open.

    That is logged, and the page lives.
    """
    if sealed is None:
        return ""
    try:
        return vault.open(place, row_id, sealed)
    except Tampered:
        log.warning("unreadable", place=place, row=str(row_id))
        return instead
