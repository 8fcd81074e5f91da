"""People who pay for several, and people who sit there."""

from assistant.services import membership, seats
from assistant.services.sessions import User
from tests.services.talk import rows

_PAYS = """
    update subscriptions set tier = 'team', status = 'active', seats = $2,
        period_start = now() - interval '3 days', period_end = now() + interval '27 days'
    where user_id = $1
"""


async def team(db: str, user: User, count: int) -> None:
    """The user pays for a Team with so many seats."""
    await rows(db, _PAYS, user.id, count)


async def invited(user: User, label: str = "Ana") -> str:
    """The token of an invitation by this user."""
    return (await seats.give(user.id, label)).partition("#")[2]


async def seat(payer: User, member: User, label: str = "Ana") -> None:
    """The member takes a seat of the payer's."""
    await membership.take(member.id, await invited(payer, label))
