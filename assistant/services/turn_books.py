"""What a turn cost and did, entered in the books: at its end, or late, where another wrote the end.

Each turn is booked once: by who closes it, or by the worker that had lost it, if nobody did
(see also `orphan_costs.py`).
"""

from asyncpg import Connection

from assistant.agent.acts import Act, Effect
from assistant.agent.types import ToolCall, ToolFinished
from assistant.database import user_connection
from assistant.errors import Busy
from assistant.models import ToolExecution, UsageLog
from assistant.services import audit_chain, contents, rate_limits
from assistant.services.call_rows import asked, filled, keep_undo
from assistant.services.leases import Grip
from assistant.services.rows import insert
from assistant.services.turn_meter import Meter
from assistant.services.usage import record
from assistant.vault import Vault

DENIALS = ("off", "")  # the rules by which nothing runs
_TURN = "select from turns where id = $1 for update"
_BOOKED = """
    select exists (select from usage_logs where turn_id = $1) as requests,
           exists (
               select from tool_executions where turn_id = $1 and status <> 'started'
           ) as calls
"""
NOT_YET_KNOWN = "It has begun; what came of it stands in a later row, if it came to an end."


class Journal:
    """Writes down what a turn is about to change, before it does; see `agent.toolbox.Journal`."""

    def __init__(self, grip: Grip, vault: Vault) -> None:
        self._grip = grip
        self._vault = vault

    async def admits(self, call: ToolCall) -> str:
        """Why the call may not run now, "" when it may: there were too many."""
        try:
            await rate_limits.count("tool_calls", self._grip.user_id)
        except Busy as busy:
            return str(busy)
        return ""

    async def begins(self, call: ToolCall, act: Act) -> None:
        """Write that a call begins. Raises DatabaseAway, and then it must not."""
        row = _row(self._grip, call, act, NOT_YET_KNOWN, self._vault)
        row.status = "started"
        async with user_connection(self._grip.user_id) as connection:
            await insert(connection, *audit_chain.signed(self._vault, [row]))


async def enter(connection: Connection, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the turn's requests and calls, in the transaction that closes it."""
    requests, calls = _requests(grip, meter), _calls(grip, meter, vault)
    await insert(connection, *audit_chain.signed(vault, [*requests, *calls]))


async def enter_late(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter of a turn that another has closed what is not booked yet; nothing when it is gone."""
    async with user_connection(grip.user_id) as connection:
        if await connection.fetchrow(_TURN, grip.turn_id) is None:
            return
        (booked,) = await connection.fetch(_BOOKED, grip.turn_id)
        if not booked["requests"]:
            await insert(connection, *audit_chain.signed(vault, _requests(grip, meter)))
        if not booked["calls"]:
            await insert(connection, *audit_chain.signed(vault, _calls(grip, meter, vault)))


def _requests(grip: Grip, meter: Meter) -> list[UsageLog]:
    return [record(grip.user_id, usage, "answer", grip.turn_id) for usage in meter.usages]


def _calls(grip: Grip, meter: Meter, vault: Vault) -> list[ToolExecution]:
    return [_execution(grip, call, vault) for call in meter.calls]


def _execution(grip: Grip, finished: ToolFinished, vault: Vault) -> ToolExecution:
    result = finished.result
    row = _row(grip, finished.call, finished.act, result.content, vault)
    row.status = _status(finished)
    row.seconds = finished.seconds
    keep_undo(row, finished.undo, vault)
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
    return filled(row, asked(call.arguments), said, vault)
