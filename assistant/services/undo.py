"""Takes back what a call has done, by what it left for that: at the user's word, for a month.

A tool puts things back as they were, so two who undo the same at once do no more than one would;
the row that says so can be there once.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from assistant.agent.execution import taken_back
from assistant.agent.toolbox import TOOL_SECONDS
from assistant.database import user_session
from assistant.errors import NotFound, Refused, ToolError
from assistant.models import ToolExecution, Turn
from assistant.services import audit_chain, contents, signals
from assistant.services.call_rows import INPUT, UNDO, asked, filled
from assistant.services.keys import vault_in
from assistant.services.toolkit import toolkit_of
from assistant.services.waiting_calls import show_undone
from assistant.vault import Vault

FOR = timedelta(days=30)
ALREADY = "This has been undone already."
CANNOT = "This cannot be undone."
TOO_OLD = f"This was done more than {FOR.days} days ago, so it cannot be undone any more."
NOT_YET = "The answer that did this is still being written. Undo it when that has ended."
GONE = "The tool that did this is not there any more, so it cannot be undone here."
BEGINS = "It is being taken back; what came of it stands in a later row, if it came to an end."


class _Saved(NamedTuple):
    """What a call did, and what takes it back."""

    row: ToolExecution
    arguments: str
    value: JsonValue
    timezone: str  # in which it was asked for


async def undo(user_id: UUID, execution_id: UUID) -> str:
    """Take back a call that was done. Returns what the tool says of it, for the user.

    Raises NotFound, and Refused: it is too long ago, it was undone before, it left nothing for
    that, its answer is not over, or the tool cannot.
    """
    async with user_session(user_id) as session:
        saved = await _saved(session, execution_id)
        vault = await vault_in(session)
    toolkit = await toolkit_of(user_id, saved.timezone)
    tool = toolkit.tool(saved.row.tool)
    if tool is None or tool.undo is None:
        raise Refused(GONE)
    async with user_session(user_id) as session:
        audit_chain.add(session, vault, [_row(saved, "started", BEGINS, vault)])
    context = toolkit.context(f"undo/{execution_id}")
    try:
        said = await taken_back(tool, saved.value, context, TOOL_SECONDS)
    except ToolError as error:
        async with user_session(user_id) as session:
            audit_chain.add(session, vault, [_row(saved, "failed", str(error), vault)])
        raise Refused(str(error)) from error
    await _write(user_id, saved, said, vault)
    return said


async def _saved(session: AsyncSession, execution_id: UUID) -> _Saved:
    in_time = col(ToolExecution.created_at) > func.now() - FOR
    query = select(ToolExecution, in_time).where(ToolExecution.id == execution_id)
    if (found := (await session.execute(query)).one_or_none()) is None:
        raise NotFound("call")
    row: ToolExecution = found[0]
    session.expunge(row)
    undone = select(ToolExecution.id).where(ToolExecution.undoes == execution_id)
    if (await session.scalars(undone)).first() is not None:
        raise Refused(ALREADY)
    if row.status != "done" or row.undo is None:
        raise Refused(CANNOT)
    if not found[1]:
        raise Refused(TOO_OLD)
    vault = await vault_in(session, [row.undo, row.input])
    arguments = vault.open(INPUT, row.id, row.input) if row.input else asked({})
    value = contents.read(vault.open(UNDO, row.id, row.undo), [])
    turn = await session.get(Turn, row.turn_id) if row.turn_id else None
    if turn is not None and turn.status == "running":
        raise Refused(NOT_YET)  # what is stored of its reply is written anew until then
    details = turn.details if turn is not None else {}
    return _Saved(row, arguments, value, str(details.get("timezone", "UTC")))


def _row(saved: _Saved, status: str, said: str, vault: Vault) -> ToolExecution:
    """A row of the log for the way back."""
    done = saved.row
    row = ToolExecution(
        user_id=done.user_id,
        turn_id=done.turn_id,
        call_id=done.call_id,
        tool=done.tool,
        effect=done.effect,
        status=status,
        undoes=done.id if status == "undone" else None,
        details={"undo": str(done.id)},
    )
    return filled(row, saved.arguments, said, vault)


async def _write(user_id: UUID, saved: _Saved, said: str, vault: Vault) -> None:
    """Write that it is undone, in the log and in the message that tells of the call."""
    place = select(Turn.conversation_id, Turn.reply_id).where(Turn.id == saved.row.turn_id)
    try:
        async with user_session(user_id) as session:
            if (told := (await session.execute(place)).one_or_none()) is not None:
                await show_undone(session, told.reply_id, saved.row.id)
            audit_chain.add(session, vault, [_row(saved, "undone", said, vault)])
    except IntegrityError as error:  # another was quicker by a moment
        raise Refused(ALREADY) from error
    if told is not None:
        await signals.tell_message(user_id, *told)
