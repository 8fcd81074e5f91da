"""What a turn cost and did, entered in the books: at its end, or late, where another wrote the end.

Each turn is booked once: by who closes it, or by the worker that had lost it, if nobody did
(see also `orphan_costs.py`).
"""

from asyncpg import Connection

from assistant.agent.tools import TOOLS
from assistant.agent.types import ToolFinished
from assistant.database import user_connection
from assistant.models import ToolExecution, UsageLog
from assistant.services import contents
from assistant.services.leases import Grip
from assistant.services.rows import insert
from assistant.services.turn_meter import Meter
from assistant.services.usage import record
from assistant.vault import Vault

EFFECTS = {tool.name: tool.effect for tool in TOOLS}
_TURN = "select from turns where id = $1 for update"
_BOOKED = """
    select exists (select from usage_logs where turn_id = $1) as requests,
           exists (select from tool_executions where turn_id = $1) as calls
"""


async def enter(connection: Connection, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the turn's requests and calls, in the transaction that closes it."""
    await insert(connection, *_requests(grip, meter), *_calls(grip, meter, vault))


async def enter_late(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter of a turn that another has closed what is not booked yet; nothing when it is gone."""
    async with user_connection(grip.user_id) as connection:
        if await connection.fetchrow(_TURN, grip.turn_id) is None:
            return
        (booked,) = await connection.fetch(_BOOKED, grip.turn_id)
        if not booked["requests"]:
            await insert(connection, *_requests(grip, meter))
        if not booked["calls"]:
            await insert(connection, *_calls(grip, meter, vault))


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
