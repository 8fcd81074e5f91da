"""What a turn cost and did, entered in the books: at its end, or late, where another wrote the end.

Each turn is booked once: by who closes it, or by the worker that had lost it, if nobody did
(see also `orphan_costs.py`).
"""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from assistant.agent.tools import TOOLS
from assistant.agent.types import ToolFinished
from assistant.database import user_session
from assistant.models import ToolExecution, Turn, UsageLog
from assistant.services import contents
from assistant.services.leases import Grip
from assistant.services.turn_meter import Meter
from assistant.services.usage import record
from assistant.vault import Vault

EFFECTS = {tool.name: tool.effect for tool in TOOLS}


def enter(session: AsyncSession, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the turn's requests and calls, in the transaction that closes it."""
    session.add_all(_requests(grip, meter))
    session.add_all(_calls(grip, meter, vault))


async def enter_late(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter of a turn that another has closed what is not booked yet; nothing when it is gone."""
    async with user_session(grip.user_id) as session:
        turn = select(Turn).where(Turn.id == grip.turn_id).with_for_update()
        if (await session.scalars(turn)).one_or_none() is None:
            return
        if not await _has(session, UsageLog, grip):
            session.add_all(_requests(grip, meter))
        if not await _has(session, ToolExecution, grip):
            session.add_all(_calls(grip, meter, vault))


async def _has(
    session: AsyncSession, table: type[UsageLog] | type[ToolExecution], grip: Grip
) -> bool:
    rows = select(table.id).where(table.turn_id == grip.turn_id).limit(1)
    return (await session.scalars(rows)).one_or_none() is not None


def _requests(grip: Grip, meter: Meter) -> list[UsageLog]:
    return [record(grip.user_id, usage, "answer", grip.turn_id) for usage in meter.usages]


def _calls(grip: Grip, meter: Meter, vault: Vault) -> list[ToolExecution]:
    return [_execution(grip, call, vault) for call in meter.calls]


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
