"""What a turn cost whose worker is gone, by what is stored of it: nobody else can tell any more."""

from uuid import UUID

from asyncpg import Record
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.types import Usage
from assistant.database import driver_of, user_connection
from assistant.models import UsageLog
from assistant.services import request_books
from assistant.services.keys import vault_in, vault_over
from assistant.services.request_books import ANSWER, Account
from assistant.services.usage import record

# A request takes minutes at most; so long after it nobody will book it.
FORGOTTEN = "20 minutes"

_OF_TURN = "delete from open_requests where turn_id = $1 and purpose = $2 returning *"
_OLD = f"""
    delete from open_requests where id = $1 and asked_at < now() - interval '{FORGOTTEN}'
    returning *
"""  # noqa: S608  (nothing in it comes from outside)
# By the size of what is sealed, so that nothing need be opened; without what is booked already.
_WRITTEN = """
    select octet_length(content) / $3::integer - (
        select coalesce(sum(output_tokens), 0) from usage_logs where turn_id = $2
    ) as tokens
    from messages where id = $1
"""
FORGOTTEN_ONES = text(f"""
    select id, user_id from open_requests
    where asked_at < now() - interval '{FORGOTTEN}' and (
        turn_id is null or not exists (
            select from turns where turns.id = open_requests.turn_id and status = 'running'
        )
    )
    order by random() limit 100
""")  # noqa: S608


async def book(session: AsyncSession, turn_id: UUID, reply_id: UUID) -> None:
    """Book an estimate of the turn's open requests, in the transaction that closes it.

    What was set aside is released in any case.
    """
    connection = await driver_of(session)
    account = Account(await vault_in(session), ANSWER, turn_id)
    lost = await connection.fetch(_OF_TURN, turn_id, ANSWER)
    written = await connection.fetchval(_WRITTEN, reply_id, turn_id, BYTES_PER_TOKEN) or 0
    shares = [*(0 for _ in lost[1:]), max(int(written), 0)]  # the last one is it that writes
    found = [_lost(account, each, share) for each, share in zip(lost, shares, strict=False)]
    await request_books.enter(connection, account, found, closes=True)


async def book_forgotten(user_id: UUID, request_id: UUID) -> None:
    """Book an estimate of a request that nobody will book any more. Its turn is over."""
    async with user_connection(user_id) as connection:
        if (made := await connection.fetchrow(_OLD, request_id)) is not None:
            vault = await vault_over(connection, user_id)
            account = Account(vault, made["purpose"], made["turn_id"])
            await request_books.enter(connection, account, [_lost(account, made, 0)], closes=True)


def _lost(account: Account, made: Record, written: int) -> UsageLog:
    usage = Usage(
        made["provider"],
        made["model"],
        input_tokens=made["read_tokens"],
        output_tokens=written,
        estimated=True,
        ended="lost",
    )
    row = record(account.vault.user_id, usage, made["purpose"], account.turn_id)
    row.id = made["id"]
    return row
