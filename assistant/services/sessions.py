"""Sessions: how a signed-in browser is known and signed out. `renewal.py` begins and renews them.

A session ends when it is revoked, after 14 days in which nobody used it, and after 30 in any case.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Uuid,
    and_,
    bindparam,
    case,
    false,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, update

from assistant.database import user_connection, user_session
from assistant.errors import Leaving, NotFound, NotSignedIn, StepUpNeeded
from assistant.models import LoginSession, Profile, SecondFactor
from assistant.services import signals
from assistant.services.keys import UNREADABLE, opened_or, vault_in
from assistant.services.rows import Worded
from assistant.services.tokens import claimed
from assistant.vault import derived_key

USER_HEADER = "x-auth-request-access-token"  # by which our layers tell each other the user
REVOKED = "revoked"  # the topic of notices {"user": id, "session": id}
IDLE = timedelta(days=14)
FRESH = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
GRACE = timedelta(seconds=10)  # in which two tabs may present the same refresh token
ROUNDED = timedelta(seconds=2)  # a token says in whole seconds since when it is good
KNOWN_FOR_SECONDS = 5.0  # a session that was revoked without a notice is noticed within this time
DEVICE = "login_sessions.device"

ALIVE = (
    col(LoginSession.revoked_at).is_(None),
    col(LoginSession.expires_at) > func.now(),
    col(LoginSession.seen_at) > func.now() - IDLE,
)
_FACTOR_ON = (
    select(col(SecondFactor.id)).where(col(SecondFactor.confirmed_at).is_not(None)).exists()
)
_LEAVING = select(col(Profile.id)).where(col(Profile.erase_at).is_not(None)).exists()
_ASKED = bindparam("session_id", type_=Uuid())
_GIVEN_BY = bindparam("given_by", type_=DateTime(timezone=True))
_ARRIVED = and_(
    col(LoginSession.previous_hash).is_not(None),
    col(LoginSession.rotated_at) < func.now() - GRACE,
    func.coalesce(col(LoginSession.rotated_at) <= _GIVEN_BY, false()),
)
_STANDING = Worded(
    select(
        or_(col(LoginSession.seen_at) < func.now() - SEEN_EVERY, _ARRIVED),
        col(LoginSession.fresh_at) > func.now() - FRESH,
        _FACTOR_ON,
        col(LoginSession.verified_at).is_not(None),
        func.coalesce(col(LoginSession.verified_at) > func.now() - FRESH, False),
        _LEAVING,
    ).where(col(LoginSession.id) == _ASKED, *ALIVE)
)
# What was given with the newest tokens has arrived: the ones before it are good no more.
_NOTE_SEEN = Worded(
    update(LoginSession)
    .where(col(LoginSession.id) == _ASKED)
    .values(
        seen_at=func.now(),
        previous_hash=case(
            (col(LoginSession.rotated_at) <= _GIVEN_BY, null()),
            else_=col(LoginSession.previous_hash),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class User:
    """The user of a request. session_id names the browser's session.

    verified: no second factor is on, or this session has given it; False while that is not known.
    leaving: the account will be erased.
    """

    id: UUID
    session_id: UUID
    verified: bool = field(default=False, compare=False)
    leaving: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is signed in. current: the one that asks."""

    id: UUID
    label: str
    created_at: datetime
    seen_at: datetime
    current: bool


_known: dict[tuple[UUID, UUID], float] = {}  # until when a session need not be asked for again


async def who_is(token: str | None) -> User:
    """The user that this access token stands for. Raises NotSignedIn.

    This is the only place that decides who a request's user is.
    """
    user_id, session_id, given_at = claimed(token)
    return await require_alive(User(user_id, session_id), given_at)


def vouched(user: User) -> str:
    """The user as a header between our own layers: with our seal, so that nobody can make one."""
    return f"{user.id} {user.session_id} {_seal(user)}"


def recognised(header: str | None) -> User:
    """The user of a vouched header, not yet verified. Raises NotSignedIn."""
    try:
        user_id, session_id, seal = (header or "").split(" ")
        user = User(UUID(user_id), UUID(session_id))
    except ValueError as error:
        raise NotSignedIn from error
    if not hmac.compare_digest(seal.encode(errors="replace"), _seal(user).encode()):
        raise NotSignedIn
    return user


def _seal(user: User) -> str:
    said = f"{user.id} {user.session_id}".encode()
    return hmac.new(derived_key("vouched user"), said, hashlib.sha256).hexdigest()


async def require_alive(user: User, given_at: datetime | None = None) -> User:
    """The user as of now; asks the database every few seconds. Raises NotSignedIn when over.

    given_at: since when the browser has what it shows, None where that is not known.
    """
    if _known.get((user.id, user.session_id), 0.0) > time.monotonic():
        return User(user.id, user.session_id, verified=True)
    async with user_connection(user.id) as connection:
        given_by = given_at + ROUNDED if given_at else None
        standing = await _standing(connection, user, given_by)
        if standing.unnoted:
            text, values = _NOTE_SEEN(session_id=user.session_id, given_by=given_by)
            await connection.execute(text, *values)
    verified = standing.verified or not standing.factor_on
    if verified and not standing.leaving:  # else the next request sees at once what has changed
        _remember(user)
    return User(user.id, user.session_id, verified, standing.leaving)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a session stands by the database's clock.

    unnoted: it was not seen in the last minute, or it has only now shown its newest tokens.
    """

    unnoted: bool
    fresh: bool
    factor_on: bool
    verified: bool
    just_verified: bool
    leaving: bool


async def _standing(
    connection: Connection, user: User, given_by: datetime | None = None
) -> _Standing:
    """Raises NotSignedIn when the session is over."""
    text, values = _STANDING(session_id=user.session_id, given_by=given_by)
    row = await connection.fetchrow(text, *values)
    if row is None:
        raise NotSignedIn
    return _Standing(*row)


def _remember(user: User) -> None:
    if len(_known) > 10_000:
        _known.clear()
    _known[user.id, user.session_id] = time.monotonic() + KNOWN_FOR_SECONDS


async def require_fresh(user: User) -> None:
    """Raises StepUpNeeded unless the user proved in the last five minutes who they are.

    With a second factor on, its code must be as fresh. Raises NotSignedIn when the session is over.
    """
    async with user_connection(user.id) as connection:
        standing = await _standing(connection, user)
    if not standing.fresh:
        raise StepUpNeeded("sign-in")
    if standing.factor_on and not standing.just_verified:
        raise StepUpNeeded("code")


async def devices(user: User) -> list[Device]:
    """The browsers in which the user is signed in, the last used first."""
    latest = select(LoginSession).where(*ALIVE).order_by(col(LoginSession.seen_at).desc())
    async with user_session(user.id) as session:
        rows = (await session.scalars(latest)).all()
        vault = await vault_in(session, (row.device for row in rows))
    return [
        Device(
            row.id,
            opened_or(vault, DEVICE, row.id, row.device, UNREADABLE),
            row.created_at,
            row.seen_at,
            current=row.id == user.session_id,
        )
        for row in rows
    ]


def staying(user: User) -> User:
    """The user, unless the account will be erased. Raises Leaving."""
    if user.leaving:
        raise Leaving
    return user


async def revoke(user: User, session_id: UUID) -> None:
    """End one of the user's sessions. Raises NotFound when it is not (any more) theirs."""
    if not await end(user.id, col(LoginSession.id) == session_id):
        raise NotFound("device")


async def revoke_others(user: User) -> None:
    """End all of the user's sessions but this one."""
    await end(user.id, others_of(user))


def others_of(user: User) -> ColumnElement[bool]:
    """Which sessions of the user are not this one."""
    return col(LoginSession.id) != user.session_id


async def end(user_id: UUID, which: ColumnElement[bool]) -> list[UUID]:
    """End the user's sessions that the condition names, and close what they have open."""
    async with user_session(user_id) as session:
        ended = await note_end(session, which)
    await tell_end(user_id, ended)
    return ended


async def note_end(session: AsyncSession, which: ColumnElement[bool]) -> list[UUID]:
    """End sessions together with what else a transaction does; after it, `tell_end` of these."""
    alive = col(LoginSession.revoked_at).is_(None)
    ending = update(LoginSession).where(which, alive).values(revoked_at=func.now())
    return list(await session.scalars(ending.returning(col(LoginSession.id))))


async def tell_end(user_id: UUID, session_ids: list[UUID]) -> None:
    """Close what ended sessions of the user have open, in every process."""
    for session_id in session_ids:
        notice = {"user": str(user_id), "session": str(session_id)}
        forget(notice)
        await signals.tell(REVOKED, notice)


def forget(notice: signals.Notice) -> None:
    """Let the database be asked about this session again, whatever is remembered of it."""
    _known.pop((UUID(notice["user"]), UUID(notice["session"])), None)
