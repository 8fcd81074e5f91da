"""Short notices between the processes: "stop that turn", "something of yours has changed".

A notice holds ids and never content. In one process it is a function call; with REDIS_URL it also
travels through Redis pub/sub. It may be lost: whoever needs certainty reads the database, and open
pages are told of the gap.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from assistant.services.background import spawn
from assistant.services.shared import NEWS_SECONDS, process, redis

Notice = dict[str, Any]
CHANNEL = "assistant:notices"
QUIET_SECONDS = 10.0
AGAIN_SECONDS = 0.5
TRIES = 5
USERS = "user:"
EVERYBODY = "users"  # the topic of what all open pages of all users are told
GAP: Notice = {"kind": "gap"}  # something may have been missed: what is shown is to be read again

log = structlog.get_logger()
_listeners: dict[str, set[Callable[[Notice], None]]] = defaultdict(set)
_unsent: deque[str] = deque(maxlen=1_000)
_sending: set[asyncio.Task[None]] = set()


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
    """Tell all listeners of a topic, in this process and in the others: Redis is not awaited."""
    _deliver(topic, notice)
    if (shared := redis()) is not None:
        _unsent.append(_message(topic, notice))
        if all(sender.done() for sender in _sending):
            sender = spawn(_send(shared))
            _sending.add(sender)
            sender.add_done_callback(_sending.discard)


async def all_sent() -> None:
    """Wait until what was told is on its way, or given up."""
    await asyncio.gather(*_sending)


def _message(topic: str, notice: Notice) -> str:
    return json.dumps({"from": process(), "topic": topic, "notice": notice})


async def _send(shared: Redis) -> None:
    """Send what is to be told, in order. For what Redis does not take a gap is told instead."""
    tries = TRIES
    while _unsent and tries:
        message = _unsent.popleft()
        try:
            await shared.publish(CHANNEL, message)
        except RedisError as error:
            log.warning("notices_not_shared", lost=len(_unsent) + 1, error=type(error).__name__)
            _unsent.clear()
            _unsent.append(_message(EVERYBODY, GAP))
            tries -= 1
            await asyncio.sleep(AGAIN_SECONDS)


async def tell_changed(user_id: UUID, conversation_id: UUID) -> None:
    """Tell the user's open pages that a conversation has another title or place."""
    notice = {"kind": "conversation", "conversation": str(conversation_id)}
    await tell(f"{USERS}{user_id}", notice)


async def tell_message(user_id: UUID, conversation_id: UUID, message_id: UUID) -> None:
    """Tell the user's open pages that a message that was over has changed all the same."""
    notice = {"kind": "message", "conversation": str(conversation_id), "message": str(message_id)}
    await tell(f"{USERS}{user_id}", notice)


async def tell_branch(user_id: UUID, conversation_id: UUID) -> None:
    """Tell the user's open pages that another branch of a conversation is shown."""
    await tell(f"{USERS}{user_id}", {"kind": "branch", "conversation": str(conversation_id)})


async def tell_plan(user_id: UUID) -> None:
    """Tell the user's open pages that the plan may allow something else now."""
    await tell(f"{USERS}{user_id}", {"kind": "plan"})


async def tell_seats(user_id: UUID) -> None:
    """Tell the user's open pages that a seat which they pay for was taken, or left."""
    await tell(f"{USERS}{user_id}", {"kind": "seats"})


async def tell_gap(user_id: UUID) -> None:
    """Tell the user's open pages that they may have missed something."""
    await tell(f"{USERS}{user_id}", GAP)


async def tell_turn(user_id: UUID, conversation_id: UUID, turn_id: UUID, status: str) -> None:
    """Tell the user's open pages that a turn runs, or how it ended."""
    notice = {"kind": "turn", "conversation": str(conversation_id), "turn": str(turn_id)}
    await tell(f"{USERS}{user_id}", notice | {"status": status})


async def relay() -> None:
    """Deliver the other processes' notices in this one, for as long as it runs."""
    shared = redis(NEWS_SECONDS)
    while shared is not None:
        try:
            async with shared.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                await _hear(channel)
        except RedisError as error:
            log.warning("notices_interrupted", error=type(error).__name__)
        await asyncio.sleep(1)


async def _hear(channel: PubSub) -> None:
    """Take what is told, until Redis leaves a question unanswered."""
    asked = False
    while True:
        message = await channel.get_message(timeout=QUIET_SECONDS)
        if message is not None:
            asked = False
            _receive(message)
        elif asked:
            log.warning("notices_silent")
            return
        else:
            asked = True
            await channel.ping()


def _receive(message: dict[str, Any]) -> None:
    """Take what the channel says. What nobody understands is logged, and the next one is taken."""
    if message["type"] == "subscribe":  # for the first time, or again: what was told is unknown
        _deliver(EVERYBODY, GAP)
    elif message["type"] == "message":
        try:
            told = json.loads(message["data"])
            sender, topic, notice = told["from"], str(told["topic"]), dict(told["notice"])
        except (ValueError, TypeError, KeyError):
            log.exception("notice_malformed")
        else:
            if sender != process():
                _deliver(topic, notice)


def _deliver(topic: str, notice: Notice) -> None:
    for listener in _listening_to(topic):
        try:
            listener(notice)
        except Exception:  # the others are told all the same, and so is the next notice
            log.exception("notice_not_taken", topic=topic)


def _listening_to(topic: str) -> list[Callable[[Notice], None]]:
    if topic == EVERYBODY:
        return [
            each for name, all_ in _listeners.items() if name.startswith(USERS) for each in all_
        ]
    return list(_listeners.get(topic, ()))
