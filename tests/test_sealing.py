"""Authenticated encryption of single values."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from assistant.sealing import Tampered, derive, seal, unseal

KEY = bytes(32)


@pytest.mark.parametrize("cipher", [AESGCM(KEY), AESGCMSIV(KEY)])
def test_head_and_cell_are_bound(cipher):
    sealed = seal(cipher, b"\x02\x00\x01", b"cell", b"words")
    assert sealed.startswith(b"\x02\x00\x01")
    assert unseal(cipher, 3, b"cell", sealed) == b"words"
    for head_bytes, cell, value in (
        (3, b"other", sealed),
        (2, b"cell", sealed),
        (3, b"cell", b"\x02\x00\x02" + sealed[3:]),
        (3, b"cell", sealed[:-1]),
        (3, b"cell", sealed[:10]),
        (3, b"cell", b""),
    ):
        with pytest.raises(Tampered):
            unseal(cipher, head_bytes, cell, value)


def test_derived_keys_differ_by_secret_and_purpose():
    keys = {derive(secret, purpose) for secret in (b"a", b"b") for purpose in ("x", "y")}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 4
    assert derive(b"a", "x") in keys
