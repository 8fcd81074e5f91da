"""The end of a turn, written in one transaction: reply, usage, tool calls, status."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import stamina

from assistant.database import user_connection
from assistant.errors import DatabaseAway
from assistant.services import approvals, leases, messages, signatures, turn_books
from assistant.services.contents import Entry
from assistant.services.leases import Grip
from assistant.services.turn_meter import Meter
from assistant.vault import Vault

STORED_WITHIN_SECONDS = 60.0  # how long a lost database is waited for

_REPLY = """
    with reply as (
        update messages
        set status = $2, model = $3, error = $4, metadata = metadata || $5::jsonb, content = $6,
            searchable = $7, ended_at = now()
        where id = $1
        returning conversation_id, created_at
    ), touched as (
        update conversations
        set touched_at = now(), metadata = conversations.metadata || $8::jsonb from reply
        where conversations.id = reply.conversation_id
    ), found as (
        insert into search_signatures (id, user_id, created_at, message_id, bits)
        select $9, $10, created_at, $1, $11 from reply where $7::boolean
    )
    select conversation_id from reply
"""

Written = TypeVar("Written")


@dataclass(slots=True)
class Outcome:
    """How a turn ended. error and notice are sentences for the page; model: whose answer it is.

    tainted: others' text was read before it began, perhaps in what was not remembered.
    """

    status: str = "done"
    error: str = ""
    notice: str = ""
    model: str = ""
    tainted: bool = False


async def write_end(
    grip: Grip, parts: list[Entry], outcome: Outcome, meter: Meter, vault: Vault
) -> bool:
    """Store the end. False when another worker has closed the turn: then nothing is written.

    A database that restarts is waited for. Repeating is safe: a turn is closed once.
    """
    return await patiently(lambda: _write(grip, parts, outcome, meter, vault))


async def give_up(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Another has closed the turn: store only what it cost and did, which nobody else knows."""
    await patiently(lambda: turn_books.enter_late(grip, meter, vault))


async def patiently(write: Callable[[], Awaitable[Written]]) -> Written:
    """What a write gives that may be tried again, once the database takes it.

    Raises DatabaseAway when it stays away.
    """
    with suppress(DatabaseAway):
        return await write()  # as nearly always; to count attempts would cost as much again
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
    notice = json.dumps({"notice": outcome.notice} if outcome.notice else {})
    told = (outcome.status, outcome.model, outcome.error, notice, content)
    found = (uuid4(), grip.user_id, signature.bits if signature else None)
    tainted = outcome.tainted or any(part.get("untrusted") for part in parts)
    remembered = json.dumps({"tainted": True} if tainted else {})
    async with user_connection(grip.user_id) as connection:
        if not await leases.end(connection, grip, outcome.status):
            return False
        (row,) = await connection.fetch(
            _REPLY, grip.reply_id, *told, signature is not None, remembered, *found
        )
        if outcome.status == "waiting":
            await approvals.file(connection, grip, row["conversation_id"], parts, vault)
        await turn_books.enter(connection, grip, meter, vault)
    return True
