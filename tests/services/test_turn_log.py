"""The log of a turn: every reader gets each entry once."""

import asyncio
from contextlib import aclosing
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from assistant.services import turn_log, turn_run
from assistant.services.turn_log import Log
from assistant.vault import Vault
from tests.services.talk import (
    ended,
    entries,
    eventually,
    parts_from,
    rows,
    say,
)

LONG = "[[tokens=150 gap=5]]"


def a_vault() -> Vault:
    return Vault(uuid4(), {1: AESGCM(AESGCM.generate_key(256))}, b"")


def a_log() -> Log:
    return Log(uuid4(), a_vault())


async def read(log: Log, after: int) -> list[int]:
    return [entry.number async for batch in log.follow(after) for entry in batch]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.lists(st.integers(0, 30)))
def test_a_reader_gets_each_entry_once_from_wherever_it_begins(bursts, starts):
    async def all_read() -> list[list[int]]:
        log = a_log()
        total = sum(bursts)
        readers = [asyncio.create_task(read(log, start)) for start in starts[:10]]
        for burst in bursts:
            for _ in range(burst):
                log.append("", '"w"')
            await asyncio.sleep(0)
        log.append("end", "{}")
        late = [await read(log, start) for start in starts[:10]]
        early = await asyncio.gather(*readers)
        assert early == late
        assert early == [list(range(start + 1, total + 2)) for start in starts[:10]]
        return early

    asyncio.run(all_read())


async def test_a_reader_that_comes_back_at_any_point_has_the_whole_text(alice, vendors):
    started = await say(alice, LONG)
    whole = await entries(started.turn_id)
    state = await ended(alice, started)
    for split in range(0, len(whole), 7):
        log = whole[:split] + await entries(started.turn_id, split)
        assert [entry.number for entry in log] == list(range(1, len(whole) + 1))
        assert parts_from(log) == state.parts


async def test_a_silent_log_beats(monkeypatch):
    monkeypatch.setattr(turn_log, "BEAT_SECONDS", 0.01)
    async with aclosing(a_log().follow(0)) as batches:
        assert await anext(batches) == []


async def test_a_log_that_was_taken_over_ends_without_an_end():
    log = a_log()
    log.append("", '"w"')
    reader = asyncio.create_task(read(log, 0))
    await asyncio.sleep(0)
    log.close()
    assert await reader == [1]


async def test_an_ended_log_is_kept_for_a_while_and_then_forgotten(alice, demo, monkeypatch):
    monkeypatch.setattr(turn_log, "KEPT_SECONDS", 0.1)
    started = await say(alice, "hello")
    await ended(alice, started)
    assert turn_log.local(started.turn_id) is not None

    async def forgotten():
        return turn_log.local(started.turn_id) is None

    assert await eventually(forgotten)


async def test_the_turns_of_these_tests_ended(db):
    assert await eventually(lambda: _quiet(db))


async def _quiet(db):
    running = await rows(db, "select id from turns where status = 'running'")
    return not any(turn_run.runs_here(row["id"]) for row in running)
