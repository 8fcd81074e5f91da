"""Turns as the page asks for them: send, retry, continue, stop."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from sqlalchemy import func
from sqlmodel import col, update

from assistant.database import user_connection, user_session
from assistant.errors import AllowanceSpent, NotFound, Refused
from assistant.models import Turn
from assistant.services import attachments, contents, crowd, rate_limits, signals, turn_log
from assistant.services.inputs import message_text
from assistant.services.questions import question_of
from assistant.services.turn_begin import (
    Asking,
    Wish,
    begin,
    new_place,
    one_at_a_time,
    place_in,
)
from assistant.services.turn_ground import Place
from assistant.services.turn_job import Job
from assistant.services.turn_run import launch

RETRIED = ("done", "stopped", "failed", "interrupted")
CONTINUED = ("done", "stopped", "interrupted")
_PLACE = "select conversation_id from messages where id = $1"
_REPLY = "select id, parent_id, status from messages where id = $1 and role = 'assistant'"
_WAITED = """
    select id, reply_id, conversation_id, coalesce(metadata ->> 'timezone', 'UTC') as timezone
    from turns where id = $1 and status = 'waiting' and conversation_id in (
        select id from conversations where deleted_at is null
    ) and not exists (
        select from approvals
        where turn_id = turns.id and status in ('pending', 'approved', 'executing')
    ) and not exists (select from profiles where erase_at is not null)
"""
_OVER = """
    with turn as (
        update turns set status = 'done' where id = $1 and status = 'waiting' returning reply_id
    )
    update messages set status = 'done' from turn where messages.id = turn.reply_id
    returning messages.id
"""
_UNPAID = """
    with turn as (
        update turns set status = 'interrupted' where id = $1 and status = 'waiting'
        returning reply_id
    )
    update messages set status = 'interrupted', error = $2
    from turn where messages.id = turn.reply_id
"""
GONE_ON = "This conversation has gone on since, so nothing was begun. It is read anew now."


@dataclass(frozen=True, slots=True)
class Started:
    """A turn that runs, or the one that an earlier send with the same key began."""

    turn_id: UUID
    conversation_id: UUID


async def send(user_id: UUID, conversation_id: UUID | None, words: str, wish: Wish) -> Started:
    """Take a message and begin its turn. A repeated key finds the first turn.

    conversation_id: None begins a conversation. Raises Refused, Busy or NotFound.
    """
    words = message_text(words, alone=not wish.files)
    await rate_limits.count("messages", user_id)
    attached = await attachments.parts_of(user_id, wish.files)
    with crowd.Preparation():
        async with user_connection(user_id) as connection:
            asking = await one_at_a_time(connection, user_id, wish, conversation_id)
            if asking.ground.known is not None:
                return Started(*asking.ground.known)
            called = _called(words, attached)
            place = place_in(asking) if conversation_id else new_place(asking, called)
            parts = [*attached, *(contents.words(words) if words.strip() else [])]
            question = question_of(asking.vault, place.id, place.head_id, parts)
            job = await begin(asking, place, question.id, question)
        return _launched(job)


async def retry(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Answer the question of a reply anew, beside the old reply."""

    async def beginning(asking: Asking) -> Job:
        reply, place = await _reply(asking, message_id, RETRIED)
        if reply["parent_id"] is None:
            raise NotFound("message")
        return await begin(asking, place, reply["parent_id"])

    return await ask_about(user_id, message_id, wish, beginning)


async def proceed(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Go on with a reply that was stopped or cut off."""

    async def beginning(asking: Asking) -> Job:
        reply, place = await _reply(asking, message_id, CONTINUED)
        return await begin(asking, place, reply["id"])

    return await ask_about(user_id, message_id, wish, beginning)


async def ask_about(
    user_id: UUID, message_id: UUID, wish: Wish, beginning: Callable[[Asking], Awaitable[Job]]
) -> Started:
    """Begin a turn about a message, in its conversation. A repeated key finds the first turn.

    beginning: called in the one transaction. Raises NotFound, and what a send raises.
    """
    await rate_limits.count("messages", user_id)
    async with user_connection(user_id) as connection:
        conversation_id = await connection.fetchval(_PLACE, message_id)
        if conversation_id is None:
            raise NotFound("message")
        asking = await one_at_a_time(connection, user_id, wish, conversation_id)
        if asking.ground.known is not None:
            return Started(*asking.ground.known)
        job = await beginning(asking)
    return _launched(job)


async def resume(user_id: UUID, turn_id: UUID) -> None:
    """Go on with a turn whose calls waited, now that none of them does.

    Where the conversation has gone on since, what came of them only stands in its reply; where the
    plan pays for no answer, the reply says so. An account that will be erased is told to no vendor
    any more: it goes on if it is kept. Raises Busy when it must be tried again later.
    """
    async with user_connection(user_id) as connection:
        turn = await connection.fetchrow(_WAITED, turn_id)
    if turn is None:
        return
    job = None
    try:
        job = await _gone_on(user_id, turn)
    except AllowanceSpent as spent:
        async with user_connection(user_id) as connection:
            await connection.execute(_UNPAID, turn_id, str(spent))
    await signals.tell_message(user_id, turn["conversation_id"], turn["reply_id"])
    if job is not None:
        launch(job)


async def _gone_on(user_id: UUID, turn: Record) -> Job | None:
    """The job of the answer that goes on, None where another worker was first, or nothing does."""
    async with user_connection(user_id) as connection:
        wish = Wish(f"after-{turn['id']}", timezone=turn["timezone"], counts=False)
        asking = await one_at_a_time(connection, user_id, wish, turn["conversation_id"])
        if await connection.fetchval(_OVER, turn["id"]) is None:
            return None
        place = place_in(asking)
        if place.head_id != turn["reply_id"]:
            return None
        return await begin(asking, place, turn["reply_id"])


async def stop(user_id: UUID, turn_id: UUID, seen: int) -> None:
    """Stop a turn. seen: the number of the last entry of its log on the page, -1 for all of it."""
    last = seen if seen >= 0 else turn_log.ALL
    async with user_session(user_id) as session:
        stopped = await session.execute(
            update(Turn)
            .where(col(Turn.id) == turn_id, col(Turn.status) == "running")
            .values(stop_after=func.coalesce(col(Turn.stop_after), last))
            .returning(col(Turn.stop_after))
        )
        row = stopped.first()
        if row is None and await session.get(Turn, turn_id) is None:
            raise NotFound("answer")
    if row is not None:
        await signals.tell("stop", {"turn": str(turn_id), "seen": row.stop_after})


def _called(words: str, attached: list[contents.Entry]) -> str:
    """What a conversation is called by: the words that begin it, or the files without any."""
    return words if words.strip() else ", ".join(file["name"] for file in attached)


async def _reply(
    asking: Asking, message_id: UUID, statuses: tuple[str, ...]
) -> tuple[Record, Place]:
    reply = await asking.connection.fetchrow(_REPLY, message_id)
    if reply is None:
        raise NotFound("message")
    if reply["status"] not in statuses:
        raise Refused("This answer is still being written.")
    place = place_in(asking)
    if place.head_id != reply["id"]:
        # The page that asks has missed what came since.
        await signals.tell_gap(asking.vault.user_id)
        raise Refused(GONE_ON)
    return reply, place


def _launched(job: Job) -> Started:
    """Let the turn run. To be called when what began it is stored."""
    launch(job)
    return Started(job.grip.turn_id, job.conversation_id)
