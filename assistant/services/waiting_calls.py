"""A waiting call in its reply: how the message and the log of calls follow its fate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.agent.acts import Arguments
from assistant.errors import NotFound
from assistant.models import Approval, Message, ToolExecution
from assistant.services import messages
from assistant.services.call_rows import asked, filled
from assistant.services.contents import Entry
from assistant.services.keys import vault_in
from assistant.vault import Vault


async def change_part(session: AsyncSession, approval: Approval, **changes: Any) -> None:  # noqa: ANN401
    """Change the call's part of its reply. card: what changes on its card."""
    card_changes = changes.pop("card", {})
    async with _changing(session, approval.message_id) as parts:
        for part in parts:
            if part.get("approval", {}).get("id") == str(approval.id):
                part.update(changes)
                part["approval"].update(card_changes)


async def show_undone(session: AsyncSession, message_id: UUID, execution_id: UUID) -> None:
    """Let the call that has this id in the log be told as undone, whether it had waited or not."""
    async with _changing(session, message_id) as parts:
        for place in (place for part in parts for place in (part, part.get("approval", {}))):
            if place.get("execution") == str(execution_id):
                place.update(execution="", undone=True)


@asynccontextmanager
async def _changing(session: AsyncSession, message_id: UUID) -> AsyncIterator[list[Entry]]:
    """The parts of a message, which are stored as they are at the end of the block."""
    reply = await session.get(Message, message_id, with_for_update={"key_share": True})
    if reply is None:
        raise NotFound("message")
    vault = await vault_in(session, [reply.content])
    parts = messages.opened(reply.id, reply.content, vault)
    yield parts
    reply.content = messages.sealed(reply.id, parts, vault)
    session.add(reply)


def entry(
    approval: Approval, status: str, arguments: Arguments, said: str, vault: Vault
) -> ToolExecution:
    """A row of the log of calls: what befell this one."""
    row = ToolExecution(
        user_id=approval.user_id,
        turn_id=approval.turn_id,
        call_id=approval.call_id,
        tool=approval.tool,
        effect=approval.effect,
        status=status,
        rule=approval.rule,
        details={"approval": str(approval.id)},
    )
    return filled(row, asked(arguments), said, vault)


def cards_in(parts: list[Entry]) -> list[Entry]:
    """The parts whose calls wait."""
    return [part for part in parts if part["type"] == "tool" and part["state"] == "waiting"]
