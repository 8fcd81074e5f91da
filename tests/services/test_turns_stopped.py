"""A stop freezes what was on the page, and the first one counts."""

import asyncio

import pytest

from assistant.services import turns
from assistant.services.turn_state import state_of
from tests.services.talk import (
    end_of,
    ended,
    entries,
    say,
    shown,
    text_of,
    until_entry,
)

SLOW = "[[tokens=200 gap=20]]"


async def test_a_stop_before_the_first_word_keeps_the_question(alice, vendors):
    started = await say(alice, "[[hang=0]]")
    await vendors.until(lambda stats: stats.open == 1)
    await turns.stop(alice.id, started.turn_id, 0)
    state = await ended(alice, started)
    assert (state.status, state.parts) == ("stopped", [])
    await vendors.until(lambda stats: stats.aborted == 1)
    assert len(await shown(alice, started.conversation_id)) == 2


@pytest.mark.parametrize("seen", [0, 1, 3])
async def test_a_stop_freezes_what_was_on_the_page(seen, alice, vendors):
    started = await say(alice, "[[tokens=300 gap=20]]")
    log = await until_entry(started.turn_id, 5)
    await turns.stop(alice.id, started.turn_id, seen)
    told = await entries(started.turn_id)
    state = await ended(alice, started)
    frozen = "".join(eval(entry.data) for entry in log[:seen])  # noqa: S307
    assert text_of(state.parts) == frozen
    assert end_of(told)["status"] == "stopped"
    assert text_of((await shown(alice, started.conversation_id))[-1]["parts"]) == frozen


async def test_the_first_stop_counts(alice, vendors, db):
    started = await say(alice, SLOW)
    await until_entry(started.turn_id, 3)
    await asyncio.gather(*(turns.stop(alice.id, started.turn_id, seen) for seen in (2, 1, 0)))
    await ended(alice, started)
    await turns.stop(alice.id, started.turn_id, 1)  # long over: nothing happens
    assert (await state_of(alice.id, started.turn_id)).status == "stopped"
