"""How a session begins, and how its tokens are exchanged for new ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from assistant.database import user_of, user_session
from assistant.errors import NotSignedIn, SessionRanOut
from assistant.models import LoginSession
from assistant.services.devices import label_of
from assistant.services.keys import vault_in
from assistant.services.sessions import ALIVE, DEVICE, GRACE, User, end, require_alive
from assistant.services.tokens import RefreshToken, access_token

ABSOLUTE = timedelta(days=30)
KEPT_OVER = timedelta(days=1)  # who comes with its tokens is told how it ended

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the browser gets."""

    user_id: UUID
    access: str
    refresh: str


async def begin(
    session: AsyncSession, user_agent: str, proved_at: datetime | None = None
) -> Tokens:
    """A new session of the user whose transaction this is; it stands once that is committed.

    proved_at: when the user last proved who they are, None for just now.
    """
    user_id, now = user_of(session), datetime.now(UTC)
    refresh = RefreshToken.first(user_id, uuid4())
    row = LoginSession(
        id=refresh.session_id,
        user_id=user_id,
        expires_at=now + ABSOLUTE,
        refresh_hash=refresh.hash(),
        fresh_at=min(proved_at or now, now),
    )
    row.device = (await vault_in(session)).seal(DEVICE, row.id, label_of(user_agent))
    session.add(row)
    lately = func.now() - KEPT_OVER
    over = or_(col(LoginSession.expires_at) < lately, col(LoginSession.revoked_at) < lately)
    await session.execute(delete(LoginSession).where(over))
    return _tokens(refresh)


def _tokens(refresh: RefreshToken) -> Tokens:
    access = access_token(refresh.user_id, refresh.session_id)
    return Tokens(refresh.user_id, access, refresh.text())


async def refresh(token: str | None) -> Tokens:
    """Exchange a refresh token for new tokens; twice within 10 seconds for the same ones.

    The one before the last is exchanged anew while nobody has shown what it was exchanged for:
    that answer was lost. Who holds it nevertheless ends the session when they come with it, so two
    who hold the same token never both go on. Any older one was stolen: the session ends.
    Raises NotSignedIn, and SessionRanOut where nobody has signed out.
    """
    held = RefreshToken.read(token)
    async with user_session(held.user_id) as session:
        following = await _exchanged(session, held)
        ran_out = following is None and await _has_run_out(session, held)
    if ran_out:
        raise SessionRanOut
    if following is None:
        if await end(held.user_id, and_(col(LoginSession.id) == held.session_id, *ALIVE)):
            log.warning("refresh_token_reused", session=str(held.session_id))
        raise NotSignedIn
    return _tokens(following)


async def _exchanged(session: AsyncSession, held: RefreshToken) -> RefreshToken | None:
    """What the token is exchanged for, None for one that is not good (any more)."""
    mine = select(LoginSession, func.now()).where(_of(held), *ALIVE).with_for_update()
    found = (await session.execute(mine)).one_or_none()
    if found is None:
        return None
    row, now = found
    if row.refresh_hash != held.hash() and now - row.rotated_at < GRACE:
        return held.successor(row.rotated_at)  # another tab was faster, or this one asks again
    following = held.successor(now)
    row.previous_hash, row.refresh_hash = held.hash(), following.hash()
    row.rotated_at = row.seen_at = now
    return following


async def _has_run_out(session: AsyncSession, held: RefreshToken) -> bool:
    """Whether the token was good until the session's time was over, and nobody ended that."""
    over = and_(_of(held), col(LoginSession.revoked_at).is_(None), not_(and_(*ALIVE)))
    return bool(await session.scalar(select(exists().where(over))))


def _of(held: RefreshToken) -> ColumnElement[bool]:
    """The session in which the token is the one of now or the one before it."""
    good = (col(LoginSession.refresh_hash), col(LoginSession.previous_hash))
    return and_(
        col(LoginSession.id) == held.session_id, or_(*(each == held.hash() for each in good))
    )


async def holder_of(token: str | None) -> User:
    """Who may exchange this refresh token, without exchanging it. Raises NotSignedIn."""
    held = RefreshToken.read(token)
    async with user_session(held.user_id) as session:
        mine = select(LoginSession.refresh_hash, LoginSession.rotated_at).where(_of(held))
        found = (await session.execute(mine)).one_or_none()
    if found is None:
        raise NotSignedIn
    newest, given_at = found
    shown = given_at if newest == held.hash() else None
    return await require_alive(User(held.user_id, held.session_id), shown)
