"""What a turn cost and did, entered in the books: at its end, or late, where another wrote the end.

Each turn is booked once: by who closes it, or by the worker that had lost it, if nobody did
(see also `orphan_costs.py`).
"""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from assistant.agent.acts import Act, Effect
from assistant.agent.types import ToolCall, ToolFinished
from assistant.database import user_session
from assistant.models import ToolExecution, Turn, UsageLog
from assistant.services import audit_chain, contents
from assistant.services.leases import Grip
from assistant.services.turn_meter import Meter
from assistant.services.usage import record
from assistant.vault import Vault

DENIALS = ("off", "")  # the rules by which nothing runs
NOT_YET_KNOWN = "It has begun; what came of it stands in a later row, if it came to an end."


class Journal:
    """Writes down what a turn is about to change, before it does; see `agent.toolbox.Journal`."""

    def __init__(self, grip: Grip, vault: Vault) -> None:
        self._grip = grip
        self._vault = vault

    async def begins(self, call: ToolCall, act: Act) -> None:
        """Write that a call begins. Raises DatabaseAway, and then it must not."""
        row = _row(self._grip, call, act, NOT_YET_KNOWN, self._vault)
        row.status = "started"
        async with user_session(self._grip.user_id) as session:
            audit_chain.add(session, self._vault, [row])


def enter(session: AsyncSession, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the turn's requests and calls, in the transaction that closes it."""
    audit_chain.add(session, vault, _requests(grip, meter))
    audit_chain.add(session, vault, _calls(grip, meter, vault))


async def enter_late(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter of a turn that another has closed what is not booked yet; nothing when it is gone."""
    async with user_session(grip.user_id) as session:
        turn = select(Turn).where(Turn.id == grip.turn_id).with_for_update()
        if (await session.scalars(turn)).one_or_none() is None:
            return
        if not await _has(session, UsageLog, grip):
            audit_chain.add(session, vault, _requests(grip, meter))
        if not await _has(session, ToolExecution, grip):
            audit_chain.add(session, vault, _calls(grip, meter, vault))


async def _has(
    session: AsyncSession, table: type[UsageLog] | type[ToolExecution], grip: Grip
) -> bool:
    rows = select(table.id).where(table.turn_id == grip.turn_id)
    if table is ToolExecution:
        rows = rows.where(col(ToolExecution.status) != "started")
    return (await session.scalars(rows.limit(1))).one_or_none() is not None


def _requests(grip: Grip, meter: Meter) -> list[UsageLog]:
    return [record(grip.user_id, usage, "answer", grip.turn_id) for usage in meter.usages]


def _calls(grip: Grip, meter: Meter, vault: Vault) -> list[ToolExecution]:
    return [_execution(grip, call, vault) for call in meter.calls]


def _execution(grip: Grip, finished: ToolFinished, vault: Vault) -> ToolExecution:
    result = finished.result
    row = _row(grip, finished.call, finished.act, result.content, vault)
    row.status = _status(finished)
    row.seconds = finished.seconds
    if finished.undo is not None:
        undo = contents.dump(finished.undo)
        row.undo = vault.seal("tool_executions.undo", row.id, undo)
    return row


def _status(finished: ToolFinished) -> str:
    if not finished.result.is_error:
        return "done"
    denied = finished.act is not None and finished.act.rule in DENIALS
    return "denied" if denied else "failed"


def _row(grip: Grip, call: ToolCall, act: Act | None, said: str, vault: Vault) -> ToolExecution:
    row = ToolExecution(
        user_id=grip.user_id,
        turn_id=grip.turn_id,
        call_id=contents.clean(call.id[:200]),
        tool=contents.clean(call.name[:200]),
        effect=act.intent.effect if act else Effect.READ,
        status="failed",
        rule=act.rule if act else "",
    )
    arguments = contents.dump([dict(call.arguments)])
    row.input = vault.seal("tool_executions.input", row.id, arguments)
    row.output = vault.seal("tool_executions.output", row.id, contents.clean(said))
    return row
