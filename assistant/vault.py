"""Seals content with the user's own key, and opens it again.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The associated data names the cell
(version, place, row, user), so that ciphertext moved to another cell does not open.
A sealed value is: version (1 byte), nonce (12 bytes), ciphertext with tag.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assistant.config import settings

VERSION = b"\x01"
NONCE_BYTES = 12
WRAPPED_BY = "env-1"  # names the key-encryption key, so that it can be rotated


@dataclass(frozen=True, slots=True)
class Vault:
    """One user's key, opened."""

    user_id: UUID
    cipher: AESGCM

    def seal(self, place: str, row_id: UUID, text: str) -> bytes:
        """Encrypt text for one cell. place: "table.column"."""
        return _seal(self.cipher, self._cell(place, row_id), text.encode())

    def open(self, place: str, row_id: UUID, sealed: bytes) -> str:
        """Decrypt one cell. Raises Tampered when it was not sealed for this very cell."""
        return _open(self.cipher, self._cell(place, row_id), sealed).decode()

    def _cell(self, place: str, row_id: UUID) -> bytes:
        return f"{place}|{row_id}|{self.user_id}".encode()


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was changed."""


def new_wrapped_key(user_id: UUID) -> bytes:
    """A fresh data key for a user, wrapped for storage."""
    return _seal(_key_encryption(), _key_cell(user_id), secrets.token_bytes(32))


def unlock(user_id: UUID, wrapped: bytes) -> Vault:
    """The user's vault. Raises Tampered when the key was wrapped for someone else."""
    return Vault(user_id, AESGCM(_open(_key_encryption(), _key_cell(user_id), wrapped)))


@lru_cache(maxsize=1)
def _key_encryption() -> AESGCM:
    return AESGCM(derived_key("key-encryption key"))


@lru_cache(maxsize=8)
def derived_key(purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, derived from ASSISTANT_SECRET_KEY (RFC 5869)."""
    secret = settings().assistant_secret_key.get_secret_value().encode()
    return HKDF(SHA256(), 32, None, f"assistant {purpose} 1".encode()).derive(secret)


def _key_cell(user_id: UUID) -> bytes:
    return f"user_keys.wrapped|{user_id}".encode()


def _seal(cipher: AESGCM, cell: bytes, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plain, VERSION + cell)


def _open(cipher: AESGCM, cell: bytes, sealed: bytes) -> bytes:
    version, nonce, rest = sealed[:1], sealed[1 : NONCE_BYTES + 1], sealed[NONCE_BYTES + 1 :]
    try:
        return cipher.decrypt(nonce, rest, version + cell)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise Tampered("A stored value could not be opened.") from error
