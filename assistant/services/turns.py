"""Turns as the page asks for them: send, retry, continue, stop."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from asyncpg import Connection, Record
from sqlalchemy import func
from sqlmodel import col, update

from assistant.agent.prompt import Manner
from assistant.config import settings
from assistant.database import user_connection, user_session
from assistant.errors import Busy, NotFound, Refused
from assistant.models import Conversation, Message, Turn
from assistant.services import (
    attachments,
    contents,
    leases,
    messages,
    preferences,
    signals,
    signatures,
    turn_log,
)
from assistant.services.inputs import message_text
from assistant.services.keys import vault_over
from assistant.services.model_choice import Choice, choose
from assistant.services.rows import insert
from assistant.services.titles import provisional
from assistant.services.turn_run import Job, launch
from assistant.vault import Vault

RETRIED = ("done", "stopped", "failed", "interrupted")
CONTINUED = ("done", "stopped", "interrupted")
# The row that the user's other sends wait for.
_PROFILE = """
    select id, instructions, metadata ->> 'language' as language from profiles for no key update
"""
_OF_KEY = "select id, conversation_id from turns where client_key = $1"
_RUNNING = "select conversation_id from turns where status = 'running'"
_CONVERSATION = """
    select id, head_id, model, coalesce(metadata ->> 'titled', '') <> '' as titled,
           metadata ? 'tainted' as tainted
    from conversations where id = $1 and deleted_at is null
"""
_REPLY = """
    select id, conversation_id, parent_id, status from messages where id = $1 and role = 'assistant'
"""
_WAITED = """
    select reply_id, conversation_id, coalesce(metadata ->> 'timezone', 'UTC') as timezone
    from turns where id = $1 and status = 'waiting' and not exists (
        select from approvals
        where turn_id = turns.id and status in ('pending', 'approved', 'executing')
    ) for update
"""
_OVER = """
    with turn as (update turns set status = 'done' where id = $1)
    update messages set status = 'done' where id = $2
"""
_TAINT = "update conversations set metadata = metadata || '{\"tainted\": true}' where id = $1"
_MOVE_ON = "update conversations set head_id = $2, model = $3, touched_at = now() where id = $1"
GONE_ON = "This conversation has gone on since, so nothing was begun. It is read anew now."


@dataclass(frozen=True, slots=True)
class Wish:
    """How a turn is to be answered. client_key: made by the page, the same when it asks again.

    model: an id from the picker, "" for the usual one. timezone: the browser's, an IANA name.
    files: what stands beside the words.
    """

    client_key: str
    model: str = ""
    timezone: str = "UTC"
    files: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """A turn that runs, or the one that an earlier send with the same key began."""

    turn_id: UUID
    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class _Asking:
    """Whose turn is to begin, in which transaction, and how."""

    connection: Connection
    vault: Vault
    manner: Manner
    wish: Wish


@dataclass(frozen=True, slots=True)
class _Place:
    """The conversation in which it begins, and its newest message.

    titled: it has its title. tainted: others' text was read in it.
    """

    id: UUID
    head_id: UUID | None
    model: str
    titled: bool
    tainted: bool = False


async def send(user_id: UUID, conversation_id: UUID | None, words: str, wish: Wish) -> Started:
    """Take a message and begin its turn. A repeated key finds the first turn.

    conversation_id: None begins a conversation. Raises Refused, Busy or NotFound.
    """
    words = message_text(words)
    attached = await attachments.parts_of(user_id, wish.files)
    async with user_connection(user_id) as connection:
        asking = await _one_at_a_time(connection, user_id, wish)
        if (known := await _known(asking)) is not None:
            return known
        place = await _place(asking, conversation_id, words)
        job = await _begin(asking, place, await _ask(asking, place, words, attached))
    return _launched(job)


async def retry(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Answer the question of a reply anew, beside the old reply."""
    async with user_connection(user_id) as connection:
        asking = await _one_at_a_time(connection, user_id, wish)
        if (known := await _known(asking)) is not None:
            return known
        reply, place = await _reply(asking, message_id, RETRIED)
        if reply["parent_id"] is None:
            raise NotFound("message")
        job = await _begin(asking, place, reply["parent_id"])
    return _launched(job)


async def proceed(user_id: UUID, message_id: UUID, wish: Wish) -> Started:
    """Go on with a reply that was stopped or cut off."""
    async with user_connection(user_id) as connection:
        asking = await _one_at_a_time(connection, user_id, wish)
        if (known := await _known(asking)) is not None:
            return known
        reply, place = await _reply(asking, message_id, CONTINUED)
        job = await _begin(asking, place, reply["id"])
    return _launched(job)


async def resume(user_id: UUID, turn_id: UUID) -> None:
    """Go on with a turn whose calls waited, now that none of them does.

    Where the conversation has gone on since, what came of them only stands in its reply.
    Raises Busy when it must be tried again later.
    """
    job = None
    async with user_connection(user_id) as connection:
        turn = await connection.fetchrow(_WAITED, turn_id)
        if turn is None:
            return
        await connection.execute(_OVER, turn_id, turn["reply_id"])
        wish = Wish(f"after-{turn_id}", timezone=turn["timezone"])
        asking = await _one_at_a_time(connection, user_id, wish)
        found = await connection.fetchrow(_CONVERSATION, turn["conversation_id"])
        if found is not None and found["head_id"] == turn["reply_id"]:
            job = await _begin(asking, _Place(**found), turn["reply_id"])
    await signals.tell_message(user_id, turn["conversation_id"], turn["reply_id"])
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


async def _one_at_a_time(connection: Connection, user_id: UUID, wish: Wish) -> _Asking:
    """Hold back the user's other sends until this transaction ends, so that limits are exact."""
    profile = await connection.fetchrow(_PROFILE)
    if profile is None:
        raise NotFound("account")
    vault = await vault_over(connection, user_id, [profile["instructions"]])
    return _Asking(connection, vault, preferences.manner(profile, vault), wish)


async def _known(asking: _Asking) -> Started | None:
    turn = await asking.connection.fetchrow(_OF_KEY, asking.wish.client_key)
    return Started(turn["id"], turn["conversation_id"]) if turn is not None else None


async def _place(asking: _Asking, conversation_id: UUID | None, words: str) -> _Place:
    if conversation_id is None:
        begun = Conversation(user_id=asking.vault.user_id)
        begun.title = provisional(begun.id, words, asking.vault)
        await insert(asking.connection, begun)
        return _Place(begun.id, None, "", titled=False)
    found = await asking.connection.fetchrow(_CONVERSATION, conversation_id)
    if found is None:
        raise NotFound
    return _Place(**found)


async def _ask(asking: _Asking, place: _Place, words: str, attached: list[contents.Entry]) -> UUID:
    """Write the user's message. Returns its id."""
    parts, vault = [*attached, *contents.words(words)], asking.vault
    question = Message(
        user_id=vault.user_id,
        conversation_id=place.id,
        parent_id=place.head_id,
        role="user",
        status="done",
    )
    question.content = messages.sealed(question.id, parts, vault)
    signature = signatures.signature(vault.user_id, question.id, parts, vault)
    question.searchable = signature is not None
    await insert(asking.connection, question, *([signature] if signature else []))
    if attached:
        await asking.connection.execute(_TAINT, place.id)
    return question.id


async def _reply(
    asking: _Asking, message_id: UUID, statuses: tuple[str, ...]
) -> tuple[Record, _Place]:
    reply = await asking.connection.fetchrow(_REPLY, message_id)
    if reply is None:
        raise NotFound("message")
    if reply["status"] not in statuses:
        raise Refused("This answer is still being written.")
    place = await _place(asking, reply["conversation_id"], "")
    if place.head_id != reply["id"]:
        await signals.tell_gap(
            asking.vault.user_id
        )  # the page that asks has missed what came since
        raise Refused(GONE_ON)
    return reply, place


async def _begin(asking: _Asking, place: _Place, parent_id: UUID) -> Job:
    """Write the empty reply and the turn, and read what the model needs.

    A branch that ends with the model's own words is to be continued, and the model is told so;
    one that ends with thought alone is answered anew.
    """
    connection, vault, wish = asking.connection, asking.vault, asking.wish
    await _require_room(connection, place.id)
    choice = choose(wish.model or place.model)
    said = await messages.history(connection, vault.user_id, parent_id, choice.history_tokens)
    goes_on = said[-1].role == "assistant" and bool(said[-1].text.strip())
    if said[-1].role == "assistant" and not goes_on:
        said = said[:-1]
    grip = await _open_turn(asking, place.id, parent_id, choice)
    await connection.execute(_MOVE_ON, place.id, grip.reply_id, choice.model)
    return Job(
        grip=grip,
        conversation_id=place.id,
        vault=vault,
        messages=tuple(said),
        choice=choice,
        timezone=wish.timezone,
        manner=asking.manner,
        goes_on=goes_on,
        tainted=place.tainted,
        untitled="" if place.titled else said[0].text,
    )


async def _open_turn(
    asking: _Asking, conversation_id: UUID, parent_id: UUID, choice: Choice
) -> leases.Grip:
    reply = Message(
        user_id=asking.vault.user_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="assistant",
        status="running",
        model=choice.label,
        details={"notice": choice.notice} if choice.notice else {},
    )
    await insert(asking.connection, reply)
    grip = leases.Grip(asking.vault.user_id, uuid4(), reply.id, fence=1)
    wish = asking.wish
    await leases.begin(asking.connection, grip, conversation_id, wish.client_key, wish.timezone)
    return grip


async def _require_room(connection: Connection, conversation_id: UUID) -> None:
    running = [row["conversation_id"] for row in await connection.fetch(_RUNNING)]
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
