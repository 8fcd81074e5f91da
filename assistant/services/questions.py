"""The user's words as a message: written in the transaction that begins their answer."""

from uuid import UUID

from assistant.models import Message
from assistant.services import messages, signatures
from assistant.services.contents import Entry
from assistant.services.rows import insert
from assistant.services.turn_begin import Asking

_TAINT = "update conversations set metadata = metadata || '{\"tainted\": true}' where id = $1"


async def write(
    asking: Asking, conversation_id: UUID, parent_id: UUID | None, parts: list[Entry]
) -> UUID:
    """Write a message below another one, or as a first one. Returns its id.

    What stands in files may be of others, and so may what was imported.
    """
    vault = asking.vault
    question = Message(
        user_id=vault.user_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="user",
        status="done",
    )
    question.content = messages.sealed(question.id, parts, vault)
    signature = signatures.signature(vault.user_id, question.id, parts, vault)
    question.searchable = signature is not None
    await insert(asking.connection, question, *([signature] if signature else []))
    if any(part["type"] == "file" or part.get("imported") for part in parts):
        await asking.connection.execute(_TAINT, conversation_id)
    return question.id
