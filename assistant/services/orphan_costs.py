"""What a turn cost whose worker is gone, by what is stored of it: nobody else can tell any more."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.agent.catalog import resolve
from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.types import Usage
from assistant.config import settings
from assistant.database import driver_of, user_of
from assistant.services import allowances, audit_chain
from assistant.services.keys import vault_in
from assistant.services.usage import record

MESSAGES_AT_MOST = 64

# By the size of what is sealed, so that nothing need be opened.
_SIZES = text("""
    with recursive branch as (
        select m.parent_id, m.content, 0 as depth from messages m where m.id = :reply
        union all
        select m.parent_id, m.content, branch.depth + 1 from messages m
        join branch on m.id = branch.parent_id and branch.depth < :most
    )
    select coalesce(sum(octet_length(content)) filter (where depth = 0), 0) as written,
           coalesce(sum(octet_length(content)) filter (where depth > 0), 0) as read,
           (select model from conversations where id = :conversation) as model,
           exists (select from usage_logs where turn_id = :turn) as booked
    from branch
""")


async def book(session: AsyncSession, turn: UUID, reply: UUID, conversation: UUID) -> None:
    """Book an estimate for the turn, in the transaction that closes it.

    Nothing where nothing of the reply is stored, or where the worker has booked it; what was set
    aside is released in any case.
    """
    given = {"turn": turn, "reply": reply, "conversation": conversation, "most": MESSAGES_AT_MOST}
    found = (await session.execute(_SIZES, given)).one()
    connection = await driver_of(session)
    if found.booked or not found.written:
        await allowances.settle(connection, turn, Decimal(0))
        return
    model = resolve(found.model)
    usage = Usage(
        model.provider,
        model.id,
        input_tokens=min(found.read // BYTES_PER_TOKEN, settings().history_tokens),
        output_tokens=found.written // BYTES_PER_TOKEN,
        estimated=True,
    )
    vault = await vault_in(session)
    booked = record(user_of(session), usage, "answer", turn)
    await allowances.settle(connection, turn, booked.cost)
    audit_chain.add(session, vault, [booked])
