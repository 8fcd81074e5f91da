"""A long audit log, written by the app's own code: calls of tools and requests to models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert

from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.models import Conversation, Message, ToolExecution, Turn
from assistant.services import audit_chain, contents
from assistant.services.keys import vault_in
from assistant.services.usage import record
from assistant.vault import Vault

EVERY = timedelta(minutes=10)  # so a hundred thousand rows are two years
AT_ONCE = 100  # rows of one turn, calls and requests by halves
TURNS_OF_A_TALK = 10
NEEDLE = "Zanzibar"
COMMON, SOME, RARE = "web_search", "write_note", "send_mail"
USAGE = Usage("anthropic", "claude-sonnet-5-5", 900, 300)
SAID = "What the page said about opening hours, prices and the way there, as far as was read. " * 6


@dataclass(frozen=True, slots=True)
class LongLog:
    """A user whose log it is. conversation: one of many."""

    user_id: UUID
    conversation: UUID


async def fill(user_id: UUID, rows: int) -> LongLog:
    """Write so many rows, the last one now. Words of `NEEDLE` stand in the middle, once."""
    begin = datetime.now(UTC) - rows * EVERY
    talk = uuid4()
    for first in range(0, rows, AT_ONCE):
        if first % (TURNS_OF_A_TALK * AT_ONCE) == 0:
            talk = uuid4()
            await _begin(user_id, talk)
        await _write(user_id, talk, range(first, min(first + AT_ONCE, rows)), begin, rows // 2)
    return LongLog(user_id, talk)


async def _begin(user_id: UUID, talk: UUID) -> None:
    async with user_session(user_id) as session:
        await session.execute(insert(Conversation), {"id": talk, "user_id": user_id})


async def _write(
    user_id: UUID, talk: UUID, numbers: Sequence[int], begin: datetime, needle: int
) -> None:
    """The rows of one turn: first its calls, then its requests."""
    half = len(numbers) // 2
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        turn = {"id": uuid4(), "user_id": user_id, "conversation_id": talk, "status": "done"}
        reply = {**turn, "id": uuid4(), "role": "assistant"}
        await session.execute(insert(Message), reply)
        leased = {"client_key": uuid4().hex, "worker": "w", "lease_until": begin}
        await session.execute(insert(Turn), {**turn, **leased, "reply_id": reply["id"]})
        calls = [_call(user_id, turn["id"], number, needle, vault) for number in numbers[:half]]
        requests = [record(user_id, USAGE, "answer", turn["id"]) for _ in numbers[half:]]
        for rows, some in ((calls, numbers[:half]), (requests, numbers[half:])):
            _date(rows, some, begin)
            audit_chain.add(session, vault, rows)
            await session.flush()


def _date(rows: Iterable[audit_chain.Row], numbers: Iterable[int], begin: datetime) -> None:
    for row, number in zip(rows, numbers, strict=True):
        row.created_at = begin + number * EVERY


def _call(user_id: UUID, turn: UUID, number: int, needle: int, vault: Vault) -> ToolExecution:
    tool = RARE if number % 1_000 == 0 else SOME if number % 10 == 0 else COMMON
    row = ToolExecution(
        user_id=user_id,
        turn_id=turn,
        call_id=f"call-{number}",
        tool=tool,
        effect="read",
        status="denied" if number % 500 == 0 else "done",
        rule="reads only",
        seconds=0.25,
    )
    words = f"{NEEDLE} {number}" if number == needle else f"opening hours {number}"
    row.input = vault.seal("tool_executions.input", row.id, contents.dump([{"query": words}]))
    row.output = vault.seal("tool_executions.output", row.id, SAID)
    return row
