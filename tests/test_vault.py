"""The vault: what it seals opens in its own cell only, whichever of the user's keys sealed it."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from assistant import sealing
from assistant.config import settings
from assistant.key_ring import KeyLost, KeyRing, LocalKey
from assistant.sealing import NONCE_BYTES, derive
from assistant.vault import Tampered, Wrapped, new_wrapped_key, unlock

pytestmark = pytest.mark.usefixtures("prepared")
PLACE = "messages.content"
PLACES = (PLACE, "conversations.title", "tool_executions.output")


def vault(user_id: UUID):
    return unlock(user_id, new_wrapped_key(user_id))


@given(st.text())
def test_any_text_comes_back_as_it_was(text):
    row, mine = uuid4(), vault(uuid4())
    if not text.isprintable() and any("\ud800" <= c <= "\udfff" for c in text):
        return
    sealed = mine.seal(PLACE, row, text)
    assert mine.open(PLACE, row, sealed) == text
    if len(text) > 3:
        assert text.encode() not in sealed


def test_a_sealed_value_does_not_open_elsewhere():
    alice, row = uuid4(), uuid4()
    hers, his = vault(alice), vault(uuid4())
    sealed = hers.seal(PLACE, row, "secret")
    for opener, place, row_id in (
        (hers, "conversations.title", row),
        (hers, PLACE, uuid4()),
        (his, PLACE, row),
        (vault(alice), PLACE, row),
    ):
        with pytest.raises(Tampered):
            opener.open(place, row_id, sealed)


def test_a_changed_or_shortened_value_does_not_open():
    row, mine = uuid4(), vault(uuid4())
    sealed = mine.seal(PLACE, row, "secret")
    changed = [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :] for i in range(len(sealed))]
    shortened = [sealed[:i] for i in range(len(sealed))]
    for wrong in (*changed, *shortened, sealed + b"\x00", b""):
        with pytest.raises(Tampered):
            mine.open(PLACE, row, wrong)


def test_no_nonce_comes_twice():
    """A key seals so many values and no more: 2^32 is where random nonces must end (`sealing.py`);
    a user who writes a value in each second needs a century, and rotation begins anew."""
    row, mine = uuid4(), vault(uuid4())
    nonces = {mine.seal(PLACE, row, "x")[3 : 3 + NONCE_BYTES] for _ in range(100_000)}
    assert len(nonces) == 100_000


def test_ciphertext_swapped_between_rows_columns_and_users_never_opens():
    users = [vault(uuid4()) for _ in range(10)]
    cells = [(user, place, uuid4()) for user in users for place in PLACES for _ in range(34)]
    values = [user.seal(place, row, f"secret {row}") for user, place, row in cells]
    assert len(values) > 1_000
    for step in (1, 34, 102, len(cells) // 2):
        for at, (user, place, row) in enumerate(cells):
            with pytest.raises(Tampered):
                user.open(place, row, values[at - step])


def test_what_the_first_version_sealed_still_opens():
    user, row, key = uuid4(), uuid4(), b"k" * 32
    secret = settings().assistant_secret_key.get_secret_value()
    first = AESGCM(derive(secret.encode(), "key-encryption key"))
    wrapped = sealing.seal(first, b"\x01", f"user_keys.wrapped|{user}".encode(), key)
    sealed = sealing.seal(AESGCM(key), b"\x01", f"{PLACE}|{row}|{user}".encode(), b"words")
    old = unlock(user, Wrapped(1, wrapped, "env-1"))
    assert old.open(PLACE, row, sealed) == "words"
    both = unlock(user, Wrapped(1, wrapped, "env-1"), old.next_key())
    assert both.open(PLACE, row, sealed) == "words"
    with pytest.raises(Tampered):
        both.open(PLACE, uuid4(), sealed)


def test_the_newest_key_seals_and_every_key_opens():
    user, row = uuid4(), uuid4()
    first = new_wrapped_key(user)
    old = unlock(user, first)
    second = old.next_key()
    both, new = unlock(user, first, second), unlock(user, second)
    assert (old.newest, both.newest) == (1, 2)
    assert both.open(PLACE, row, old.seal(PLACE, row, "before")) == "before"
    assert new.open(PLACE, row, both.seal(PLACE, row, "after")) == "after"
    assert not old.knows([None, both.seal(PLACE, row, "after")])
    with pytest.raises(Tampered):
        new.open(PLACE, row, old.seal(PLACE, row, "before"))


def test_keys_that_were_read_before_are_not_taken():
    user, row = uuid4(), uuid4()
    first = new_wrapped_key(user)
    before = unlock(user, first)
    second = before.next_key()
    now = unlock(user, first, second)
    value = now.seal(PLACE, row, "after")
    now.take(before)
    assert now.open(PLACE, row, value) == "after"
    before.take(now)
    assert before.newest == 2
    now.take(unlock(user, second))  # the old one was dropped
    assert list(now.keys) == [2]


def test_the_number_of_the_key_cannot_be_changed():
    user, row = uuid4(), uuid4()
    first = new_wrapped_key(user)
    both = unlock(user, first, unlock(user, first).next_key())
    sealed = both.seal(PLACE, row, "secret")
    for changed in (b"\x02\x00\x01" + sealed[3:], b"\x01" + sealed[3:]):
        with pytest.raises(Tampered):
            both.open(PLACE, row, changed)


def test_a_derived_key_outlives_rotation_and_differs_by_user_and_purpose():
    user = uuid4()
    first = new_wrapped_key(user)
    before = unlock(user, first)
    second = before.next_key()
    third = unlock(user, second).next_key()
    after = unlock(user, third)
    assert before.derived("search") == unlock(user, first, second).derived("search")
    assert before.derived("search") == after.derived("search")
    others = {before.derived("other"), vault(user).derived("search"), vault(uuid4()).derived("x")}
    assert before.derived("search") not in others


def test_there_is_an_end_to_the_numbers():
    with pytest.raises(OverflowError):
        new_wrapped_key(uuid4(), 2**16)


def test_a_key_that_was_wrapped_for_another_user_or_number_does_not_open():
    user = uuid4()
    key = new_wrapped_key(user, 2)
    for user_id, number in ((uuid4(), 2), (user, 1), (user, 3)):
        with pytest.raises(Tampered):
            unlock(user_id, key._replace(number=number))


def test_a_key_does_not_open_with_another_secret():
    user = uuid4()
    stranger = KeyRing.of([LocalKey("another-secret-" * 4)])
    with pytest.raises(KeyLost):
        unlock(user, new_wrapped_key(user), by=stranger)
    with pytest.raises(Tampered):
        unlock(user, new_wrapped_key(user)._replace(by="env-1"), by=stranger)
