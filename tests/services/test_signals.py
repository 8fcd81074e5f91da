"""Notices reach those who listen, here and in the other processes, and hold no content."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

from redis.asyncio import Redis

from assistant.services import shared, signals
from assistant.services.signals import CHANNEL, listening, tell, tell_changed, tell_plan, tell_turn
from tests.services.talk import eventually, frozen


async def test_a_notice_reaches_the_listeners_of_its_topic_until_they_leave(db):
    heard, other = [], []
    with listening("a", heard.append), listening("b", other.append):
        await tell("a", {"n": 1})
    await tell("a", {"n": 2})
    assert (heard, other) == ([{"n": 1}], [])
    assert not {"a", "b"} & set(signals._listeners)


async def test_a_notice_to_a_user_names_ids_only(db):
    heard, user, conversation, turn = [], uuid4(), uuid4(), uuid4()
    with listening(f"user:{user}", heard.append):
        await tell_changed(user, conversation)
        await tell_turn(user, conversation, turn, "running")
        await tell_plan(user)
    assert heard == [
        {"kind": "conversation", "conversation": str(conversation)},
        {
            "kind": "turn",
            "conversation": str(conversation),
            "turn": str(turn),
            "status": "running",
        },
        {"kind": "plan"},
    ]


@asynccontextmanager
async def relaying(valkey):
    """The chore at work; gives a client of another process."""
    chore = asyncio.create_task(signals.relay())
    outside = Redis.from_url(valkey.connection_url)
    try:
        await eventually(lambda: _subscribed(outside))
        yield outside
    finally:
        chore.cancel()
        await asyncio.gather(chore, return_exceptions=True)
        await outside.aclose()


async def test_notices_of_other_processes_are_heard_and_ones_own_are_not_heard_twice(valkey):
    heard = []
    async with relaying(valkey) as outside:
        with listening("a", heard.append):
            await tell("a", {"n": 1})
            await outside.publish(CHANNEL, foreign("a", {"n": 2}))
            await eventually(lambda: _has(heard, 2))
    assert heard == [{"n": 1}, {"n": 2}]


def foreign(topic, notice):
    """As another process tells it."""
    return json.dumps({"from": "another", "topic": topic, "notice": notice})


MALFORMED = ["", "{", "[]", "1", "null", "{}", '{"from": "x", "topic": "a", "notice": 1}']


async def test_what_nobody_understands_does_not_end_the_relay(valkey):
    heard = []
    async with relaying(valkey) as outside:
        with listening("a", heard.append):
            for message in (*MALFORMED, foreign("a", {"n": 1})):
                await outside.publish(CHANNEL, message)
            await eventually(lambda: _has(heard, 1))
    assert heard == [{"n": 1}]


async def test_a_listener_that_fails_holds_up_neither_the_others_nor_the_next_notice(valkey):
    heard = []
    async with relaying(valkey) as outside:
        with listening("a", lambda notice: notice["missing"]), listening("a", heard.append):
            await outside.publish(CHANNEL, foreign("a", {"n": 1}))
            await outside.publish(CHANNEL, foreign("a", {"n": 2}))
            await eventually(lambda: _has(heard, 2))
            await tell("a", {"n": 3})
    assert heard == [{"n": 1}, {"n": 2}, {"n": 3}]


async def test_who_was_cut_off_tells_all_open_pages_of_the_gap(valkey):
    pages, others = [], []
    async with relaying(valkey) as outside:
        with listening(f"user:{uuid4()}", pages.append), listening("a", others.append):
            await outside.client_kill_filter(_type="pubsub")
            await eventually(lambda: _has(pages, 1))
    assert (pages[0], others) == (signals.GAP, [])


async def test_a_channel_that_hangs_is_left_and_taken_up_again(valkey, monkeypatch):
    monkeypatch.setattr(signals, "QUIET_SECONDS", 0.2)
    pages = []
    async with relaying(valkey):
        with listening(f"user:{uuid4()}", pages.append):
            with frozen(valkey):
                await asyncio.sleep(1)
            await eventually(lambda: _has(pages, 1))
    assert pages[0] == signals.GAP


async def test_a_redis_that_hangs_holds_nobody_up_and_a_gap_is_told_instead(valkey):
    outside = Redis.from_url(valkey.connection_url)
    async with outside.pubsub() as channel:
        await channel.subscribe(CHANNEL)
        with frozen(valkey):
            for n in range(100):
                await tell("a", {"n": n})
            assert signals._sending
            await eventually(lambda: _lost(signals._unsent))
        told = await _next(channel)
    await outside.aclose()
    assert told == {"from": shared.process(), "topic": signals.EVERYBODY, "notice": signals.GAP}


async def _lost(unsent):
    return list(unsent) == [signals._message(signals.EVERYBODY, signals.GAP)]


async def _next(channel):
    """What another process hears next."""

    async def heard():
        message = await channel.get_message(ignore_subscribe_messages=True, timeout=1)
        return message and json.loads(message["data"])

    return await eventually(heard)


async def _subscribed(client):
    return (await client.pubsub_numsub(CHANNEL))[0][1]


async def _has(heard, number):
    return len(heard) >= number


async def test_without_the_shared_channel_notices_still_work_here(valkey):
    heard = []
    valkey.terminate()
    try:
        with listening("a", heard.append):
            await tell("a", {"n": 1})
        assert heard == [{"n": 1}]
    finally:
        valkey.start()


async def test_in_one_process_nothing_is_relayed(db):
    await asyncio.wait_for(signals.relay(), 5)
