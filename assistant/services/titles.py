"""Titles: the first words at once, a better one from the cheapest model after the first answer."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from assistant.agent.prompt import clean_title, title_request
from assistant.agent.unmarked import unmarked
from assistant.database import user_connection
from assistant.models import Conversation
from assistant.services import crowd, signals, small_talk
from assistant.services.keys import vault_over
from assistant.services.request_books import TITLE
from assistant.vault import Vault

PLACE = "conversations.title"
PROVISIONAL_CHARACTERS = 60
READ_CHARACTERS = 500  # of the words: a message may be long, and a title is not
_ENTITLE = """
    update conversations set title = $2, metadata = metadata || '{"titled": "model"}'
    where id = $1 and metadata ->> 'titled' is null
"""


def provisional(conversation_id: UUID, words: str, vault: Vault) -> bytes:
    """The title that a conversation has until its first answer is done."""
    line = " ".join(unmarked(words.strip()[:READ_CHARACTERS]).split())
    short = (
        line if len(line) <= PROVISIONAL_CHARACTERS else f"{line[: PROVISIONAL_CHARACTERS - 1]}…"
    )
    return vault.seal(PLACE, conversation_id, short)


def titled_by(whom: str) -> ColumnElement[dict[str, Any]]:
    """The conversation's details with who gave it its title: "model" or "user"."""
    return col(Conversation.details).concat({"titled": whom})


async def entitle(user_id: UUID, conversation_id: UUID, turn_id: UUID, question: str) -> None:
    """Ask for a title and store it, unless the user has named the conversation meanwhile.

    turn_id: the turn that it follows, on whose month and day it is booked. The answers that others
    wait for come first.
    """
    await crowd.calm()
    title = clean_title(await small_talk.ask(user_id, turn_id, TITLE, title_request(question)))
    if title:
        async with user_connection(user_id) as connection:
            vault = await vault_over(connection, user_id)
            sealed = vault.seal(PLACE, conversation_id, title)
            await connection.execute(_ENTITLE, conversation_id, sealed)
    await signals.tell_changed(user_id, conversation_id)
