"""Who may write a turn: the lease, its fencing number, and the reaper of turns whose worker died.

Every write names the fence it was given. When the lease has run out, whoever closes the turn raises
the fence, and the late worker's writes match no row.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import func, text
from sqlmodel import col, update

from assistant.database import system_session, user_connection, user_session
from assistant.models import Message, Turn
from assistant.services import orphan_costs
from assistant.services.rows import Statement
from assistant.services.shared import process

LEASE = timedelta(seconds=10)
RENEW_SECONDS = 2.0
REAP_SECONDS = 2.0
INTERRUPTED = "The answer was cut off. What was written so far is kept."

_BEGIN = """
    insert into turns (id, user_id, conversation_id, reply_id, client_key, worker, lease_until,
                       fence, metadata, status)
    values ($1, $2, $3, $4, $5, $6, now() + $7::interval, $8,
            jsonb_build_object('timezone', $9::text), 'running')
"""
_RENEW = """
    with held as (
        update turns set lease_until = now() + $3::interval
        where id = $1 and fence = $2 and status = 'running'
        returning reply_id, stop_after
    ), written as (
        update messages set content = $4 from held
        where messages.id = held.reply_id and $4::bytea is not null
    )
    select stop_after from held
"""
_END = """
    update turns set status = $3, ended_at = now()
    where id = $1 and fence = $2 and status = 'running'
    returning id
"""


@dataclass(frozen=True, slots=True)
class Grip:
    """A worker's hold on a turn."""

    user_id: UUID
    turn_id: UUID
    reply_id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class Held:
    """The lease is ours. stop_after: someone pressed Stop, having seen that entry of the log."""

    stop_after: int | None


def beginning(grip: Grip, conversation_id: UUID, client_key: str, timezone: str) -> Statement:
    """What writes the turn of this grip, which this process holds from then on."""
    held = (grip.reply_id, client_key, process(), LEASE, grip.fence, timezone)
    return Statement(_BEGIN, (grip.turn_id, grip.user_id, conversation_id, *held))


async def renew(grip: Grip, content: bytes | None) -> Held | None:
    """Keep the lease and store the partial reply. None when the lease is lost."""
    async with user_connection(grip.user_id) as connection:
        row = await connection.fetchrow(_RENEW, grip.turn_id, grip.fence, LEASE, content)
    return Held(row["stop_after"]) if row is not None else None


async def end(connection: Connection, grip: Grip, status: str) -> bool:
    """Close the turn in this transaction. False when another has closed it."""
    return await connection.fetchval(_END, grip.turn_id, grip.fence, status) is not None


async def expired() -> list[tuple[UUID, UUID]]:
    """Turns whose lease has run out, as (turn, user)."""
    found = text("""
        select id, user_id from turns
        where status = 'running' and lease_until < now() order by random() limit 100
    """)
    async with system_session() as session:
        return [(row.id, row.user_id) for row in await session.execute(found)]


async def reap(turn_id: UUID, user_id: UUID) -> UUID | None:
    """Close a turn whose worker is gone. Returns its conversation, None when it lives after all."""
    async with user_session(user_id) as session:
        taken = await session.execute(
            update(Turn)
            .where(
                col(Turn.id) == turn_id,
                col(Turn.status) == "running",
                col(Turn.lease_until) < func.now(),
            )
            .values(status="interrupted", fence=Turn.fence + 1, ended_at=func.now())
            .returning(col(Turn.reply_id), col(Turn.conversation_id))
        )
        row = taken.first()
        if row is None:
            return None
        cut = {"status": "interrupted", "error": INTERRUPTED, "ended_at": func.now()}
        mine = col(Message.id) == row.reply_id
        await session.execute(update(Message).where(mine).values(**cut))
        await orphan_costs.book(session, turn_id, row.reply_id)
        conversation_id: UUID = row.conversation_id
        return conversation_id
