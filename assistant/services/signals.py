"""Short notices between the processes: "stop that turn", "something of yours has changed".

A notice holds ids and never content. In one process it is a function call; with REDIS_URL it also
travels through Redis pub/sub. It may be lost: whoever needs certainty reads the database.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from assistant.services.shared import PROCESS, redis

Notice = dict[str, Any]
CHANNEL = "assistant:notices"

log = structlog.get_logger()
_listeners: dict[str, set[Callable[[Notice], None]]] = defaultdict(set)


@contextmanager
def listening(topic: str, listener: Callable[[Notice], None]) -> Iterator[None]:
    """Call the listener for each notice of the topic, until the block ends."""
    _listeners[topic].add(listener)
    try:
        yield
    finally:
        _listeners[topic].discard(listener)
        if not _listeners[topic]:
            del _listeners[topic]


async def tell(topic: str, notice: Notice) -> None:
    """Tell all listeners of a topic, in this process and in the others."""
    _deliver(topic, notice)
    if (shared := redis()) is not None:
        message = json.dumps({"from": PROCESS, "topic": topic, "notice": notice})
        try:
            await shared.publish(CHANNEL, message)
        except RedisError as error:
            log.warning("notice_not_shared", topic=topic, error=type(error).__name__)


async def tell_changed(user_id: UUID, conversation_id: UUID) -> None:
    """Tell the user's open pages that a conversation has another title or place."""
    notice = {"kind": "conversation", "conversation": str(conversation_id)}
    await tell(f"user:{user_id}", notice)


async def tell_turn(user_id: UUID, conversation_id: UUID, turn_id: UUID, status: str) -> None:
    """Tell the user's open pages that a turn runs, or how it ended."""
    notice = {"kind": "turn", "conversation": str(conversation_id), "turn": str(turn_id)}
    await tell(f"user:{user_id}", notice | {"status": status})


async def relay() -> None:
    """Deliver the other processes' notices in this one, for as long as it runs."""
    shared = redis()
    while shared is not None:
        try:
            async with shared.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                async for message in channel.listen():
                    _receive(message)
        except RedisError as error:
            log.warning("notices_interrupted", error=type(error).__name__)
            await asyncio.sleep(1)


def _receive(message: dict[str, Any]) -> None:
    if message["type"] == "message":
        told = json.loads(message["data"])
        if told["from"] != PROCESS:
            _deliver(told["topic"], told["notice"])


def _deliver(topic: str, notice: Notice) -> None:
    for listener in tuple(_listeners.get(topic, ())):
        listener(notice)
