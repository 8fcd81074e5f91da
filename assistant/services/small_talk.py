"""Silent questions to the cheapest model, which follow an answer: each is booked like any other."""

import asyncio
from contextlib import aclosing
from decimal import Decimal
from uuid import UUID

import structlog
from asyncpg import Connection

from assistant.agent.types import Asked, MessageDone, Request
from assistant.config import settings
from assistant.database import user_connection
from assistant.errors import ProviderError
from assistant.services import request_books, silent_funds
from assistant.services.keys import vault_over
from assistant.services.model_choice import small_provider
from assistant.services.request_books import Account
from assistant.services.request_meter import RequestMeter
from assistant.services.turn_end import patiently

log = structlog.get_logger()


async def ask(user_id: UUID, turn_id: UUID, purpose: str, request: Request) -> str:
    """What the model says, "" when none answers, nobody wants it any more, or no plan pays for it.

    turn_id: the turn that the question follows. purpose: as the log names it. Raises DatabaseAway
    before a request that could not be booked.
    """
    books = _Books(user_id, turn_id, purpose)
    said = ""
    try:
        async with (
            asyncio.timeout(settings().turn_seconds),  # one that only gives signs of life goes on
            aclosing(small_provider().stream(request)) as events,
        ):
            async for event in events:
                books.meter.note(event)
                if isinstance(event, Asked) and not await books.pay_for(event):
                    log.info("small_talk_not_asked", purpose=purpose)
                    break
                if isinstance(event, MessageDone):
                    said = event.message.text
    except (ProviderError, TimeoutError) as error:
        log.info("small_talk_failed", purpose=purpose, why=str(error) or "it took too long")
    finally:
        books.meter.close()
        await patiently(books.write_down)
    return said


class _Books:
    """The requests of one question, and what is set aside for each."""

    def __init__(self, user_id: UUID, turn_id: UUID, purpose: str) -> None:
        self._user_id, self._turn_id, self._purpose = user_id, turn_id, purpose
        self._aside: dict[UUID, Decimal] = {}
        self.meter = RequestMeter()

    async def pay_for(self, asked: Asked) -> bool:
        """Set aside what this request may cost, before it is made, and put it down."""
        made, most = self.meter.made[-1], silent_funds.most_of(asked)
        async with user_connection(self._user_id) as connection:
            if not await silent_funds.hold(connection, self._turn_id, most):
                return False
            self._aside[made.id] = most
            await self._write(connection, self._turn_id)
        request_books.settled(self.meter.made)
        return True

    async def write_down(self) -> None:
        """Book what is over."""
        if self.meter.is_settled:
            return
        async with user_connection(self._user_id) as connection:
            is_there = await connection.fetchrow("select from turns where id = $1", self._turn_id)
            await self._write(connection, None if is_there is None else self._turn_id)
        request_books.settled(self.meter.made)

    async def _write(self, connection: Connection, turn_id: UUID | None) -> None:
        """Put down what is asked, book what is over, and free what is left of what it had."""
        account = Account(await vault_over(connection, self._user_id), self._purpose, turn_id)
        await request_books.note(connection, account, self.meter.made)
        booked = await request_books.book(connection, account, self.meter.made)
        for request_id, cost in booked.items():
            rest = max(self._aside[request_id] - cost, Decimal(0))
            await silent_funds.release(connection, self._turn_id, rest)
