"""The end of a turn, written in one transaction: reply, usage, tool calls, status."""

from dataclasses import dataclass

import stamina
from sqlalchemy import func
from sqlmodel import col, update

from assistant.agent.tools import TOOLS
from assistant.agent.types import ToolFinished
from assistant.database import user_session
from assistant.errors import DatabaseAway
from assistant.models import Conversation, Message, ToolExecution
from assistant.services import contents, leases, messages, signatures
from assistant.services.contents import Entry
from assistant.services.leases import Grip
from assistant.services.turn_meter import Meter
from assistant.services.usage import record
from assistant.vault import Vault

STORED_WITHIN_SECONDS = 60.0  # how long a lost database is waited for
EFFECTS = {tool.name: tool.effect for tool in TOOLS}


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
    async for attempt in stamina.retry_context(
        on=DatabaseAway, attempts=None, timeout=STORED_WITHIN_SECONDS, wait_max=2.0
    ):
        with attempt:
            return await _write(grip, parts, outcome, meter, vault)
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
        await session.execute(touched.values(touched_at=func.now()))
        for usage in meter.usages:
            session.add(record(grip.user_id, usage, "answer", grip.turn_id))
        for call in meter.calls:
            session.add(_execution(grip, call, vault))
    return True


def _execution(grip: Grip, finished: ToolFinished, vault: Vault) -> ToolExecution:
    call, result = finished.call, finished.result
    row = ToolExecution(
        user_id=grip.user_id,
        turn_id=grip.turn_id,
        call_id=contents.clean(call.id[:200]),
        tool=contents.clean(call.name[:200]),
        effect=EFFECTS.get(call.name, "read"),
        status="failed" if result.is_error else "done",
        seconds=finished.seconds,
    )
    arguments = contents.dump([dict(call.arguments)])
    row.input = vault.seal("tool_executions.input", row.id, arguments)
    row.output = vault.seal("tool_executions.output", row.id, contents.clean(result.content))
    return row
