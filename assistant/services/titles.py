"""Titles: the first words at once, a better one from the cheapest model after the first answer."""

from contextlib import aclosing
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import col

from assistant.agent.prompt import clean_title, title_request
from assistant.agent.types import MessageDone, ProviderFailed, Usage
from assistant.database import user_connection
from assistant.errors import ProviderError
from assistant.models import Conversation
from assistant.services import allowances, audit_chain, signals
from assistant.services.keys import vault_over
from assistant.services.model_choice import small_provider
from assistant.services.rows import insert
from assistant.services.usage import record
from assistant.vault import Vault

PLACE = "conversations.title"
PROVISIONAL_CHARACTERS = 60
_ENTITLE = """
    update conversations set title = $2, metadata = metadata || '{"titled": "model"}'
    where id = $1 and metadata ->> 'titled' is null
"""

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
    async with user_connection(user_id) as connection:
        vault = await vault_over(connection, user_id)
        if title:
            sealed = vault.seal(PLACE, conversation_id, title)
            await connection.execute(_ENTITLE, conversation_id, sealed)
        requests = [record(user_id, usage, "title") for usage in usages]
        await allowances.spend(connection, sum((each.cost for each in requests), Decimal(0)))
        await insert(connection, *audit_chain.signed(vault, requests))
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
