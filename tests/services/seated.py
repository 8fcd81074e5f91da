"""People who pay for several, and people who sit there."""

import pytest

from assistant.errors import Refused
from assistant.services import membership, seats, tiers
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


@pytest.fixture
async def payer(sold: None, alice: User, db: str) -> User:
    """Alice, who pays for three seats."""
    await team(db, alice, 3)
    return alice


async def refused(member: User, token: str) -> str:
    """Why looking at the link and taking the seat are refused, in the same words."""
    said = []
    for asked in (membership.offered, membership.take):
        with pytest.raises(Refused) as caught:
            await asked(member.id, token)
        said.append(str(caught.value))
    assert said[0] == said[1]
    return said[0]


async def tier_id(user: User) -> str:
    """The plan that is in force for the user."""
    return (await tiers.tier_of(user.id)).id
