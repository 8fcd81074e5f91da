"""The log of a turn: every reader gets each entry once, here and in another process."""

import asyncio
import json
import sys
from contextlib import aclosing, asynccontextmanager
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from assistant.services import leases, shared, turn_log, turn_run, turns
from assistant.services.turn_log import Log
from assistant.vault import Vault
from tests.services.talk import (
    end_of,
    ended,
    entries,
    eventually,
    parts_from,
    rows,
    say,
    text_of,
    until_entry,
)

LONG = "[[tokens=150 gap=5]]"


def a_vault() -> Vault:
    return Vault(uuid4(), {1: AESGCM(AESGCM.generate_key(256))}, b"")


def a_log() -> Log:
    return Log(uuid4(), a_vault())


async def read(log: Log, after: int) -> list[int]:
    return [entry.number async for batch in log.follow(after) for entry in batch]


def shared_entries(turn_id, vault, after=0):
    async def read_all():
        followed = turn_log.follow_shared(turn_id, vault, after)
        return [entry async for batch in followed for entry in batch]

    return asyncio.wait_for(read_all(), 20)


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


async def test_a_reader_of_another_process_misses_nothing(alice, vendors, valkey):
    started = await say(alice, LONG)
    vault = turn_log.local(started.turn_id).vault
    await until_entry(started.turn_id, 1)
    await eventually(lambda: shared.redis().exists(f"assistant:turn:{started.turn_id}"))
    here, there = await asyncio.gather(
        entries(started.turn_id), shared_entries(started.turn_id, vault)
    )
    assert there == here
    assert await shared_entries(started.turn_id, vault, after=5) == here[5:]
    assert end_of(there)["status"] == "done"
    assert text_of(parts_from(there)) == "".join(f"w{n:04d} " for n in range(150))


async def test_a_reader_of_another_process_that_comes_before_the_first_word_follows_live(
    alice, vendors, valkey
):
    started = await say(alice, "[[hang=0]]")
    here = turn_log.local(started.turn_id)
    await eventually(lambda: shared.redis().exists(f"assistant:turn:{started.turn_id}"))
    assert here.entries == []
    async with other_process(alice, started) as reader:
        assert await reader.readline() == b"follows\n"
        assert await reader.readline() == b"beat\n"
        here.append("", '"the first"')
        assert await reader.readline() == b'1 "the first"\n'
        assert not here.ended
        await turns.stop(alice.id, started.turn_id, 0)
        rest = await asyncio.wait_for(reader.read(), 20)
    assert rest.splitlines()[-1].startswith(b"3 {")
    assert json.loads(rest.splitlines()[-1].partition(b" ")[2])["status"] == "stopped"


@asynccontextmanager
async def other_process(user, started):
    """What another process prints that follows the turn."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.follow",
        str(user.id),
        str(started.turn_id),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield child.stdout
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def test_what_is_shared_is_sealed(alice, vendors, valkey):
    started = await say(alice, "[[tokens=30]]")
    await ended(alice, started)
    client = Redis.from_url(valkey.connection_url)
    found = b"".join(
        [key + repr(await client.xrange(key)).encode() async for key in client.scan_iter("*turn:*")]
    )
    await client.aclose()
    assert str(started.turn_id).encode() in found
    assert b"w0001" not in found
    assert b"done" not in found


async def test_a_number_can_be_taken_once(valkey):
    hers, his = a_log(), None
    his = Log(hers.turn_id, hers.vault)
    assert await turn_log.share(hers, [hers.append("", '"a"'), hers.append("", '"b"')])
    assert not await turn_log.share(his, [his.append("", '"zombie"')])
    his.append("", '"zombie"')
    assert await turn_log.share(his, [his.append("", '"c"')])
    async with aclosing(turn_log.follow_shared(hers.turn_id, hers.vault, 0)) as batches:
        read = await asyncio.wait_for(anext(batches), 5)
    assert [json.loads(entry.data) for entry in read] == ["a", "b", "c"]


async def test_a_handed_over_log_ends_its_readers_and_takes_nothing_more(valkey):
    log = a_log()
    await turn_log.share(log, [log.append("", '"a"')])
    reader = asyncio.create_task(shared_entries(log.turn_id, log.vault))
    await turn_log.hand_over(log.turn_id)
    assert [entry.number for entry in await reader] == [1]
    assert not await turn_log.share(log, [log.append("", '"late"')])


async def test_a_worker_whose_numbers_are_taken_lets_the_turn_go(alice, vendors, valkey):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 2)
    await turn_log.hand_over(started.turn_id)

    async def let_go():
        return not turn_run.runs_here(started.turn_id)

    assert await eventually(let_go)


async def test_a_hole_in_the_shared_log_sends_the_reader_to_the_database(valkey):
    log = a_log()
    written = [log.append("", '"a"'), log.append("", '"lost"'), log.append("", '"c"')]
    await turn_log.share(log, [written[0], written[2]])
    read = await shared_entries(log.turn_id, log.vault)
    assert [entry.number for entry in read] == [1]
    assert await shared_entries(log.turn_id, log.vault, after=1) == []


async def test_without_a_shared_log_there_is_nothing_to_follow(db, valkey):
    assert await shared_entries(uuid4(), a_vault()) == []


async def test_a_turn_ends_well_when_the_shared_log_dies(alice, vendors, valkey, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, LONG)
    await until_entry(started.turn_id, 3)
    valkey.terminate()
    try:
        log = await entries(started.turn_id)
        assert end_of(log)["status"] == "done"
        assert text_of(parts_from(log)) == "".join(f"w{n:04d} " for n in range(150))
        assert (await ended(alice, started)).status == "done"
    finally:
        valkey._desired_port = None
        valkey.start()


async def test_the_turns_of_these_tests_ended(db):
    assert await eventually(lambda: _quiet(db))


async def _quiet(db):
    running = await rows(db, "select id from turns where status = 'running'")
    return not any(turn_run.runs_here(row["id"]) for row in running)
