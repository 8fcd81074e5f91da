"""The end of a turn, written in one transaction: reply, usage, tool calls, status."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import stamina
from sqlalchemy import func
from sqlmodel import col, update

from assistant.database import user_session
from assistant.errors import DatabaseAway
from assistant.models import Conversation, Message
from assistant.services import approvals, leases, messages, signatures, turn_books
from assistant.services.contents import Entry
from assistant.services.leases import Grip
from assistant.services.turn_meter import Meter
from assistant.vault import Vault

STORED_WITHIN_SECONDS = 60.0  # how long a lost database is waited for

Written = TypeVar("Written")


@dataclass(slots=True)
class Outcome:
    """How a turn ended. error and notice are sentences for the page; model: whose answer it is."""

    status: str = "done"
    error: str = ""
    notice: str = ""
    model: str = ""


async def write_end(
    grip: Grip, parts: list[Entry], outcome: Outcome, meter: Meter, vault: Vault
) -> bool:
    """Store the end. False when another worker has closed the turn: then nothing is written.

    A database that restarts is waited for. Repeating is safe: a turn is closed once.
    """
    return await _patiently(lambda: _write(grip, parts, outcome, meter, vault))


async def give_up(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Another has closed the turn: store only what it cost and did, which nobody else knows."""
    await _patiently(lambda: turn_books.enter_late(grip, meter, vault))


async def _patiently(write: Callable[[], Awaitable[Written]]) -> Written:
    async for attempt in stamina.retry_context(
        on=DatabaseAway, attempts=None, timeout=STORED_WITHIN_SECONDS, wait_max=2.0
    ):
        with attempt:
            return await write()
    raise AssertionError("stamina either returns or raises")


async def _write(
    grip: Grip, parts: list[Entry], outcome: Outcome, meter: Meter, vault: Vault
) -> bool:
    content = messages.sealed(grip.reply_id, parts, vault)
    signature = signatures.signature(grip.user_id, grip.reply_id, parts, vault)
    async with user_session(grip.user_id) as session:
        if not await leases.end(session, grip, outcome.status):
            return False
        reply = {
            "status": outcome.status,
            "model": outcome.model,
            "error": outcome.error,
            "content": content,
            "searchable": signature is not None,
            "ended_at": func.now(),
        }
        if outcome.notice:
            reply["details"] = col(Message.details).concat({"notice": outcome.notice})
        mine = col(Message.id) == grip.reply_id
        written = update(Message).where(mine).values(**reply)
        begun = (col(Message.conversation_id), col(Message.created_at))
        row = (await session.execute(written.returning(*begun))).one()
        if signature is not None:
            signature.created_at = row.created_at
            session.add(signature)
        touched = update(Conversation).where(col(Conversation.id) == row.conversation_id)
        await session.execute(touched.values(touched_at=func.now(), **_tainted(parts)))
        if outcome.status == "waiting":
            approvals.file(session, grip, row.conversation_id, parts, vault)
        turn_books.enter(session, grip, meter, vault)
    return True


def _tainted(parts: list[Entry]) -> dict[str, Any]:
    """What is remembered of a conversation in which others' text was read."""
    if not any(part.get("untrusted") for part in parts):
        return {}
    return {"details": col(Conversation.details).concat({"tainted": True})}
