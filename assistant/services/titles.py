"""Titles: the first words at once, a better one from the cheapest model after the first answer."""

from contextlib import aclosing
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import col, update

from assistant.agent.prompt import clean_title, title_request
from assistant.agent.types import MessageDone, ProviderFailed, Usage
from assistant.database import user_session
from assistant.errors import ProviderError
from assistant.models import Conversation
from assistant.services import audit_chain, signals
from assistant.services.keys import vault_in
from assistant.services.model_choice import small_provider
from assistant.services.usage import record
from assistant.vault import Vault

PLACE = "conversations.title"
PROVISIONAL_CHARACTERS = 60

log = structlog.get_logger()


def provisional(conversation_id: UUID, words: str, vault: Vault) -> bytes:
    """The title that a conversation has until its first answer is done."""
    line = " ".join(words.split())
    short = (
        line if len(line) <= PROVISIONAL_CHARACTERS else f"{line[: PROVISIONAL_CHARACTERS - 1]}…"
    )
    return vault.seal(PLACE, conversation_id, short)


def titled_by(whom: str) -> ColumnElement[dict[str, Any]]:
    """The conversation's details with who gave it its title: "model" or "user"."""
    return col(Conversation.details).concat({"titled": whom})


async def entitle(user_id: UUID, conversation_id: UUID, question: str) -> None:
    """Ask for a title and store it, unless the user has named the conversation meanwhile."""
    title, usages = await _ask(question)
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        if title:
            sealed = vault.seal(PLACE, conversation_id, title)
            named = col(Conversation.details)["titled"].as_string()
            await session.execute(
                update(Conversation)
                .where(col(Conversation.id) == conversation_id, named.is_(None))
                .values(title=sealed, details=titled_by("model"))
            )
        audit_chain.add(session, vault, [record(user_id, usage, "title") for usage in usages])
    await signals.tell_changed(user_id, conversation_id)


async def _ask(question: str) -> tuple[str, list[Usage]]:
    usages: list[Usage] = []
    title = ""
    try:
        async with aclosing(small_provider().stream(title_request(question))) as events:
            async for event in events:
                if isinstance(event, MessageDone):
                    title = clean_title(event.message.text)
                if isinstance(event, MessageDone | ProviderFailed) and event.usage:
                    usages.append(event.usage)
    except ProviderError as error:
        log.info("title_not_made", provider=error.provider)
    return title, usages
