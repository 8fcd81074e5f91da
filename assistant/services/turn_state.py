"""What the database knows of a turn, for readers that have no log to follow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assistant.database import user_session
from assistant.errors import NotFound
from assistant.models import Message, Turn
from assistant.services import contents, messages
from assistant.services.keys import vault_in
from assistant.vault import Vault


@dataclass(frozen=True, slots=True)
class TurnState:
    """A turn as it is stored. end: the last entry of its log, if it has ended."""

    status: str
    parts: list[contents.Entry]
    end: dict[str, Any]
    vault: Vault


async def state_of(user_id: UUID, turn_id: UUID) -> TurnState:
    """The user's turn. Raises NotFound, the same for another user's and for none."""
    async with user_session(user_id) as session:
        turn = await session.get(Turn, turn_id)
        reply = await session.get(Message, turn.reply_id) if turn is not None else None
        if turn is None or reply is None:
            raise NotFound("answer")
        vault = await vault_in(session, [reply.content])
    end = {
        "status": turn.status,
        "error": reply.error,
        "notice": reply.details.get("notice", ""),
        "model": reply.model,
        "message": str(reply.id),
    }
    parts = contents.shown(messages.readable(reply.id, reply.content, vault))
    return TurnState(turn.status, parts, end, vault)
