"""Closes turns whose worker died, removes what was deleted long enough ago, signs what is not yet.

It also asks Stripe now and then how those stand who pay, see `reconcile.py`.

What the reaper closes is one of the messages that nobody signed for search; others are long ones
and those of an older version.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlmodel import col, delete

from assistant.database import system_session, user_session
from assistant.errors import Busy, DatabaseAway
from assistant.models import Conversation
from assistant.services import (
    approval_run,
    erasure,
    file_room,
    files,
    leases,
    notes,
    orphan_costs,
    reconcile,
    shared_log,
    signals,
    signatures,
    turn_run,
    turns,
)
from assistant.services.background import again
from assistant.services.put_off import PutOff

PURGE_SECONDS = 60.0
SIGN_SECONDS = 5.0
BATCHES_OF_A_USER = 5
Purge = Callable[[UUID, UUID], Awaitable[None]]

log = structlog.get_logger()
_failed = PutOff()


async def reap_forever() -> None:
    """Do all of it again and again, for as long as the process runs."""
    await asyncio.gather(
        again(reap_once, leases.REAP_SECONDS),
        again(purge_once, PURGE_SECONDS),
        again(sign_once, SIGN_SECONDS),
        again(attend_once, leases.REAP_SECONDS),
        again(reconcile.reconcile_once, reconcile.SECONDS),
    )


async def reap_once() -> None:
    """Close every turn whose lease has run out, except those that this process still runs."""
    for turn_id, user_id in await leases.expired():
        if not turn_run.runs_here(turn_id):
            with _by_itself("reaping_failed", turn=str(turn_id)):
                await _reap(turn_id, user_id)


async def _reap(turn_id: UUID, user_id: UUID) -> None:
    conversation_id = await leases.reap(turn_id, user_id)
    if conversation_id is not None:
        log.warning("turn_interrupted", turn=str(turn_id))
        await shared_log.hand_over(turn_id)
        await signals.tell_turn(user_id, conversation_id, turn_id, "interrupted")


@contextmanager
def _by_itself(event: str, put_off: UUID | None = None, **what: str) -> Iterator[None]:
    """What fails in the block is logged and tried again later: it holds up nobody else.

    put_off: the row that is let be for a while then, so that others come among the oldest.
    """
    try:
        yield
    except DatabaseAway:
        raise
    except Exception as error:
        log.exception(event, **what)
        if put_off is not None and not isinstance(error, Busy):
            _failed.add(put_off)


async def attend_once() -> None:
    """Run the calls whose time has come, and go on with the turns that waited for them."""
    for call in await approval_run.due(_failed.ids):
        with _by_itself("call_not_attended", call.id, approval=str(call.id)):
            await approval_run.attend(call)
    waited = text("""
        select id, user_id from turns where status = 'waiting' and not exists (
            select 1 from approvals
            where turn_id = turns.id and status in ('pending', 'approved', 'executing')
        ) and conversation_id in (select id from conversations where deleted_at is null)
        and id <> all(cast(:put_off as uuid[]))
        order by random() limit 100
    """)
    async with system_session() as session:
        turns_ = (await session.execute(waited, {"put_off": _failed.ids})).all()
    for turn in turns_:
        with _by_itself("turn_not_resumed", turn.id, turn=str(turn.id)):
            await turns.resume(turn.user_id, turn.id)


async def purge_once() -> None:
    """Remove what nobody can come back to."""
    await _book_forgotten()
    await _purge_conversations()
    await _purge_deleted("files", file_room.KEPT, files.purge)
    await _purge_deleted("notes", notes.KEPT, notes.purge)
    await _purge_attempts()
    await _erase_accounts()


async def _book_forgotten() -> None:
    """Requests whose worker died, and that no turn is closed with."""
    async with system_session() as session:
        rows = (await session.execute(orphan_costs.FORGOTTEN_ONES)).all()
    for row in rows:
        with _by_itself("request_not_booked", request=str(row.id)):
            await orphan_costs.book_forgotten(row.user_id, row.id)


async def _purge_conversations() -> None:
    """Those that were deleted long enough ago that nobody can undo it, once nothing runs there."""
    gone = text("""
        select id, user_id from conversations
        where deleted_at < now() - interval '1 day' and not exists (
            select from turns where conversation_id = conversations.id and status = 'running'
        ) order by random() limit 100
    """)
    async with system_session() as session:
        rows = (await session.execute(gone)).all()
    for row in rows:
        with _by_itself("purge_failed", conversation=str(row.id)):
            async with user_session(row.user_id) as session:
                mine = col(Conversation.id) == row.id
                still = col(Conversation.deleted_at).is_not(None)  # it may have been taken back
                await session.execute(delete(Conversation).where(mine, still))


async def _purge_deleted(table: str, kept: timedelta, purge: Purge) -> None:
    """Rows of this table that were deleted so long ago. purge: removes one, by its user and id."""
    gone = text(f"""
        select id, user_id from {table} where deleted_at < now() - cast(:kept as interval)
        order by random() limit 100
    """)  # noqa: S608  (the tables' names are ours)
    async with system_session() as session:
        rows = (await session.execute(gone, {"kept": kept})).all()
    for row in rows:
        with _by_itself("not_purged", table=table, row=str(row.id)):
            await purge(row.user_id, row.id)


async def _purge_attempts() -> None:
    """Attempts to sign in that were never finished: all at once, because an attack leaves many."""
    async with system_session() as session:
        await session.execute(text("delete from sign_in_attempts where expires_at < now()"))


async def _erase_accounts() -> None:
    """Those whose time to be kept is over."""
    due = text("select user_id from profiles where erase_at <= now() order by random() limit 20")
    async with system_session() as session:
        users = (await session.scalars(due)).all()
    for user_id in users:
        with _by_itself("erasure_failed", user=str(user_id)):
            await erasure.erase(user_id)


async def sign_once() -> None:
    """Make messages findable that are not yet: some of each of a few users, the newest first.

    Whoever has no keys any more takes nobody's place among the few.
    """
    unsigned = text("""
        select user_id from messages
        where not searchable and status not in ('running', 'waiting')
        and user_id in (select user_id from user_keys)
        group by user_id order by random() limit 20
    """)
    async with system_session() as session:
        users = (await session.scalars(unsigned)).all()
    for user_id in users:
        with _by_itself("signing_failed", user=str(user_id)):  # their keys may not open
            for _ in range(BATCHES_OF_A_USER):
                if not await signatures.sign_waiting(user_id):
                    break
