"""Silent questions to the cheapest model, which follow an answer: each is booked like any other."""

import asyncio
from contextlib import aclosing
from functools import partial
from uuid import UUID

import structlog

from assistant.agent.types import Asked, MessageDone, Request
from assistant.config import settings
from assistant.database import user_connection
from assistant.errors import ProviderError
from assistant.services import request_books
from assistant.services.keys import vault_over
from assistant.services.model_choice import small_provider
from assistant.services.request_books import Account
from assistant.services.request_meter import RequestMeter
from assistant.services.turn_end import patiently

log = structlog.get_logger()


async def ask(user_id: UUID, turn_id: UUID, purpose: str, request: Request) -> str:
    """What the model says, "" when none answers. turn_id: the turn that the question follows.

    purpose: as the log names it. Raises DatabaseAway before a request that could not be booked.
    """
    meter = RequestMeter()
    write_down = partial(_write_down, user_id, turn_id, purpose, meter)
    said = ""
    try:
        async with (
            asyncio.timeout(settings().turn_seconds),  # one that only gives signs of life goes on
            aclosing(small_provider().stream(request)) as events,
        ):
            async for event in events:
                meter.note(event)
                if isinstance(event, Asked):
                    await write_down()
                if isinstance(event, MessageDone):
                    said = event.message.text
    except (ProviderError, TimeoutError) as error:
        log.info("small_talk_failed", purpose=purpose, why=str(error) or "it took too long")
    finally:
        meter.close()
        await patiently(write_down)
    return said


async def _write_down(user_id: UUID, turn_id: UUID, purpose: str, meter: RequestMeter) -> None:
    """Put down what is about to be asked, and book what is over."""
    if meter.is_settled:
        return
    async with user_connection(user_id) as connection:
        is_there = await connection.fetchrow("select from turns where id = $1", turn_id)
        vault = await vault_over(connection, user_id)
        account = Account(vault, purpose, turn_id if is_there is not None else None)
        await request_books.note(connection, account, meter.made)
        await request_books.book(connection, account, meter.made)
    request_books.settled(meter.made)
