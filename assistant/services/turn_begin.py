"""The beginning of a turn: its empty reply, its row, and all that the model is to read.

Everything here runs in the one transaction of whoever begins it (see `turns.py`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from asyncpg import Connection
from sqlmodel import SQLModel

from assistant.agent.prompt import Manner
from assistant.agent.types import Message as Said
from assistant.config import settings
from assistant.errors import Busy, NotFound
from assistant.models import Conversation, Message
from assistant.services import allowances, leases, preferences, request_books, summaries
from assistant.services.first_reading import first_reading, offered
from assistant.services.model_choice import Choice, choose, require_allowed
from assistant.services.request_books import ANSWER, Account
from assistant.services.request_meter import Made
from assistant.services.rows import Statement, inserting, together
from assistant.services.short_questions import by_small, is_short
from assistant.services.tiers import PLAN_NOW, Tier, in_force
from assistant.services.titles import provisional
from assistant.services.turn_ground import Ground, Place, ground_of
from assistant.services.turn_job import Job
from assistant.vault import Vault

# The row that the user's other sends wait for.
_PROFILE = f"""
    select id, default_model, instructions, metadata ->> 'language' as language,
           metadata ->> 'short' as short, tier, status
    from profiles left join ({PLAN_NOW}) as plan on true for no key update of profiles
"""  # noqa: S608  (nothing in it comes from outside)
_MOVE_ON = """
    update conversations
    set head_id = $2, model = $3, touched_at = now(), metadata = metadata || $4::jsonb
    where id = $1
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a turn is to be answered. client_key: made by the page, the same when it asks again.

    model: an id from the picker, "" for the usual one. timezone: the browser's, an IANA name.
    files: what stands beside the words. counts: as a message of the month. picked: the model was,
    for this message; else the small one of its maker may answer, if the user has so chosen. once:
    the model is for this answer alone, and the conversation keeps its own.
    """

    client_key: str
    model: str = ""
    timezone: str = "UTC"
    files: tuple[UUID, ...] = ()
    counts: bool = True
    picked: bool = True
    once: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose turn is to begin, in which transaction, and how.

    ground: what it begins on. usual: the id of the model that the user chose last, "" for none.
    """

    connection: Connection
    ground: Ground
    manner: Manner
    tier: Tier
    wish: Wish
    usual: str
    short_by_small: bool = False

    @property
    def vault(self) -> Vault:
        """The user's."""
        return self.ground.vault


@dataclass(frozen=True, slots=True)
class Question:
    """A message of the user's that is written with the turn. said: as a model reads it.

    parent_id: what it stands below, None for a first one. tainted: it brings others' text.
    """

    id: UUID
    parent_id: UUID | None
    said: list[Said]
    rows: Sequence[SQLModel]
    tainted: bool


async def one_at_a_time(
    connection: Connection, user_id: UUID, wish: Wish, conversation_id: UUID | None = None
) -> Asking:
    """Hold back the user's other sends until this transaction ends, so that limits are exact.

    What they have written is read behind the lock. conversation_id: None for a new one.
    """
    profile = await connection.fetchrow(_PROFILE)
    if profile is None:
        raise NotFound("account")
    stored = profile["instructions"]
    ground = await ground_of(connection, user_id, conversation_id, wish.client_key, stored)
    tier = in_force(profile["tier"], profile["status"])
    by_small = profile["short"] == preferences.SMALL and not wish.picked
    manner = preferences.manner(profile, ground.vault)
    return Asking(connection, ground, manner, tier, wish, profile["default_model"], by_small)


def place_in(asking: Asking) -> Place:
    """The conversation that is there. Raises NotFound."""
    if asking.ground.place is None:
        raise NotFound
    return asking.ground.place


def new_place(asking: Asking, words: str) -> Place:
    """A conversation that begins with the turn, and is called by these words."""
    begun = Conversation(user_id=asking.vault.user_id)
    begun.title = provisional(begun.id, words, asking.vault)
    return Place(begun.id, None, "", titled=False, begun=begun)


async def begin(
    asking: Asking, place: Place, parent_id: UUID, question: Question | None = None
) -> Job:
    """Write the question, the empty reply and the turn, and read what the model needs.

    question: the message parent_id, where it is new. A branch that ends with the model's own words
    is to be continued, and the model is told so; one that ends with thought alone is answered anew.
    Raises Busy, AllowanceSpent, and Refused for a model that was asked for and that the plan lacks;
    one that the conversation has from before gives way.
    """
    wish = asking.wish
    _require_room(asking.ground.running, place.id)
    require_allowed(asking.tier, wish.model)
    choice = choose(wish.model or place.model or asking.usual, asking.tier)
    said = await _said(asking, place, parent_id, question, choice)
    goes_on = said[-1].role == "assistant" and bool(said[-1].text.strip())
    if said[-1].role == "assistant" and not goes_on:
        said = said[:-1]
    choice = _answered_by(asking, place, said, choice)
    grip = leases.Grip(asking.vault.user_id, uuid4(), uuid4(), fence=1)
    asked = _first_request(asking, choice, said)
    await _write(asking, place, parent_id, question, grip, choice, asked)
    messages = int(wish.counts)
    await allowances.reserve(asking.connection, grip.user_id, grip.turn_id, asking.tier, messages)
    return Job(
        grip=grip,
        conversation_id=place.id,
        vault=asking.vault,
        messages=tuple(said),
        choice=choice,
        timezone=wish.timezone,
        manner=asking.manner,
        tier=asking.tier,
        goes_on=goes_on,
        tainted=place.tainted,
        untitled="" if place.titled else said[0].text,
        asked=asked,
        connections=asking.ground.connections,
        permitted=asking.ground.permitted,
    )


def _answered_by(asking: Asking, place: Place, said: Sequence[Said], choice: Choice) -> Choice:
    """The chosen model, or the small one of its maker where it may answer."""
    may = asking.short_by_small and not place.tainted
    return by_small(choice) if may and is_short(said) else choice


async def _said(
    asking: Asking, place: Place, parent_id: UUID, question: Question | None, choice: Choice
) -> list[Said]:
    """What was said up to the reply that is to be written."""
    stored = question.parent_id if question else parent_id
    new = question.said if question else []
    if stored is None:
        return new
    said = await summaries.history(
        asking.connection, asking.vault.user_id, place.summary, stored, choice.history_tokens
    )
    return [*said, *new]


def _first_request(asking: Asking, choice: Choice, said: Sequence[Said]) -> Made:
    """The request that is put down before it is made."""
    tools = offered(asking.tier, asking.ground.connections)
    read = first_reading(said, choice.history_tokens, asking.manner, tools)
    return Made(choice.provider, choice.model, read)


async def _write(  # noqa: PLR0913  (each is another part of the turn)
    asking: Asking,
    place: Place,
    parent_id: UUID,
    question: Question | None,
    grip: leases.Grip,
    choice: Choice,
    asked: Made,
) -> None:
    """Write all that the turn begins with."""
    wish = asking.wish
    reply = Message(
        id=grip.reply_id,
        user_id=grip.user_id,
        conversation_id=place.id,
        parent_id=parent_id,
        role="assistant",
        status="running",
        model=choice.label,
        details={"notice": choice.notice} if choice.notice else {},
    )
    await together(
        asking.connection,
        _moved_on(place, question, grip, _lasting(wish, place, choice)),
        *map(inserting, question.rows if question else ()),
        inserting(reply),
        leases.beginning(grip, place.id, wish.client_key, wish.timezone),
        *request_books.noting(Account(asking.vault, ANSWER, grip.turn_id), [asked]),
    )
    asked.is_noted = True


def _lasting(wish: Wish, place: Place, choice: Choice) -> str:
    """The model that the conversation has from now on."""
    return place.model if wish.once else choice.chosen or choice.model


def _moved_on(place: Place, question: Question | None, grip: leases.Grip, model: str) -> Statement:
    """What lets the conversation end with the reply, or begin with it."""
    remembered = {"tainted": True} if question and question.tainted else {}
    if place.begun is None:
        return Statement(_MOVE_ON, (place.id, grip.reply_id, model, json.dumps(remembered)))
    begun = place.begun
    begun.head_id, begun.model, begun.details = grip.reply_id, model, remembered
    return inserting(begun)


def _require_room(running: Sequence[UUID], conversation_id: UUID) -> None:
    if conversation_id in running:
        raise Busy("The answer before this one is still being written. Stop it, or wait for it.")
    if len(running) >= settings().turns_at_once:
        raise Busy(
            f"{len(running)} answers are being written for you at once, which is the most. "
            "Wait for one to end."
        )
