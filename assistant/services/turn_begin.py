"""The beginning of a turn: its empty reply, its row, and all that the model is to read.

Everything here runs in the one transaction of whoever begins it (see `turns.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from asyncpg import Connection

from assistant.agent.prompt import Manner
from assistant.agent.types import Message as Said
from assistant.config import settings
from assistant.errors import Busy, NotFound
from assistant.models import Conversation, Message
from assistant.services import allowances, leases, preferences, request_books, summaries
from assistant.services.first_reading import OFFERED, first_reading, offered
from assistant.services.keys import vault_over
from assistant.services.model_choice import Choice, choose, require_allowed
from assistant.services.request_books import ANSWER, Account
from assistant.services.request_meter import Made
from assistant.services.rows import insert
from assistant.services.short_questions import by_small, is_short
from assistant.services.tiers import PLAN_NOW, Tier, in_force
from assistant.services.titles import provisional
from assistant.services.turn_job import Job
from assistant.vault import Vault

# The row that the user's other sends wait for.
_PROFILE = f"""
    select id, instructions, metadata ->> 'language' as language, metadata ->> 'short' as short,
           tier, status, {OFFERED}
    from profiles left join ({PLAN_NOW}) as plan on true for no key update of profiles
"""  # noqa: S608  (nothing in it comes from outside)
_RUNNING = "select conversation_id from turns where status = 'running'"
_CONVERSATION = """
    select id, head_id, model, coalesce(metadata ->> 'titled', '') <> '' as titled,
           metadata ? 'tainted' as tainted, summary, summary_through
    from conversations where id = $1 and deleted_at is null
"""
_MOVE_ON = "update conversations set head_id = $2, model = $3, touched_at = now() where id = $1"


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
    """Whose turn is to begin, in which transaction, and how. tools: see `first_reading`."""

    connection: Connection
    vault: Vault
    manner: Manner
    tier: Tier
    wish: Wish
    short_by_small: bool = False
    tools: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation in which it begins, and its newest message.

    titled: it has its title. tainted: others' text was read in it. summary: of its beginning.
    """

    id: UUID
    head_id: UUID | None
    model: str
    titled: bool
    tainted: bool = False
    summary: summaries.Stored | None = None


async def one_at_a_time(connection: Connection, user_id: UUID, wish: Wish) -> Asking:
    """Hold back the user's other sends until this transaction ends, so that limits are exact."""
    profile = await connection.fetchrow(_PROFILE)
    if profile is None:
        raise NotFound("account")
    vault = await vault_over(connection, user_id, [profile["instructions"]])
    tier = in_force(profile["tier"], profile["status"])
    by_small = profile["short"] == preferences.SMALL and not wish.picked
    manner, tools = preferences.manner(profile, vault), offered(tier, profile)
    return Asking(connection, vault, manner, tier, wish, by_small, tools)


async def place_of(asking: Asking, conversation_id: UUID | None, words: str = "") -> Place:
    """The conversation; None begins one that is called by these words. Raises NotFound."""
    if conversation_id is None:
        begun = Conversation(user_id=asking.vault.user_id)
        begun.title = provisional(begun.id, words, asking.vault)
        await insert(asking.connection, begun)
        return Place(begun.id, None, "", titled=False)
    found = await asking.connection.fetchrow(_CONVERSATION, conversation_id)
    if found is None:
        raise NotFound
    known = dict(found)
    sealed, through = known.pop("summary"), known.pop("summary_through")
    stored = summaries.Stored(found["id"], sealed, through) if through else None
    return Place(**known, summary=stored)


async def begin(asking: Asking, place: Place, parent_id: UUID) -> Job:
    """Write the empty reply and the turn, and read what the model needs.

    A branch that ends with the model's own words is to be continued, and the model is told so;
    one that ends with thought alone is answered anew. Raises Busy, AllowanceSpent, and Refused for
    a model that was asked for and that the plan lacks; one that the conversation has from before
    gives way.
    """
    connection, vault, wish = asking.connection, asking.vault, asking.wish
    await _require_room(connection, place.id)
    require_allowed(asking.tier, wish.model)
    choice = choose(wish.model or place.model, asking.tier)
    said = await summaries.history(
        connection, vault.user_id, place.summary, parent_id, choice.history_tokens
    )
    goes_on = said[-1].role == "assistant" and bool(said[-1].text.strip())
    if said[-1].role == "assistant" and not goes_on:
        said = said[:-1]
    choice = _answered_by(asking, place, said, choice)
    grip = await _open_turn(asking, place.id, parent_id, choice)
    lasting = place.model if wish.once else choice.chosen or choice.model
    await connection.execute(_MOVE_ON, place.id, grip.reply_id, lasting)
    asked = await _put_down(asking, grip, choice, said)
    return Job(
        grip=grip,
        conversation_id=place.id,
        vault=vault,
        messages=tuple(said),
        choice=choice,
        timezone=wish.timezone,
        manner=asking.manner,
        tier=asking.tier,
        goes_on=goes_on,
        tainted=place.tainted,
        untitled="" if place.titled else said[0].text,
        asked=asked,
    )


def _answered_by(asking: Asking, place: Place, said: Sequence[Said], choice: Choice) -> Choice:
    """The chosen model, or the small one of its maker where it may answer."""
    may = asking.short_by_small and not place.tainted
    return by_small(choice) if may and is_short(said) else choice


async def _put_down(
    asking: Asking, grip: leases.Grip, choice: Choice, said: Sequence[Said]
) -> Made:
    """Note the first request before it is made, and set aside what the turn may cost."""
    connection, vault = asking.connection, asking.vault
    read = first_reading(said, choice.history_tokens, asking.manner, asking.tools)
    asked = Made(choice.provider, choice.model, read)
    await request_books.note(connection, Account(vault, ANSWER, grip.turn_id), [asked])
    asked.is_noted = True
    messages = int(asking.wish.counts)
    await allowances.reserve(connection, vault.user_id, grip.turn_id, asking.tier, messages)
    return asked


async def _open_turn(
    asking: Asking, conversation_id: UUID, parent_id: UUID, choice: Choice
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
