"""The names of local sign-ins: no database holds them, and everybody is found by theirs."""

from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from assistant import key_ring
from assistant.config import settings
from assistant.services import keys
from assistant.services.accounts import sign_in_by_name
from assistant.services.identities import listed
from assistant.services.inputs import NAME_CHARACTERS
from assistant.services.local_names import HASHED, hash_anew, subject_of
from assistant.vault import derived_key
from tests.conftest import SECRET
from tests.services.talk import rows

SUBJECT = "select subject from identities where user_id = $1"


@pytest.fixture(autouse=True)
async def nobody(db):
    """Nobody who came in other tests has a name: all that are there are hashed again and again."""
    await rows(db, "delete from identities")


def name() -> str:
    return f"Zo\u00e9 {uuid4().hex}"


async def subject_in(db: str, user_id) -> str:
    (row,) = await rows(db, SUBJECT, user_id)
    return row["subject"]


def forget_secret() -> None:
    settings.cache_clear()
    derived_key.cache_clear()
    key_ring.ring.cache_clear()
    keys._OPENED.clear()


@pytest.fixture
async def exchanged(db, monkeypatch):
    """Exchanges the secret: exchanged(). Afterwards it is the old one again, for all tests."""

    def exchange() -> None:
        monkeypatch.setenv("ASSISTANT_SECRET_KEY", "another-secret-of-enough-bytes-" * 2)
        monkeypatch.setenv("ASSISTANT_OLD_KEYS", SECRET)
        forget_secret()

    yield exchange
    monkeypatch.undo()
    forget_secret()
    await hash_anew()


async def test_no_part_of_a_name_is_stored_in_clear(db):
    zoe = name()
    tokens = await sign_in_by_name(zoe)
    assert HASHED.fullmatch(await subject_in(db, tokens.user_id))
    stored = "select identities::text as row, encode(label, 'escape') as label from identities"
    (row,) = await rows(db, f"{stored} where user_id = $1", tokens.user_id)
    for written in (zoe, zoe.lower(), zoe.split()[1], zoe.encode().hex()):
        assert written not in row["row"] + row["label"]


async def test_a_name_cannot_be_guessed_without_the_secret(exchanged):
    zoe = name()
    before = subject_of(zoe)
    assert subject_of(zoe.upper()) == before != subject_of(zoe + "x")
    exchanged()
    assert subject_of(zoe).rpartition("-")[2] != before.rpartition("-")[2]


@pytest.mark.parametrize("label", ["label", "null"])
async def test_a_name_from_before_they_were_hashed_is_hashed_and_its_owner_found(label, db):
    zoe = name()
    tokens = await sign_in_by_name(zoe)
    clear = f"update identities set subject = $2, label = {label} where user_id = $1"  # noqa: S608
    await rows(db, clear, tokens.user_id, zoe.lower())
    for _ in range(2):
        await hash_anew()
        assert await subject_in(db, tokens.user_id) == subject_of(zoe)
    assert (await sign_in_by_name(zoe)).user_id == tokens.user_id


async def test_everybody_is_found_after_the_secret_was_exchanged(db, exchanged):
    zoe = name()
    tokens = await sign_in_by_name(zoe)
    (before,) = await listed(tokens.user_id)
    exchanged()
    await hash_anew()
    assert (await sign_in_by_name(zoe)).user_id == tokens.user_id
    (after,) = await listed(tokens.user_id)
    assert after.id == before.id


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("update identities set label = 'x' where user_id = $1", "Tampered"),
        ("delete from user_keys where user_id = $1", "NotFound"),
    ],
)
async def test_a_label_that_does_not_open_holds_up_nobody(damage, error, alice, db, exchanged):
    zoe = name()
    tokens = await sign_in_by_name(zoe)
    await rows(db, damage, alice.id)
    before = await subject_in(db, alice.id)
    exchanged()
    with capture_logs() as logs:
        await hash_anew()
    told = {"event": "name_not_hashed", "user": str(alice.id), "error": error}
    assert [entry for entry in logs if entry.items() >= told.items()]
    assert await subject_in(db, alice.id) == before
    assert await subject_in(db, tokens.user_id) == subject_of(zoe)


async def test_what_providers_say_is_left_as_it_is(db, alice):
    said = uuid4().hex
    await rows(db, "update identities set issuer = 'x', subject = $2 where user_id = $1",
               alice.id, said)  # fmt: skip
    await hash_anew()
    assert await subject_in(db, alice.id) == said


def test_no_name_is_taken_for_a_hash():
    assert len(subject_of("")) > NAME_CHARACTERS
