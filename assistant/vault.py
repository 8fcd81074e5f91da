"""Seals content with the user's own keys, and opens it again.

A sealed value (see `sealing.py`) begins with version 2 and the number of its data key (2 bytes);
the cell is place|row|user, so that ciphertext moved to another place, row or user does not open.
Version 1 has no number: what it sealed, the user's first key opens.
"""

from collections.abc import Iterable
from functools import lru_cache
from secrets import token_bytes
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant import key_ring
from assistant.config import settings
from assistant.key_ring import KeyRing
from assistant.sealing import KEY_BYTES, Tampered, derive, seal, unseal

__all__ = ["Tampered", "Vault", "Wrapped", "derived_key", "new_wrapped_key", "rewrapped", "unlock"]

FIRST_VERSION, VERSION = b"\x01", b"\x02"
HEAD = VERSION + b"\x00\x00"  # with the number of a key in place of these zeros
FIRST = 1  # the number of a user's first data key
LAST = 0xFFFF


class Wrapped(NamedTuple):
    """A data key as it is stored. by: the name of the key that wrapped it."""

    number: int
    wrapped: bytes
    by: str


class Vault:
    """One user's data keys, opened. The one with the highest number seals, all of them open."""

    def __init__(self, user_id: UUID, keys: dict[int, AESGCM], root: bytes) -> None:
        self.user_id = user_id
        self.keys = keys
        self._root = root
        self._derived: dict[str, bytes] = {}
        self._owner = f"|{user_id}"  # to spell an id takes longer than to seal some words

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return max(self.keys)

    def seal(self, place: str, row_id: UUID, text: str) -> bytes:
        """Encrypt text for one cell. place: "table.column"."""
        number = self.newest
        return seal(self.keys[number], head(number), self._cell(place, row_id), text.encode())

    def open(self, place: str, row_id: UUID, sealed: bytes) -> str:
        """Decrypt one cell. Raises Tampered when it was not sealed for this very cell."""
        beginning = head_of(sealed)
        key = self.keys.get(number_in(beginning))
        if key is None:
            raise Tampered("A stored value names a key that does not exist.")
        return unseal(key, len(beginning), self._cell(place, row_id), sealed).decode()

    def knows(self, sealed: Iterable[bytes | None]) -> bool:
        """Whether the keys that these values name are here."""
        heads = {value[: len(HEAD)] for value in sealed if value}  # of many values a few
        return all(number_in(each) in self.keys for each in heads)

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose. It outlives the rotation of the data keys."""
        if purpose not in self._derived:  # to derive one takes longer than to use it
            self._derived[purpose] = derive(self._root, purpose)
        return self._derived[purpose]

    def next_key(self) -> Wrapped:
        """One more data key, wrapped for storage."""
        return new_wrapped_key(self.user_id, self.newest + 1, self._root)

    def take(self, other: "Vault") -> None:
        """Have the keys that the other one has: who holds this vault sees rotated keys, too.

        Keys that were read before the ones here are not taken: a slow reading may come in last.
        """
        if other.newest >= self.newest:
            self.keys = other.keys

    def _cell(self, place: str, row_id: UUID) -> bytes:
        return f"{place}|{row_id!s}{self._owner}".encode()


def head(number: int) -> bytes:
    """How a value begins that the data key of this number has sealed."""
    return VERSION + number.to_bytes(2)


def head_of(sealed: bytes) -> bytes:
    """How this value begins."""
    return sealed[:3] if sealed[:1] == VERSION else sealed[:1]


def number_in(sealed: bytes) -> int:
    """The number of the data key that sealed it, 0 when it names none."""
    if sealed[:1] == VERSION:
        return int.from_bytes(sealed[1:3])
    return FIRST if sealed[:1] == FIRST_VERSION else 0


def new_wrapped_key(user_id: UUID, number: int = FIRST, root: bytes = b"") -> Wrapped:
    """A fresh data key for a user. root: what the first one carries on to the later ones.

    Raises OverflowError behind the last number.
    """
    if number > LAST:
        raise OverflowError("A user has no more than 65,535 data keys.")
    return _wrapped(user_id, number, token_bytes(KEY_BYTES) + root)


def unlock(user_id: UUID, *keys: Wrapped, by: KeyRing | None = None) -> Vault:
    """The user's vault. by: the wrapping keys, this process's where nothing is given.

    Raises Tampered when a key was wrapped for someone else, KeyLost when the ring lacks the key.
    """
    unwrap = by.unwrap if by else key_ring.unwrap
    opened = {
        key.number: unwrap(key.by, key.wrapped, _key_cell(user_id, key.number)) for key in keys
    }
    plain = opened[max(opened)]
    root = plain[KEY_BYTES:] or derive(plain, "user root")
    return Vault(user_id, {n: AESGCM(key[:KEY_BYTES]) for n, key in opened.items()}, root)


def rewrapped(user_id: UUID, key: Wrapped) -> Wrapped:
    """The same data key, wrapped by the wrapping key of now. Raises like `unlock`."""
    plain = key_ring.unwrap(key.by, key.wrapped, _key_cell(user_id, key.number))
    return _wrapped(user_id, key.number, plain)


def _wrapped(user_id: UUID, number: int, plain: bytes) -> Wrapped:
    current = key_ring.current()
    return Wrapped(number, current.wrap(plain, _key_cell(user_id, number)), current.name)


def _key_cell(user_id: UUID, number: int) -> bytes:
    place = "user_keys.wrapped" if number == FIRST else f"user_keys.wrapped|{number}"
    return f"{place}|{user_id}".encode()


@lru_cache(maxsize=16)
def derived_key(purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, derived from ASSISTANT_SECRET_KEY."""
    return derive(settings().assistant_secret_key.get_secret_value().encode(), purpose)
