"""Authenticated encryption of single values: the form that everything sealed shares.

A sealed value is: head (1 version byte, and what a version adds), nonce (12 bytes), ciphertext with
tag. The associated data are the head and the cell, the name of the only spot where it opens.
AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces: one key may seal 2^32 values. The synthetic
nonces of AES-256-GCM-SIV (RFC 8452) know no such bound that could be reached.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32

Cipher = AESGCM | AESGCMSIV


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was changed."""


def seal(cipher: Cipher, head: bytes, cell: bytes, plain: bytes) -> bytes:
    """Encrypt for one cell."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + cell)


def unseal(cipher: Cipher, head_bytes: int, cell: bytes, sealed: bytes) -> bytes:
    """Decrypt; the head has so many bytes. Raises Tampered."""
    at = head_bytes + NONCE_BYTES
    try:
        return cipher.decrypt(sealed[head_bytes:at], sealed[at:], sealed[:head_bytes] + cell)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise Tampered("A stored value could not be opened.") from error


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (HKDF, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, None, f"assistant {purpose} 1".encode()).derive(secret)
