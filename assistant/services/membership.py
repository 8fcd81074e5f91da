"""The seat of a plan that somebody else pays for: looked at by its link, taken, left."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from assistant.database import user_connection
from assistant.errors import Refused
from assistant.services import rate_limits, signals
from assistant.services.seats import hash_of
from assistant.services.tiers import FREE, TIERS, Tier, is_sold

TOKEN_CHARACTERS = 100
SEATED = (
    "You have a seat in somebody's {} plan. Leave it first, so that nothing is paid twice. Nothing "
    "was paid."
)
NO_SEAT = "You have no seat to leave. Nothing was changed."
NOT_HERE = (
    "This link leads to no seat: it was taken back, or is not complete. Ask for a new one. "
    "Nothing was changed."
)
WHY = {  # what keeps somebody from taking a seat
    "used": "This link was used already, and is good once. Ask for a new one. Nothing was changed.",
    "own": "This link is for somebody else: you pay for this plan, and have its first seat. "
    "Nothing was changed.",
    "expired": "This link has run out: it is good for seven days. Ask for a new one. Nothing was "
    "changed.",
    "ended": "The plan that this seat belongs to has ended, or is still being tried. Ask whoever "
    "invited you. Nothing was changed.",
    "seated": "You have a seat in another plan. Leave that one first, under Billing. Nothing was "
    "changed.",
    "paying": "You pay for a plan of your own. Cancel it first, under Billing, so that it is not "
    "paid twice; then open this link again. Nothing was changed.",
    "full": "There is no free seat any more: fewer are paid for than before. Ask whoever invited "
    "you. Nothing was changed.",
}

_MINE = "select since, tier, counts from my_seat()"
_OFFERED = "select outcome, tier, payer from seat_offered($1)"
_TAKE = "select outcome, tier, payer from take_seat($1)"
_LEAVE = "select payer from leave_seat()"


@dataclass(frozen=True, slots=True)
class Held:
    """The user's seat. counts: whether it gives them its plan now; what is paid for has a say."""

    tier: Tier
    since: datetime
    counts: bool


async def mine(user_id: UUID) -> Held | None:
    """Where the user sits, None for nowhere; also where nothing is sold any more."""
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(_MINE)
    if row is None:
        return None
    return Held(TIERS.get(row["tier"], FREE), row["since"], row["counts"] and is_sold())


async def require_none(user_id: UUID) -> None:
    """Raises Refused for who has a seat that counts: they pay for nothing beside it."""
    seat = await mine(user_id)
    if seat is not None and seat.counts:
        raise Refused(SEATED.format(seat.tier.label))


async def offered(user_id: UUID, token: str) -> Tier:
    """The plan of the seat that a link offers; nothing is changed.

    Raises Refused, with the sentence that `take` would give, and Busy.
    """
    return await _asked(_OFFERED, user_id, token)


async def take(user_id: UUID, token: str) -> Tier:
    """Take the seat of a link; returns its plan, which the user has from now on.

    Who has taken it already is told the same once more. Raises Refused and Busy.
    """
    return await _asked(_TAKE, user_id, token)


async def _asked(question: str, user_id: UUID, token: str) -> Tier:
    await rate_limits.count("seats", user_id)
    if not is_sold() or len(token) > TOKEN_CHARACTERS:
        raise Refused(NOT_HERE)
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(question, hash_of(token))
    tier = _tier(row)
    if question == _TAKE and row is not None and not row["outcome"]:  # it was not theirs before
        await signals.tell_plan(user_id)
        await signals.tell_seats(row["payer"])
    return tier


def _tier(row: Record | None) -> Tier:
    if row is None:
        raise Refused(NOT_HERE)
    outcome = row["outcome"]
    if outcome not in ("", "yours"):
        raise Refused(WHY[outcome], why=outcome)
    return TIERS.get(row["tier"], FREE)


async def leave(user_id: UUID) -> None:
    """Give the seat back: what counts from now on is the user's own plan. Raises Refused."""
    async with user_connection(user_id) as connection:
        payer = await vacate(connection)
    if payer is None:
        raise Refused(NO_SEAT)
    await signals.tell_plan(user_id)
    await signals.tell_seats(payer)


async def vacate(connection: Connection) -> UUID | None:
    """Leave the seat of the connection's user, if there is one: who pays for it.

    The seat waits for its month to end, also when the user's account goes.
    """
    payer: UUID | None = await connection.fetchval(_LEAVE)
    return payer
