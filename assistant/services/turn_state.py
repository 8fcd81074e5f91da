"""What the database knows of a turn, for readers that have no log to follow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assistant.database import user_connection
from assistant.errors import NotFound
from assistant.services import contents, messages
from assistant.services.keys import vault_over
from assistant.vault import Vault

_STATE = """
    select turns.status, m.id, m.content, m.error, m.model,
           coalesce(m.metadata ->> 'notice', '') as notice
    from turns join messages m on m.id = turns.reply_id
    where turns.id = $1
"""


@dataclass(frozen=True, slots=True)
class TurnState:
    """A turn as it is stored. end: the last entry of its log, if it has ended."""

    status: str
    parts: list[contents.Entry]
    end: dict[str, Any]
    vault: Vault


async def state_of(user_id: UUID, turn_id: UUID) -> TurnState:
    """The user's turn. Raises NotFound, the same for another user's and for none."""
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(_STATE, turn_id)
        if row is None:
            raise NotFound("answer")
        vault = await vault_over(connection, user_id, [row["content"]])
    end = {
        "status": row["status"],
        "error": row["error"],
        "notice": row["notice"],
        "model": row["model"],
        "message": str(row["id"]),
    }
    parts = contents.shown(messages.readable(row["id"], row["content"], vault))
    return TurnState(row["status"], parts, end, vault)
