"""The copy of a turn's log: other processes miss nothing, whatever becomes of Redis."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis.asyncio import Redis

from assistant.services import leases, shared, shared_log, turn_log, turn_run, turns
from assistant.services.turn_log import Log
from assistant.vault import Vault
from tests.services.talk import (
    PATIENCE_SECONDS,
    ask,
    end_of,
    ended,
    entries,
    eventually,
    frozen,
    parts_from,
    say,
    text_of,
    until_entry,
)

LONG = "[[tokens=150 gap=5]]"


def a_vault() -> Vault:
    return Vault(uuid4(), {1: AESGCM(AESGCM.generate_key(256))}, b"")


def a_log(*words: str, ended: bool = True) -> Log:
    log = Log(uuid4(), a_vault())
    for word in words:
        log.append("", json.dumps(word))
    if ended:
        log.append("end", "{}")
    return log


def key_of(turn_id):
    return f"assistant:turn:{turn_id}"


async def copied(log, number):
    """Whether the copy has that many entries, beside the one that begins it."""
    return await shared.redis().xlen(key_of(log.turn_id)) == number + 1


def shared_entries(turn_id, vault, after=0):
    async def read_all():
        followed = shared_log.follow(turn_id, vault, after)
        return [entry async for batch in followed for entry in batch]

    return asyncio.wait_for(read_all(), 20)


async def test_a_reader_of_another_process_misses_nothing(alice, vendors, valkey):
    started = await say(alice, LONG)
    vault = turn_log.local(started.turn_id).vault
    await until_entry(started.turn_id, 1)
    await eventually(lambda: shared.redis().exists(key_of(started.turn_id)))
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
    await eventually(lambda: shared.redis().exists(key_of(started.turn_id)))
    assert here.entries == []
    async with other_process(alice, started) as reader:
        assert await reader.readline() == b"follows\n"
        assert await reader.readline() == b"beat\n"
        here.append("", '"the first"')
        assert await reader.readline() == b'1 "the first"\n'
        assert not here.ended
        await turns.stop(alice.id, started.turn_id, 0)
        rest = await asyncio.wait_for(reader.read(), 20)
    assert rest.splitlines()[-1].startswith(b"2 {")
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
    hers = a_log("a", "b")
    his = Log(hers.turn_id, hers.vault)
    his.append("end", '"zombie"')
    assert await shared_log.share(hers)
    assert not await shared_log.share(his)
    read = await shared_entries(hers.turn_id, hers.vault)
    assert [json.loads(entry.data) for entry in read] == ["a", "b", {}]


async def test_a_handed_over_log_ends_its_readers_and_takes_nothing_more(valkey):
    log = a_log("a", ended=False)
    sharing = asyncio.create_task(shared_log.share(log))
    await eventually(lambda: copied(log, 1))
    reader = asyncio.create_task(shared_entries(log.turn_id, log.vault))
    await shared_log.hand_over(log.turn_id)
    assert [entry.number for entry in await reader] == [1]
    log.append("", '"late"')
    assert not await asyncio.wait_for(sharing, PATIENCE_SECONDS)


async def test_a_worker_whose_numbers_are_taken_lets_the_turn_go(alice, vendors, valkey):
    started = await say(alice, "[[tokens=2000 gap=20]]")
    await until_entry(started.turn_id, 2)
    await shared_log.hand_over(started.turn_id)

    async def let_go():
        return not turn_run.runs_here(started.turn_id)

    assert await eventually(let_go)


async def test_a_copy_that_was_written_and_not_confirmed_is_still_ours(valkey):
    log = a_log("a", "b", ended=False)
    sharing = asyncio.create_task(shared_log.share(log))
    await eventually(lambda: copied(log, 2))
    sharing.cancel()  # as if the answer of Redis had been lost
    log.append("end", "{}")
    assert await shared_log.share(log)
    assert await shared_entries(log.turn_id, log.vault) == log.entries


async def test_a_copy_that_redis_has_forgotten_is_written_anew(valkey):
    log = a_log("a", "b", ended=False)
    sharing = asyncio.create_task(shared_log.share(log))
    await eventually(lambda: copied(log, 2))
    await shared.redis().delete(key_of(log.turn_id))
    log.append("", '"c"')
    await eventually(lambda: copied(log, 3))
    log.append("end", "{}")
    assert await sharing
    assert await shared_entries(log.turn_id, log.vault) == log.entries


async def test_what_a_redis_that_hangs_did_not_take_it_gets_later_and_in_order(valkey):
    log = a_log("a", ended=False)
    sharing = asyncio.create_task(shared_log.share(log))
    await eventually(lambda: copied(log, 1))
    with frozen(valkey):
        log.append("", '"b"')
        await asyncio.sleep(shared.ANSWER_SECONDS)
        log.append("", '"c"')
        log.append("end", "{}")
    assert await asyncio.wait_for(sharing, PATIENCE_SECONDS)
    assert await shared_entries(log.turn_id, log.vault) == log.entries


async def test_a_hole_in_the_shared_log_sends_the_reader_to_the_database(valkey):
    log = a_log("a", "lost", "c")
    assert await shared_log.share(log)
    await shared.redis().xdel(key_of(log.turn_id), "2-0")
    read = await shared_entries(log.turn_id, log.vault)
    assert [entry.number for entry in read] == [1]
    assert await shared_entries(log.turn_id, log.vault, after=1) == []


async def test_without_a_shared_log_there_is_nothing_to_follow(db, valkey):
    assert await shared_entries(uuid4(), a_vault()) == []


async def test_a_turn_begins_is_stopped_and_ends_while_redis_hangs(alice, vendors, valkey):
    with frozen(valkey):
        async with asyncio.timeout(PATIENCE_SECONDS):
            done = await ask(alice, "[[tokens=30]]")
            stopped = await say(alice, LONG)
            await until_entry(stopped.turn_id, 2)
            await turns.stop(alice.id, stopped.turn_id, 1)
            assert end_of(await entries(stopped.turn_id))["status"] == "stopped"
    assert text_of(done.parts) == "".join(f"w{n:04d} " for n in range(30))
    assert (await ended(alice, stopped)).status == "stopped"


async def test_a_turn_ends_well_when_the_shared_log_dies(alice, vendors, valkey, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    started = await say(alice, LONG)
    await until_entry(started.turn_id, 3)
    valkey._desired_port = valkey.port
    valkey.terminate()
    try:
        log = await entries(started.turn_id)
        assert end_of(log)["status"] == "done"
        assert text_of(parts_from(log)) == "".join(f"w{n:04d} " for n in range(150))
        assert (await ended(alice, started)).status == "done"
    finally:
        valkey.start()
