"""The user's words as a message: written in the transaction that begins their answer."""

from uuid import UUID

from assistant.models import Message
from assistant.services import contents, messages, signatures
from assistant.services.contents import Entry
from assistant.services.turn_begin import Question
from assistant.vault import Vault


def question_of(
    vault: Vault, conversation_id: UUID, parent_id: UUID | None, parts: list[Entry]
) -> Question:
    """The message, below another one or as a first one.

    What stands in files may be of others, and so may what was imported.
    """
    row = Message(
        user_id=vault.user_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="user",
        status="done",
    )
    row.content = messages.sealed(row.id, parts, vault)
    signature = signatures.signature(vault.user_id, row.id, parts, vault)
    row.searchable = signature is not None
    tainted = any(part["type"] == "file" or part.get("imported") for part in parts)
    said = contents.history("user", contents.load(contents.dump(parts)))
    return Question(row.id, parent_id, said, [row, *([signature] if signature else [])], tainted)
