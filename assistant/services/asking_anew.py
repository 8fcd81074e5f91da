"""Asking anew: an answer is given once more, or a question is put in other words.

Both stand beside the old one (see `versions.py`), which is kept with all that follows it. What the
model reads is the new branch alone. That others' text was read is remembered of the conversation,
whichever branch it was on.
"""

from uuid import UUID

from asyncpg import Record

from assistant.errors import NotFound, Refused
from assistant.services import contents, messages
from assistant.services.contents import Entry
from assistant.services.inputs import message_text
from assistant.services.keys import vault_over
from assistant.services.model_choice import require_offered
from assistant.services.questions import question_of
from assistant.services.turn_begin import Asking, Wish, begin, place_in
from assistant.services.turn_job import Job
from assistant.services.turns import Started, ask_about
from assistant.vault import Tampered, Vault

WAITS = (
    "This answer waits for your decision. Decide what it asks for; then it can be given once more."
)
SPOILED = (
    "What is stored of this message cannot be opened, so it cannot be edited. Send your words anew."
)
_MESSAGE = """
    select id, parent_id, status, content from messages where id = $1 and role = $2
"""


async def regenerate(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Give an answer once more, wherever it stands. A repeated key is one turn.

    Raises NotFound, Refused while it waits for the user, and what a send raises.
    """

    async def beginning(asking: Asking) -> Job:
        place = place_in(asking)
        reply = await asking.connection.fetchrow(_MESSAGE, message_id, "assistant")
        if reply is None or reply["parent_id"] is None:
            raise NotFound("message")
        if reply["status"] == "waiting":
            raise Refused(WAITS)
        if wish.once:
            require_offered(asking.tier, wish.model)
        return await begin(asking, place, reply["parent_id"])

    return await ask_about(user_id, message_id, wish, beginning)


async def edit(user_id: UUID, message_id: UUID, words: str, wish: Wish) -> Started:
    """Ask what a message of the user's asked in other words. Its files stay beside them.

    A repeated key is one turn. Raises NotFound and what a send raises.
    """
    words = message_text(words, alone=False)

    async def beginning(asking: Asking) -> Job:
        place, connection = place_in(asking), asking.connection
        old = await connection.fetchrow(_MESSAGE, message_id, "user")
        if old is None:
            raise NotFound("message")
        parts = _reworded(old, words, await vault_over(connection, user_id, [old["content"]]))
        question = question_of(asking.vault, place.id, old["parent_id"], parts)
        return await begin(asking, place, question.id, question)

    return await ask_about(user_id, message_id, wish, beginning)


def _reworded(old: Record, words: str, vault: Vault) -> list[Entry]:
    """The parts with other words. Those of an archive stay words that anybody may have written."""
    try:
        parts = messages.opened(old["id"], old["content"], vault)
    except Tampered as error:
        raise Refused(SPOILED) from error
    files = [part for part in parts if part["type"] == "file"]
    words = message_text(words, alone=not files)
    imported = any(part.get("imported") for part in parts if part["type"] == "text")
    said = contents.words(words) if words.strip() else []
    return [*files, *(part | ({"imported": True} if imported else {}) for part in said)]
