"""Turns as the page asks for them: send, retry, continue, stop."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.config import settings
from assistant.database import user_of, user_session
from assistant.errors import Busy, NotFound, Refused
from assistant.models import Conversation, Message, Profile, Turn
from assistant.services import (
    contents,
    leases,
    messages,
    preferences,
    signals,
    signatures,
    turn_log,
)
from assistant.services.inputs import message_text
from assistant.services.keys import vault_in
from assistant.services.model_choice import Choice, choose
from assistant.services.shared import PROCESS
from assistant.services.titles import provisional
from assistant.services.turn_run import Job, launch
from assistant.services.waiting_calls import still_waits

RETRIED = ("done", "stopped", "failed", "interrupted")
CONTINUED = ("done", "stopped", "interrupted")
GONE_ON = "This conversation has gone on since, so nothing was begun. It is read anew now."


@dataclass(frozen=True, slots=True)
class Wish:
    """How a turn is to be answered. client_key: made by the page, the same when it asks again.

    model: an id from the picker, "" for the usual one. timezone: the browser's, an IANA name.
    """

    client_key: str
    model: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Started:
    """A turn that runs, or the one that an earlier send with the same key began."""

    turn_id: UUID
    conversation_id: UUID


async def send(user_id: UUID, conversation_id: UUID | None, words: str, wish: Wish) -> Started:
    """Take a message and begin its turn. A repeated key finds the first turn.

    conversation_id: None begins a conversation. Raises Refused, Busy or NotFound.
    """
    words = message_text(words)
    async with user_session(user_id) as session:
        profile = await _one_at_a_time(session)
        if (known := await _known(session, wish.client_key)) is not None:
            return known
        conversation = await _conversation(session, conversation_id, words)
        question = Message(
            user_id=user_id,
            conversation_id=conversation.id,
            parent_id=conversation.head_id,
            role="user",
            status="done",
        )
        parts, vault = contents.words(words), await vault_in(session)
        question.content = messages.sealed(question.id, parts, vault)
        session.add(question)
        signature = signatures.signature(user_id, question.id, parts, vault)
        if signature is not None:
            question.searchable = True
            session.add(signature)
        await session.flush()
        job = await _begin(session, profile, conversation, question.id, wish)
    return _launched(job)


async def retry(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Answer the question of a reply anew, beside the old reply."""
    async with user_session(user_id) as session:
        profile = await _one_at_a_time(session)
        if (known := await _known(session, wish.client_key)) is not None:
            return known
        reply, conversation = await _reply(session, message_id, RETRIED)
        if reply.parent_id is None:
            raise NotFound("message")
        job = await _begin(session, profile, conversation, reply.parent_id, wish)
    return _launched(job)


async def proceed(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Go on with a reply that was stopped or cut off."""
    async with user_session(user_id) as session:
        profile = await _one_at_a_time(session)
        if (known := await _known(session, wish.client_key)) is not None:
            return known
        reply, conversation = await _reply(session, message_id, CONTINUED)
        job = await _begin(session, profile, conversation, reply.id, wish)
    return _launched(job)


async def resume(user_id: UUID, turn_id: UUID) -> None:
    """Go on with a turn whose calls waited, now that none of them does.

    Where the conversation has gone on since, what came of them only stands in its reply.
    Raises Busy when it must be tried again later.
    """
    async with user_session(user_id) as session:
        profile = await _one_at_a_time(session)
        turn = await session.get(Turn, turn_id, with_for_update=True)
        if turn is None or turn.status != "waiting" or await still_waits(session, turn_id):
            return
        turn.status = "done"
        reply = update(Message).where(col(Message.id) == turn.reply_id)
        await session.execute(reply.values(status="done"))
        conversation = await session.get(Conversation, turn.conversation_id)
        job = None
        if conversation is not None and conversation.head_id == turn.reply_id:
            wish = Wish(f"after-{turn_id}", timezone=turn.details.get("timezone", "UTC"))
            job = await _begin(session, profile, conversation, turn.reply_id, wish)
    await signals.tell_message(user_id, turn.conversation_id, turn.reply_id)
    if job is not None:
        launch(job)


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


async def _one_at_a_time(session: AsyncSession) -> Profile:
    """Hold back the user's other sends until this transaction ends, so that limits are exact."""
    query = select(Profile).with_for_update(key_share=True)
    return (await session.scalars(query)).one()


async def _known(session: AsyncSession, client_key: str) -> Started | None:
    query = select(Turn).where(Turn.client_key == client_key)
    turn = (await session.scalars(query)).one_or_none()
    return Started(turn.id, turn.conversation_id) if turn is not None else None


async def _conversation(
    session: AsyncSession, conversation_id: UUID | None, words: str
) -> Conversation:
    if conversation_id is None:
        conversation = Conversation(user_id=user_of(session))
        conversation.title = provisional(conversation.id, words, await vault_in(session))
        session.add(conversation)
        await session.flush()
        return conversation
    found = await session.get(Conversation, conversation_id)
    if found is None or found.deleted_at is not None:
        raise NotFound
    return found


async def _reply(
    session: AsyncSession, message_id: UUID, statuses: tuple[str, ...]
) -> tuple[Message, Conversation]:
    reply = await session.get(Message, message_id)
    if reply is None or reply.role != "assistant":
        raise NotFound("message")
    if reply.status not in statuses:
        raise Refused("This answer is still being written.")
    conversation = await _conversation(session, reply.conversation_id, "")
    if conversation.head_id != reply.id:
        await signals.tell_gap(reply.user_id)  # the page that asks has missed what came since
        raise Refused(GONE_ON)
    return reply, conversation


async def _begin(
    session: AsyncSession,
    profile: Profile,
    conversation: Conversation,
    parent_id: UUID,
    wish: Wish,
) -> Job:
    """Write the empty reply and the turn, and read what the model needs.

    A branch that ends with the model's own words is to be continued, and the model is told so;
    one that ends with thought alone is answered anew.
    """
    await _require_room(session, conversation.id)
    choice = choose(wish.model or conversation.model)
    said = await messages.history(session, parent_id, choice.history_tokens)
    goes_on = said[-1].role == "assistant" and bool(said[-1].text.strip())
    if said[-1].role == "assistant" and not goes_on:
        said = said[:-1]
    grip = await _open_turn(session, conversation, parent_id, wish, choice)
    conversation.head_id, conversation.model = grip.reply_id, choice.model
    conversation.touched_at = func.now()  # type: ignore[assignment]
    vault = await vault_in(session, [profile.instructions])
    return Job(
        grip=grip,
        conversation_id=conversation.id,
        vault=vault,
        messages=tuple(said),
        choice=choice,
        timezone=wish.timezone,
        manner=preferences.manner(profile, vault),
        goes_on=goes_on,
        tainted=bool(conversation.details.get("tainted")),
        untitled="" if conversation.details.get("titled") else said[0].text,
    )


async def _open_turn(
    session: AsyncSession, conversation: Conversation, parent_id: UUID, wish: Wish, choice: Choice
) -> leases.Grip:
    reply = Message(
        user_id=user_of(session),
        conversation_id=conversation.id,
        parent_id=parent_id,
        role="assistant",
        status="running",
        model=choice.label,
        details={"notice": choice.notice} if choice.notice else {},
    )
    session.add(reply)
    await session.flush()
    turn = Turn(
        user_id=user_of(session),
        conversation_id=conversation.id,
        reply_id=reply.id,
        client_key=wish.client_key,
        status="running",
        worker=PROCESS,
        lease_until=leases.lease_end(),
        details={"timezone": wish.timezone},
    )
    session.add(turn)
    return leases.Grip(user_of(session), turn.id, reply.id, turn.fence)


async def _require_room(session: AsyncSession, conversation_id: UUID) -> None:
    running = (
        await session.scalars(select(Turn.conversation_id).where(Turn.status == "running"))
    ).all()
    if conversation_id in running:
        raise Busy("The answer before this one is still being written. Stop it, or wait for it.")
    if len(running) >= settings().turns_at_once:
        raise Busy(
            f"{len(running)} answers are being written for you at once, which is the most. "
            "Wait for one to end."
        )


def _launched(job: Job) -> Started:
    launch(job)
    return Started(job.grip.turn_id, job.conversation_id)
