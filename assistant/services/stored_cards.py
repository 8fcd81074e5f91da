"""The cards of waiting calls as they are stored, and those that wait for the user now."""

import hmac
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlmodel import col, select

from assistant.agent.acts import Arguments
from assistant.database import user_session
from assistant.models import Approval, Conversation
from assistant.services import contents
from assistant.services.approval_cards import shown
from assistant.services.keys import UNREADABLE, vault_in
from assistant.vault import Tampered, Vault

ARGUMENTS, FACTS = "approvals.arguments", "approvals.facts"

log = structlog.get_logger()


async def pending(user_id: UUID) -> list[dict[str, Any]]:
    """The cards of all calls that wait for the user, the oldest first."""
    query = select(Approval).where(*_undecided_of_all()).order_by(col(Approval.created_at))
    async with user_session(user_id) as session:
        rows = (await session.scalars(query.limit(100))).all()
        vault = await vault_in(session, [v for row in rows for v in (row.arguments, row.facts)])
    return [
        readable(row, vault)
        | {
            "tool": row.tool,
            "conversation": str(row.conversation_id),
            "message": str(row.message_id),
        }
        for row in rows
    ]


def _undecided_of_all() -> tuple[Any, ...]:
    there = select(Conversation.id).where(col(Conversation.deleted_at).is_(None))
    return (
        col(Approval.status) == "pending",
        col(Approval.expires_at) > func.now(),
        col(Approval.conversation_id).in_(there),
    )


def readable(row: Approval, vault: Vault) -> dict[str, Any]:
    """The card with the arguments; of one that does not open, a card that says so."""
    try:
        return card_of(row, vault) | {"arguments": dict(arguments_of(row, vault))}
    except Tampered:
        log.warning("unreadable", place=FACTS, row=str(row.id))
    known = {"id": str(row.id), "status": row.status, "effect": row.effect, "shown": row.shown}
    return known | {"sentence": UNREADABLE, "targets": [], "arguments": {}, "rule": "", "delay": 0}


def arguments_of(row: Approval, vault: Vault) -> Arguments:
    """The arguments with which the call is to run: those of this tool that the card stood for.

    Raises Tampered, also where they are others than those.
    """
    stored = vault.open(ARGUMENTS, row.id, row.arguments or b"")
    arguments: Arguments = contents.read(stored, [])
    if not hmac.compare_digest(shown(row.id, row.tool, arguments, vault), row.shown):
        raise Tampered("A stored call is not the one that was shown.")
    return arguments


def card_of(row: Approval, vault: Vault) -> dict[str, Any]:
    """The card as it stands. Raises Tampered."""
    card: dict[str, Any] = contents.read(vault.open(FACTS, row.id, row.facts or b""), [])
    return card | {"status": row.status}
