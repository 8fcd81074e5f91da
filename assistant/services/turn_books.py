"""What a turn cost and did, entered in the books: step by step, at its end, or late.

Late is where another has closed it, who had only an estimate (see `orphan_costs.py`).
"""

from uuid import UUID, uuid4

from asyncpg import Connection

from assistant.agent.acts import Act, Effect
from assistant.agent.gate import GRANTED
from assistant.agent.types import ToolCall, ToolFinished
from assistant.database import user_connection
from assistant.errors import Busy
from assistant.models import ToolExecution
from assistant.services import audit_chain, contents, permissions, rate_limits, request_books
from assistant.services.call_rows import asked, filled, id_of, keep_undo
from assistant.services.leases import Grip
from assistant.services.request_books import ANSWER, Account
from assistant.services.rows import insert
from assistant.services.turn_meter import Meter
from assistant.vault import Vault

# No stronger than is needed: what is added to a turn holds its row, too, until it is written.
_USER = "select from profiles for key share"
_TURN = "select from turns where id = $1 for no key update"
_HELD = """
    select from turns where id = $1 and fence = $2 and status = 'running' for no key update
"""
_KNOWN = "select id from tool_executions where id = any($1::uuid[])"
REVOKED = "The user has taken back what allowed this call, so it was not run."
NOT_YET_KNOWN = "It has begun; what came of it stands in a later row, if it came to an end."


class Journal:
    """Writes down which mark a turn is about to leave, before it does; see `agent.toolbox`."""

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

    async def begins(self, call: ToolCall, act: Act) -> str:
        """Write that a call begins. Returns why it must not, "" when it may: its grant is revoked.

        Raises DatabaseAway, and then it must not either.
        """
        row = _row(self._grip, call, act, uuid4())
        row.status = "started"
        filled(row, asked(call.arguments), NOT_YET_KNOWN, self._vault)
        async with user_connection(self._grip.user_id) as connection:
            if act.intent.effect in GRANTED and not await permissions.use(connection, act.rule):
                return REVOKED
            await insert(connection, *audit_chain.signed(self._vault, [row]))
        return ""


async def ask(grip: Grip, meter: Meter, vault: Vault) -> bool:
    """Put down the request that is about to be made, and enter requests and calls that are over.

    False when the turn is another's by now: then it must not be made. Raises DatabaseAway.
    """
    made = meter.requests.made
    if meter.requests.is_settled:
        return True
    account = Account(vault, ANSWER, grip.turn_id)
    async with user_connection(grip.user_id) as connection:
        if await connection.fetchrow(_HELD, grip.turn_id, grip.fence) is None:
            return False
        await request_books.note(connection, account, made)
        await request_books.book(connection, account, made)
        await _enter_calls(connection, grip, meter, vault)
    request_books.settled(made)
    return True


async def enter(connection: Connection, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the turn's requests and calls, in the transaction that closes it."""
    account = Account(vault, ANSWER, grip.turn_id)
    await request_books.book(connection, account, meter.requests.made, closes=True)
    await _enter_calls(connection, grip, meter, vault)


async def enter_late(grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter of a turn that another has closed what is not booked yet, or only by an estimate.

    Nothing where the account is gone; where the turn is, its requests alone.
    """
    async with user_connection(grip.user_id) as connection:
        if await connection.fetchrow(_USER) is None:
            return
        is_there = await connection.fetchrow(_TURN, grip.turn_id) is not None
        account = Account(vault, ANSWER, grip.turn_id if is_there else None)
        await request_books.book(connection, account, meter.requests.made)
        if is_there:
            await _enter_calls(connection, grip, meter, vault)


async def _enter_calls(connection: Connection, grip: Grip, meter: Meter, vault: Vault) -> None:
    """Enter the calls that the log does not have yet, in this transaction, as its last change."""
    over = {id_of(grip.turn_id, number): call for number, call in enumerate(meter.calls)}
    known = await connection.fetch(_KNOWN, list(over)) if over else []
    new = [each for each in over if each not in {row["id"] for row in known}]
    rows = [_execution(grip, each, over[each], vault) for each in new]
    await insert(connection, *audit_chain.signed(vault, rows))


def _execution(grip: Grip, row_id: UUID, finished: ToolFinished, vault: Vault) -> ToolExecution:
    row = _row(grip, finished.call, finished.act, row_id)
    filled(row, asked(finished.call.arguments), finished.result.content, vault)
    row.status = contents.fate(finished)
    row.seconds = finished.seconds
    keep_undo(row, finished.undo, vault)
    return row


def _row(grip: Grip, call: ToolCall, act: Act | None, row_id: UUID) -> ToolExecution:
    return ToolExecution(
        id=row_id,
        user_id=grip.user_id,
        turn_id=grip.turn_id,
        call_id=contents.clean(call.id[:200]),
        tool=contents.clean(call.name[:200]),
        effect=act.intent.effect if act else Effect.READ,
        status="failed",
        rule=act.rule if act else "",
    )
