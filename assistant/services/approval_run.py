"""Calls that were allowed, at work: each is run once, whoever is killed meanwhile.

A try claims the call under a new fence and writes down that it begins, then runs it with no
transaction open, then writes what came of it. A call whose worker is gone is run again only where a
second try has no second effect; of any other it is said that it may have happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, update

from assistant.agent.execution import executed
from assistant.agent.toolbox import TOOL_SECONDS
from assistant.agent.types import ToolCall, ToolFinished, ToolResult
from assistant.database import driver_of, system_session, user_session
from assistant.models import Approval
from assistant.services import (
    approvals,
    audit_chain,
    contents,
    conversations,
    permissions,
    signals,
    tiers,
)
from assistant.services.call_rows import keep_undo
from assistant.services.keys import vault_in
from assistant.services.stored_cards import ARGUMENTS, arguments_of, readable
from assistant.services.toolkit import Toolkit, toolkit_of
from assistant.services.turn_end import patiently
from assistant.services.waiting_calls import change_part, entry
from assistant.vault import Tampered, Vault

LEASE = timedelta(seconds=2 * TOOL_SECONDS)
PERHAPS = (
    "This was begun and then cut off, so it may have happened or not. Look whether it has before "
    "you ask for it again."
)
GONE = "This tool is not there any more, so it was not run."
NOT_IN_PLAN = "This tool is not in the user's plan any more, so it was not run."
OFF = "The user has turned this tool off, so it was not run."
DELETED = "The conversation of this call was deleted before its time came, so it was not run."
SPOILED = "What is stored of this call is not what was allowed, so it was not run."

log = structlog.get_logger()


class Due(NamedTuple):
    """A call that something is to be done about. status: as it stands."""

    id: UUID
    user_id: UUID
    status: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on a call that it may run. again: another worker had begun to run it.

    call: None where it turned out that the call may not run, which is written already.
    """

    row: Approval
    call: ToolCall | None = None
    tainted: bool = False
    again: bool = False


async def due(put_off: Sequence[UUID] = ()) -> list[Due]:
    """Calls whose time has come: to run, to be run again, to run out. put_off: but for these."""
    found = text("""
        select id, user_id, status from approvals
        where ((status = 'approved' and run_at <= now())
            or (status = 'executing' and lease_until < now())
            or (status = 'pending' and expires_at <= now()))
          and id <> all(cast(:put_off as uuid[]))
        order by run_at nulls last limit 100
    """)
    async with system_session() as session:
        return [Due(*row) for row in await session.execute(found, {"put_off": list(put_off)})]


async def attend(call: Due) -> None:
    """Do what is to be done about a call."""
    if call.status == "pending":
        await approvals.expire(call.user_id, call.id)
    else:
        await carry_out(call.user_id, call.id)


async def carry_out(user_id: UUID, approval_id: UUID) -> None:
    """Run a call that was allowed, if its time has come and nobody else runs it."""
    timezone = await approvals.timezone_of(user_id, approval_id)
    toolkit = await toolkit_of(user_id, timezone)
    claim = await _claim(user_id, approval_id)
    if claim is None:
        return
    if claim.call is not None:
        outcome = await _outcome(claim, claim.call, toolkit)
        await patiently(lambda: _finish(claim, outcome))
    await signals.tell_message(user_id, claim.row.conversation_id, claim.row.message_id)


async def _claim(user_id: UUID, approval_id: UUID) -> Claim | None:
    async with user_session(user_id) as session:
        row = await session.get(Approval, approval_id, with_for_update=True)
        if row is None or row.status not in ("approved", "executing"):
            return None
        again = row.status == "executing"
        if (fence := await _taken(session, approval_id)) is None:
            return None
        vault = await vault_in(session, [row.arguments, row.facts])
        if not await conversations.is_there(session, row.conversation_id):
            # Whoever deletes a conversation sees nothing of what is still done in it.
            end = ("failed", PERHAPS) if again else ("denied", DELETED)
            await _ended(session, row, vault, *end)
            return Claim(row)
        used = row.rule and not again
        if used and not await permissions.use(await driver_of(session), row.rule):
            await _ask_after_all(session, row, vault)
            return Claim(row)
        try:
            call = ToolCall(row.call_id, row.tool, arguments_of(row, vault))
        except Tampered:
            log.warning("unreadable", place=ARGUMENTS, row=str(row.id))
            await _ended(session, row, vault, "failed", SPOILED)
            return Claim(row)
        await change_part(session, row, card={"status": "executing"})
        tainted = await conversations.is_tainted(session, row.conversation_id)
        begun = entry(row, "started", call.arguments, readable(row, vault)["sentence"], vault)
        audit_chain.add(session, vault, [begun])
        await session.flush()
        session.expunge(row)
        row.fence = fence
    return Claim(row, call, tainted, again)


async def _ask_after_all(session: AsyncSession, row: Approval, vault: Vault) -> None:
    """The grant that had allowed it was revoked. The message is locked before the row changes.

    A row that this transaction has changed before takes a share of its message with it, and two
    that hold a share wait for each other to lock it.
    """
    card = readable(row, vault)
    await change_part(session, row, card={"status": "pending", "rule": ""})
    row.status, row.rule, row.run_at = "pending", "", None
    asked = entry(row, "asked", card["arguments"], card["sentence"], vault)
    audit_chain.add(session, vault, [asked])


async def _ended(session: AsyncSession, row: Approval, vault: Vault, status: str, why: str) -> None:
    """It is not run, and nothing more becomes of it. See `_ask_after_all` on the order."""
    await change_part(session, row, state=status, result=why, card={"status": status})
    row.status, row.ended_at = status, func.now()  # type: ignore[assignment]
    arguments = readable(row, vault)["arguments"]
    audit_chain.add(session, vault, [entry(row, status, arguments, why, vault)])


async def _taken(session: AsyncSession, approval_id: UUID) -> int | None:
    """The number of this try, None when the call's time has not come or another runs it."""
    taken = (
        update(Approval)
        .where(col(Approval.id) == approval_id, _is_due())
        .values(
            status="executing",
            fence=col(Approval.fence) + 1,
            lease_until=func.now() + LEASE,
        )
    )
    return await session.scalar(taken.returning(col(Approval.fence)))


def _is_due() -> ColumnElement[bool]:
    return or_(
        (col(Approval.status) == "approved") & (col(Approval.run_at) <= func.now()),
        (col(Approval.status) == "executing") & (col(Approval.lease_until) < func.now()),
    )


async def _outcome(claim: Claim, call: ToolCall, toolkit: Toolkit) -> ToolFinished:
    tool = toolkit.tool(claim.row.tool)
    if tool is None:
        return _not_run(call, GONE)
    if claim.again and not tool.repeatable:
        return _not_run(call, PERHAPS)
    if not await tiers.may(claim.row.user_id, tool):
        return _not_run(call, NOT_IN_PLAN)
    permitted = await permissions.permitted(claim.row.user_id, claim.row.conversation_id)
    if permitted.rules.get(tool.name) == "off":
        return _not_run(call, OFF)
    context = toolkit.context(str(claim.row.id), tainted=claim.tainted)
    return await executed(tool, call, context, TOOL_SECONDS)


def _not_run(call: ToolCall, why: str) -> ToolFinished:
    return ToolFinished(call, ToolResult(call.id, call.name, why, is_error=True), 0.0)


async def _finish(claim: Claim, outcome: ToolFinished) -> None:
    """Write what came of it, unless another worker has taken the call over."""
    row, result = claim.row, outcome.result
    status = "failed" if result.is_error else "done"
    async with user_session(row.user_id) as session:
        vault = await vault_in(session)
        ended = (
            update(Approval)
            .where(
                col(Approval.id) == row.id,
                col(Approval.fence) == row.fence,
                col(Approval.status) == "executing",
            )
            .values(status=status, ended_at=func.now())
            .returning(col(Approval.id))
        )
        if (await session.execute(ended)).first() is None:
            log.warning("call_taken_over", approval=str(row.id))
            return
        written = entry(row, status, outcome.call.arguments, result.content, vault)
        written.seconds = outcome.seconds
        keep_undo(written, outcome.undo, vault)
        await change_part(
            session,
            row,
            **contents.finished(outcome),
            card={"status": status, "execution": str(written.id) if written.undo else ""},
        )
        if result.untrusted:
            await conversations.taint(session, row.conversation_id)
        audit_chain.add(session, vault, [written])
