"""Silent questions to the cheapest model, which follow an answer: each is booked like any other."""

from contextlib import aclosing
from decimal import Decimal
from uuid import UUID

import structlog

from assistant.agent.types import MessageDone, ProviderFailed, Request, Usage
from assistant.database import user_connection
from assistant.errors import ProviderError
from assistant.services import allowances, audit_chain
from assistant.services.keys import vault_over
from assistant.services.model_choice import small_provider
from assistant.services.rows import insert
from assistant.services.usage import record

log = structlog.get_logger()


async def ask(user_id: UUID, turn_id: UUID, purpose: str, request: Request) -> str:
    """What the model says, "" when none answers. turn_id: the turn that the question follows.

    purpose: as the log names it.
    """
    said, usages = "", list[Usage]()
    try:
        async with aclosing(small_provider().stream(request)) as events:
            async for event in events:
                if isinstance(event, MessageDone):
                    said = event.message.text
                if isinstance(event, MessageDone | ProviderFailed) and event.usage:
                    usages.append(event.usage)
    except ProviderError as error:
        log.info("small_talk_failed", purpose=purpose, why=str(error))
    async with user_connection(user_id) as connection:
        vault = await vault_over(connection, user_id)
        requests = [record(user_id, usage, purpose, turn_id) for usage in usages]
        await allowances.spend(connection, sum((each.cost for each in requests), Decimal(0)))
        await insert(connection, *audit_chain.signed(vault, requests))
    return said
