"""Search over sealed history, against an oracle that reads everything in clear."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select, update

from assistant.database import user_session
from assistant.models import Conversation, Message, SearchSignature, UserKey
from assistant.services import conversations, keys
from assistant.services import search as searching
from assistant.services.folding import composed
from assistant.services.keys import opened_or
from assistant.services.search import FOUND_AT_MOST, TITLES_AT_MOST, search
from assistant.services.signatures import sign_waiting
from tests.services.library import entitle, oracle, plain, queries, sayings, shelve
from tests.services.talk import say

EVERYTHING = 1_000_000
UNHURRIED = 600.0


async def found(user, query):
    answer = await search(user.id, query, EVERYTHING, UNHURRIED)
    assert answer.complete
    return answer.messages


async def test_among_3000_messages_it_finds_what_the_oracle_finds(alice):
    texts = list(sayings(3_000))
    ids, plains = await shelve(alice.id, texts), list(map(plain, texts))
    for query in queries(texts, 60):
        hits = await found(alice, query)
        assert {each.message_id for each in hits} == {ids[n] for n in oracle(plains, query)}, query
        assert [each.at for each in hits] == sorted((each.at for each in hits), reverse=True)


async def test_among_600_titles_it_finds_what_the_oracle_finds(alice):
    names = [" ".join(text.split())[:60] for text in sayings(600, seed=3)]
    ids, plains = await entitle(alice.id, names), list(map(plain, names))
    for query in queries(names, 60):
        answer = await search(alice.id, query, EVERYTHING, UNHURRIED)
        newest = sorted(oracle(plains, query), reverse=True)[:TITLES_AT_MOST]
        assert [each.conversation_id for each in answer.titles] == [ids[n] for n in newest], query
        assert all("".join(each.pieces) == composed(each.title) for each in answer.titles)


SCRIPTS = (
    "abcèéßAÉ ",
    "абвёйЙ ",
    "漢字東京がかカ",
    "اَبتةأ ",
    "שָׁלוֹם ",
    "हिन्दीकि ",
    "กินกุู้",
    "한국하",
    "👩\u200d👧❤\ufe0f🇵🇹",
    "e\u0301\u0323\u093c\u094d\u3099o\u0308",
)
SAID = st.lists(
    st.one_of([st.text(chars, min_size=1, max_size=12) for chars in SCRIPTS]),
    min_size=1,
    max_size=8,
)
ASKED = st.one_of(
    [st.text(chars, min_size=1, max_size=4) for chars in SCRIPTS]
    + [st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)]
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=SAID, asked=ASKED)
async def test_in_any_script_it_finds_what_the_oracle_finds(texts, asked, alice):
    async with user_session(alice.id) as session:
        await session.execute(delete(Message))
    ids = await shelve(alice.id, texts)
    for query in (asked, texts[0][:3], texts[-1].upper()):
        hits = await found(alice, query)
        assert {each.message_id for each in hits} == {
            ids[n] for n in oracle(map(plain, texts), query)
        }


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "not yet signed"])
async def test_words_are_anded_and_phrases_stay_together(signed, alice):
    texts = ["red wine and blue cheese", "blue wine", "the wine is red"]
    ids = await shelve(alice.id, texts, signed=signed)
    asked = {"wine": [2, 1, 0], "blue wine": [1, 0], '"blue wine"': [1], "WIN ED": [2, 0], "x": []}
    for query, numbers in asked.items():
        assert [each.message_id for each in await found(alice, query)] == [ids[n] for n in numbers]


async def test_the_newest_are_found_first_and_no_more_than_fit(alice):
    ids = await shelve(alice.id, [f"common word {n}." for n in range(2_100)])
    answer = await search(alice.id, "common word")
    assert [each.message_id for each in answer.messages] == ids[: -FOUND_AT_MOST - 1 : -1]
    oldest = await search(alice.id, '"common word 7."')
    assert [each.message_id for each in oldest.messages] == [ids[7]]


async def test_a_hit_says_where_it_stands(alice, demo):
    started = await say(alice, "Where do flamingos sleep?")
    hits = {each.role: each for each in await found(alice, "FLAMINGO where")}
    said = hits["user"]
    assert (said.conversation_id, said.archived) == (started.conversation_id, False)
    assert said.pieces == ["", "Where", " do ", "flamingo", "s sleep?"]
    assert said.title == "Where do flamingos sleep?"


async def test_titles_are_found_too(alice, demo):
    started = await say(alice, "hello")
    await conversations.rename(alice.id, started.conversation_id, "Ümläut gardens")
    answer = await search(alice.id, "gard umlaut")
    assert [each.pieces for each in answer.titles] == [["", "Ümläut", " ", "gard", "ens"]]
    assert answer.titles[0].message_id is None


async def test_what_is_deleted_is_not_found_and_what_is_archived_is_marked(alice):
    ids = await shelve(alice.id, ["an apple"])
    talk = (await found(alice, "apple"))[0].conversation_id
    await conversations.archive(alice.id, talk)
    assert [(each.message_id, each.archived) for each in await found(alice, "apple")] == [
        (ids[0], True)
    ]
    await conversations.delete(alice.id, talk)
    answer = await search(alice.id, "apple talk")
    assert (answer.titles, answer.messages) == ([], [])
    assert await found(alice, "apple") == []


async def test_nobody_finds_the_words_of_another(alice, bob):
    await shelve(alice.id, ["our secret plan"])
    await shelve(bob.id, ["my secret garden"])
    assert [each.pieces[-1] for each in await found(alice, "secret")] == [" plan"]
    assert [each.pieces[-1] for each in await found(bob, "secret")] == [" garden"]


async def test_without_the_key_nothing_is_found(alice):
    await shelve(alice.id, ["our secret plan"])
    async with user_session(alice.id) as session:
        await session.execute(delete(UserKey))
        keys.create_key(session)
    keys._OPENED.pop(alice.id)
    answer = await search(alice.id, "secret")
    assert (answer.titles, answer.messages) == ([], [])
    assert (await search(alice.id, "talk")).titles == []


async def test_what_is_signed_between_two_readings_is_found_once(alice, monkeypatch):
    (heron,), claimed = await shelve(alice.id, ["a grey heron"]), searching._claimed
    async with user_session(alice.id) as session:
        await session.execute(delete(SearchSignature))
        await session.execute(update(Message).values(searchable=False))

    async def signing(asked):
        assert await sign_waiting(alice.id) == 1
        async for ids in claimed(asked):
            yield ids

    monkeypatch.setattr(searching, "_claimed", signing)
    assert [each.message_id for each in await found(alice, "heron")] == [heron]


async def test_a_message_that_does_not_open_is_passed_over(alice):
    ids = await shelve(alice.id, ["an apple", "an apple"])
    async with user_session(alice.id) as session:
        mine = col(Message.id) == ids[0]
        await session.execute(update(Message).where(mine).values(content=b"\x01" * 40))
    assert [each.message_id for each in await found(alice, "apple")] == [ids[1]]


@pytest.mark.parametrize("place", ["older", "newer"])
async def test_a_title_that_was_copied_into_another_conversation_opens_in_its_own_only(
    place, alice
):
    talks = await entitle(alice.id, ["an apple", "a pear", "an apple"])
    genuine = talks[2] if place == "older" else talks[0]
    await search(alice.id, "pear")  # which remembers what it has opened
    async with user_session(alice.id) as session:
        titled = select(Conversation.title).where(col(Conversation.id) == genuine)
        copied = update(Conversation).where(col(Conversation.id) == talks[1])
        await session.execute(copied.values(title=await session.scalar(titled)))
    answer = await search(alice.id, "apple")
    assert {each.conversation_id for each in answer.titles} == {talks[0], talks[2]}
    assert {each.title for each in answer.titles} == {"an apple"}
    unreadable = (await search(alice.id, "unreadable")).titles
    assert [each.conversation_id for each in unreadable] == [talks[1]]


async def test_when_time_is_over_the_answer_says_so(alice):
    await shelve(alice.id, ["an apple"])
    assert not (await search(alice.id, "apple", seconds=0.0)).complete


async def test_titles_are_opened_beside_the_loop_and_only_while_there_is_time(alice, monkeypatch):
    await entitle(alice.id, [f"an apple {n}" for n in range(5)])
    opened, threads = [], set()

    def opening(*given):
        threads.add(threading.current_thread())
        opened.append(given)
        return opened_or(*given)

    monkeypatch.setattr(searching, "opened_or", opening)
    assert len((await search(alice.id, "apple")).titles) == 5
    assert threading.main_thread() not in threads
    opened.clear()
    answer = await search(alice.id, "apple", seconds=0.0)
    assert (answer.titles, answer.complete, opened) == ([], False, [])


async def test_a_reading_that_takes_too_long_is_ended_and_what_was_found_is_kept(
    alice, monkeypatch
):
    await entitle(alice.id, ["an apple"])
    (apple,) = await shelve(alice.id, ["an apple"], signed=False)
    slow = "select message_id from search_signatures, pg_sleep(600) where {claims} {behind}"
    await shelve(alice.id, ["an apple too"])
    monkeypatch.setattr(searching, "_CLAIMED", f"{slow} limit $1")
    answer = await search(alice.id, "apple", seconds=2.0)
    assert [each.message_id for each in answer.messages] == [apple]
    assert (len(answer.titles), answer.complete) == (1, False)
    monkeypatch.undo()
    assert len(await found(alice, "apple")) == 2


@pytest.mark.parametrize("query", ["", "  ", '""', "\u200d", "\u0301"])
async def test_a_query_that_holds_no_word_finds_nothing(query, alice):
    await shelve(alice.id, ["an apple"])
    assert (await search(alice.id, query)).messages == []
