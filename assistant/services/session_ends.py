"""The end of sessions: what is open for one closes with it, by a notice or found by looking."""

import asyncio
from collections import Counter
from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlmodel import col

from assistant.database import system_session
from assistant.models import LoginSession, Profile, SecondFactor
from assistant.services import signals
from assistant.services.sessions import ALIVE, REVOKED, User, tell_end

LOOK_SECONDS = 4.0  # a notice may be lost, and nothing stays open for five seconds

_LEAVING = (
    select(col(Profile.user_id))
    .where(col(Profile.user_id) == LoginSession.user_id, col(Profile.erase_at).is_not(None))
    .exists()
)
_CODE_DUE = (
    select(col(SecondFactor.user_id))
    .where(
        col(SecondFactor.user_id) == LoginSession.user_id,
        col(SecondFactor.confirmed_at).is_not(None),
        col(LoginSession.verified_at).is_(None),
    )
    .exists()
)
_GOING_ON = select(col(LoginSession.id)).where(
    col(LoginSession.id).in_(bindparam("asked", expanding=True)),
    *ALIVE,
    ~_LEAVING,
    ~_CODE_DUE,
)
_open: Counter[User] = Counter()


async def over(user: User) -> None:
    """Returns when the session is over: at once by a notice, else at the next look."""
    told = asyncio.Event()

    def hear(notice: signals.Notice) -> None:
        if notice["session"] == str(user.session_id):
            told.set()

    _open[user] += 1
    try:
        with signals.listening(REVOKED, hear):
            await told.wait()
    finally:
        _open[user] -= 1
        if not _open[user]:
            del _open[user]


def open_here() -> set[User]:
    """For whom a stream is open in this process."""
    return set(_open)


async def tell_ended(users: Collection[User]) -> None:
    """Give the notice of each of these sessions that is over."""
    for user in await ended_among(users):
        await tell_end(user.id, [user.session_id])


async def ended_among(users: Collection[User]) -> list[User]:
    """Those of these users whose sessions are over: one question, however many they are.

    A session that has yet to give the code of a second factor that was turned on is over, too, and
    so is that of an account that will be erased.
    """
    if not users:
        return []
    asked = {"asked": [user.session_id for user in users]}
    async with system_session() as session:
        going_on = set(await session.scalars(_GOING_ON, asked))
    return [user for user in users if user.session_id not in going_on]
