"""Notices reach those who listen, here and in the other processes, and hold no content."""

import asyncio
import json
from uuid import uuid4

from redis.asyncio import Redis

from assistant.services import signals
from assistant.services.signals import CHANNEL, listening, tell, tell_changed, tell_turn
from tests.services.talk import eventually


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
    assert heard == [
        {"kind": "conversation", "conversation": str(conversation)},
        {
            "kind": "turn",
            "conversation": str(conversation),
            "turn": str(turn),
            "status": "running",
        },
    ]


async def test_notices_of_other_processes_are_heard_and_ones_own_are_not_heard_twice(valkey):
    heard = []
    chore = asyncio.create_task(signals.relay())
    outside = Redis.from_url(valkey.connection_url)
    try:
        await eventually(lambda: _subscribed(outside))
        with listening("a", heard.append):
            await tell("a", {"n": 1})
            foreign = {"from": "another", "topic": "a", "notice": {"n": 2}}
            await outside.publish(CHANNEL, json.dumps(foreign))
            await eventually(lambda: _has(heard, 2))
        assert heard == [{"n": 1}, {"n": 2}]
    finally:
        chore.cancel()
        await asyncio.gather(chore, return_exceptions=True)
        await outside.aclose()


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
