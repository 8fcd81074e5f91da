"""The seats of a plan that is paid for several people, as who pays sees them: given, taken back.

An invitation is a link; its token stands in no log and no address that a server sees, and only its
hash is kept. How many may be given is decided by the database (`models/seating.py`), in order.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from assistant.config import settings
from assistant.database import user_connection, user_session
from assistant.errors import BillingOff, NotFound, Refused
from assistant.models import Seat as Row
from assistant.models.billing import CARRIES, GIVEABLE
from assistant.services import rate_limits, signals
from assistant.services.addresses import SEAT
from assistant.services.inputs import one_line
from assistant.services.keys import UNREADABLE, opened_or, vault_over
from assistant.services.tiers import is_sold

LABEL = "seats.label"
LABEL_CHARACTERS = 60
TOKEN_BYTES = 32
NONE_FREE = (
    "No seat is free: the first one is yours, and the others are given away, offered, or wait for "
    "their month to end. Take an offer back, or pay for more seats. Nothing was changed."
)
IN_USE = (
    "Your own seat and those that you have given away or offered are more than that. "
    "Take {back} back first, under “Seats”. Nothing was changed."
)

_PAID = f"""
    select case when {CARRIES} then seats else 1 end as now,
           case when {CARRIES} then {GIVEABLE} else 1 end as to_give
    from subscriptions
"""  # noqa: S608  (nothing in it comes from outside)
_LISTED = """
    select id, label, created_at, expires_at, taken_at, case
               when taken_at is null and expires_at <= now() then 'expired'
               when taken_at is null then 'offered'
               when member_id is null then 'left'
               when count(member_id) over (order by taken_at, id) < $1 then 'taken'
               else 'without' end as state
    from seats where taken_at is null or member_id is not null or expires_at > now()
    order by taken_at, created_at, id
"""
_GIVE = "select give_seat($1, $2, $3)"
_TAKE_BACK = "select member from take_seat_back($1)"
_GIVEN = """
    select count(*) from seats
    where member_id is not null or (taken_at is null and expires_at > now())
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that is offered or taken. label: who it is for, in the payer's words.

    taken_at: None for an offer, which stands until expires_at. state: "offered", "expired",
    "taken", "left", which can be given anew from expires_at, or, where the plan is over or fewer
    are paid than taken, "without": it gives nothing.
    """

    id: UUID
    label: str
    created_at: datetime
    expires_at: datetime
    taken_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Seats:
    """What a payer has given. paid: how many seats there are; the first one is the payer's own.

    Of a plan that changes to fewer it is these; of one that is over, only the payer's own.
    """

    paid: int
    seats: list[Seat]

    @property
    def free(self) -> int:
        """How many more may be given."""
        return max(0, self.paid - 1 - sum(each.state != "expired" for each in self.seats))


async def given(user_id: UUID) -> Seats:
    """The seats that the user has given or offers, the longest-sitting first."""
    async with user_connection(user_id) as connection:
        paid = await connection.fetchrow(_PAID)
        if paid is None:
            raise NotFound("account")
        rows = await connection.fetch(_LISTED, paid["now"])
        vault = await vault_over(connection, user_id, [row["label"] for row in rows])
    return Seats(paid["to_give"], [
        Seat(
            row["id"],
            opened_or(vault, LABEL, row["id"], row["label"], UNREADABLE),
            row["created_at"],
            row["expires_at"],
            row["taken_at"],
            row["state"],
        )
        for row in rows
    ])  # fmt: skip


async def give(user_id: UUID, label: str) -> str:
    """Offer a seat; returns the link by which it is taken, within seven days.

    label: who it is for. Raises Refused where none is free, Busy and BillingOff.
    """
    if not is_sold():
        raise BillingOff
    words = one_line(label, "Who it is for", LABEL_CHARACTERS)
    await rate_limits.count("seats", user_id)
    seat_id, token = uuid4(), token_urlsafe(TOKEN_BYTES)
    async with user_connection(user_id) as connection:
        vault = await vault_over(connection, user_id)
        sealed = vault.seal(LABEL, seat_id, words)
        if not await connection.fetchval(_GIVE, seat_id, sealed, hash_of(token)):
            raise Refused(NONE_FREE)
    return f"{settings().url}{SEAT}#{token}"


def hash_of(token: str) -> bytes:
    """What is kept of a link's token."""
    return sha256(token.encode()).digest()


async def take_back(user_id: UUID, seat_id: UUID) -> None:
    """End an offer, or the seat of who took it, at once. Raises NotFound."""
    async with user_connection(user_id) as connection:
        row = await connection.fetchrow(_TAKE_BACK, seat_id)
    if row is None:
        raise NotFound("seat")
    if row["member"] is not None:
        await signals.tell_plan(row["member"])


async def require_room(user_id: UUID, seats: int) -> None:
    """Raises Refused where a plan with so many seats has no place for all that are given away."""
    async with user_connection(user_id) as connection:
        count = await connection.fetchval(_GIVEN)
    if count >= seats and count:
        back = count - seats + 1
        raise Refused(IN_USE.format(back=back))


async def members(session: AsyncSession) -> list[UUID]:
    """Who sits on the seats of the session's user, by their ids: for signals, and nobody's eyes."""
    taken = select(Row.member_id).where(col(Row.member_id).is_not(None))
    return [member for member in await session.scalars(taken) if member]


async def tell_members(user_id: UUID) -> None:
    """Let the open pages of who sits there read anew what the plan allows."""
    async with user_session(user_id) as session:
        told = await members(session)
    for member in told:
        await signals.tell_plan(member)
