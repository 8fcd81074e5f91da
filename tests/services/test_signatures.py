"""The bits that make sealed messages findable."""

import asyncio
import random
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, delete, select, update

from assistant.database import user_session
from assistant.models import Message, SearchSignature, UserKey
from assistant.services import keys, reaper, signatures
from assistant.services.folding import folded
from assistant.services.search import search
from assistant.services.signatures import (
    AT_ONCE_CHARACTERS,
    CLAIMS_ALL,
    LARGEST_BITS,
    bits_of,
    places_of,
    sign_waiting,
)
from assistant.vault import new_wrapped_key, unlock
from tests.services.library import sayings, shelve
from tests.services.talk import ask, eventually, rows, say

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.fixture(scope="module")
def vault(prepared):
    user = uuid4()
    return unlock(user, new_wrapped_key(user))


def claims(bits, places):
    """As the database reads it: get_bit counts from the lowest bit of each byte."""
    at = [place & (len(bits) * 8 - 1) for place in places]
    return all(bits[n >> 3] >> (n & 7) & 1 for n in at)


@given(before=TEXT, word=TEXT, after=TEXT)
def test_a_text_claims_all_that_it_holds(before, word, after, vault):
    text = before + word + after
    if folded(word) in folded(text):
        assert claims(bits_of(text, vault), places_of([folded(word)], vault))


def test_hardly_anything_else_is_claimed(vault):
    filters = [bits_of(text, vault) for text in sayings(400)]
    for absent in ("qqz", "xwqv", "鬱鬱"):
        assert sum(claims(bits, places_of([absent], vault)) for bits in filters) < 20


def test_the_filter_grows_with_the_text_and_claims_all_at_last(vault):
    short, long = "hello", " ".join(sayings(20))
    chance = random.Random(1)  # noqa: S311
    endless = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(50_000))
    assert len(bits_of(short, vault)) == 32
    assert len(bits_of(long, vault)) == LARGEST_BITS // 8
    assert bits_of(endless, vault) == CLAIMS_ALL


def test_two_users_place_the_same_words_elsewhere(vault):
    other = uuid4()
    theirs = unlock(other, new_wrapped_key(other))
    assert places_of(["secret"], vault) != places_of(["secret"], theirs)
    assert bits_of("our secret", vault) != bits_of("our secret", theirs)


async def signed(user):
    async with user_session(user.id) as session:
        query = select(Message.id, Message.created_at, Message.searchable, SearchSignature.id)
        signature = SearchSignature.created_at.label("at")
        joined = query.add_columns(signature).join_from(
            Message, SearchSignature, col(SearchSignature.message_id) == Message.id, isouter=True
        )
        return (await session.execute(joined.order_by(col(Message.created_at)))).all()


async def test_a_question_and_its_answer_are_signed_with_their_turn(alice, demo):
    await ask(alice, "What is a heliotrope?")
    written = await signed(alice)
    assert len(written) == 2
    assert all(row.searchable and row.at == row.created_at for row in written)


async def test_a_reply_that_the_reaper_closed_is_signed_by_the_chore(alice, grip):
    async with user_session(alice.id) as session:
        await session.execute(update(Message).values(status="interrupted"))
    assert await sign_waiting(alice.id) == 1
    assert await sign_waiting(alice.id) == 0
    assert [row.searchable for row in await signed(alice)] == [True]


async def test_what_is_still_written_is_not_signed(alice, grip):
    assert await sign_waiting(alice.id) == 0


async def test_a_long_message_is_found_at_once_and_signed_later(alice, demo):
    await say(alice, "haystack " * (AT_ONCE_CHARACTERS // 9) + " needle")
    assert len((await search(alice.id, "needle")).messages) >= 1
    assert not all(row.searchable for row in await signed(alice))
    await eventually(lambda: everything_is_signed(alice))
    assert len((await search(alice.id, "needle")).messages) >= 1


async def everything_is_signed(user):
    await reaper.sign_once()
    return all(row.searchable for row in await signed(user))


async def test_messages_of_an_old_installation_are_signed_in_batches(alice):
    texts = list(sayings(250))
    await shelve(alice.id, texts, signed=False)
    counts = await asyncio.gather(sign_waiting(alice.id), sign_waiting(alice.id))
    while count := await sign_waiting(alice.id):
        counts.append(count)
    assert sum(counts) == 250
    written = await signed(alice)
    assert all(row.searchable and row.at == row.created_at for row in written)


@pytest.mark.parametrize(("size", "counts"), [(10**6, [4]), (1, [1, 1, 1, 1]), (5_000, [2, 2])])
async def test_a_batch_holds_no_more_bytes_than_it_may(size, counts, alice, monkeypatch):
    monkeypatch.setattr(signatures, "BATCH_BYTES", size)
    await shelve(alice.id, [f"{number} " * 1_000 for number in range(4)], signed=False)
    signed_ = []
    while count := await sign_waiting(alice.id):
        signed_.append(count)
    assert signed_ == counts
    assert all(row.searchable and row.at == row.created_at for row in await signed(alice))


async def test_a_message_that_does_not_open_stops_nobody(alice):
    ids = await shelve(alice.id, ["one apple", "two apples"], signed=False)
    async with user_session(alice.id) as session:
        broken = update(Message).where(col(Message.id) == ids[0]).values(content=b"\x01" * 40)
        await session.execute(broken)
    assert await sign_waiting(alice.id) == 2
    found = await search(alice.id, "apple")
    assert [each.message_id for each in found.messages] == [ids[1]]


async def test_a_message_that_opens_again_is_found_again(alice):
    (apple,) = await shelve(alice.id, ["one apple"], signed=False)
    mine = col(Message.id) == apple
    async with user_session(alice.id) as session:
        content = await session.scalar(select(Message.content).where(mine))
        await session.execute(update(Message).where(mine).values(content=b"\x01" * 40))
    assert await sign_waiting(alice.id) == 1
    assert (await search(alice.id, "apple")).messages == []
    async with user_session(alice.id) as session:
        await session.execute(update(Message).where(mine).values(content=content))
    assert [each.message_id for each in (await search(alice.id, "apple")).messages] == [apple]


async def test_no_word_stands_in_the_signatures(alice, admin_url, demo):
    await ask(alice, "canarybird")
    for row in await rows(admin_url, "select bits from search_signatures"):
        assert b"canary" not in row["bits"]


async def test_a_user_without_a_key_does_not_keep_others_from_being_signed(alice, bob):
    for user in (alice, bob):
        await shelve(user.id, ["one apple"], signed=False)
    async with user_session(alice.id) as session:
        await session.execute(delete(UserKey))
    keys._OPENED.pop(alice.id)
    await eventually(lambda: everything_is_signed(bob))
    assert not (await signed(alice))[0].searchable
