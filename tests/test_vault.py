"""The vault: what it seals opens in its own cell only, and no plain text reaches the database."""

import base64
import json
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services import conversations
from assistant.vault import NONCE_BYTES, Tampered, new_wrapped_key, unlock
from tests.services.talk import ask, say, shown

pytestmark = pytest.mark.usefixtures("prepared")
PLACE = "messages.content"


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
    row, mine = uuid4(), vault(uuid4())
    nonces = {mine.seal(PLACE, row, "x")[1 : NONCE_BYTES + 1] for _ in range(10_000)}
    assert len(nonces) == 10_000


def test_a_key_that_was_wrapped_for_another_user_does_not_open():
    wrapped = new_wrapped_key(uuid4())
    with pytest.raises(Tampered):
        unlock(uuid4(), wrapped)


def test_a_key_does_not_open_with_another_secret(monkeypatch):
    from assistant import vault as module
    from assistant.config import settings

    def forget() -> None:
        module._key_encryption.cache_clear()
        module.derived_key.cache_clear()

    user_id = uuid4()
    wrapped = new_wrapped_key(user_id)
    with monkeypatch.context() as patch:
        patch.setenv("ASSISTANT_SECRET_KEY", "another-secret-" * 4)
        settings.cache_clear()
        forget()
        with pytest.raises(Tampered):
            unlock(user_id, wrapped)
    settings.cache_clear()
    forget()
    assert unlock(user_id, wrapped).user_id == user_id


async def test_no_plain_text_reaches_the_database(alice, demo, db):
    canary = f"canäry {uuid4().hex} ✓"
    started = await say(alice, f'use calculator {{"expression": "1+1"}}\n{canary}')
    await ask(alice, canary)
    await conversations.rename(alice.id, started.conversation_id, canary)
    assert canary in str(await shown(alice, started.conversation_id))
    stored = await everything(db)
    assert started.conversation_id.hex.encode() in stored.replace(b"-", b"")
    for written in written_forms(canary):
        assert written not in stored


def written_forms(text: str) -> list[bytes]:
    """The text, and its middle, as they would stand in a dump."""
    raw = text.encode()
    codes = [base64.b64encode(raw[i:])[4:-4] for i in range(3)]
    words = [w.encode() for w in text.split()[1:2]]
    return [raw, json.dumps(text)[1:-1].encode(), raw.hex().encode(), *words, *codes,
            *(word.hex().encode() for word in words)]  # fmt: skip


async def everything(admin_url: str) -> bytes:
    """Every row of every table as a dump writes it; bytes are in there in hex."""
    connection = await asyncpg.connect(admin_url)
    tables = await connection.fetch(
        "select relname from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'i', 'p')"
        " and relkind <> 'i'"
    )
    rows = [
        str(tuple(row.values()))
        for table in tables
        for row in await connection.fetch(f"select t::text from {table['relname']} t")  # noqa: S608
    ]
    await connection.close()
    return "\n".join(rows).encode()
