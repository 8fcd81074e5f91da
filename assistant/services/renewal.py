"""How a session begins, and how its tokens are exchanged for new ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import and_, delete, func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.database import user_of, user_session
from assistant.errors import NotSignedIn
from assistant.models import LoginSession
from assistant.services.devices import label_of
from assistant.services.keys import vault_in
from assistant.services.sessions import ALIVE, DEVICE, User, end, require_alive
from assistant.services.tokens import RefreshToken, access_token

ABSOLUTE = timedelta(days=30)
GRACE = timedelta(seconds=10)  # in which two tabs may present the same refresh token

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
    over = or_(
        col(LoginSession.expires_at) < func.now(),
        col(LoginSession.revoked_at) < func.now() - timedelta(days=1),
    )
    await session.execute(delete(LoginSession).where(over))
    return _tokens(refresh)


def _tokens(refresh: RefreshToken) -> Tokens:
    access = access_token(refresh.user_id, refresh.session_id)
    return Tokens(refresh.user_id, access, refresh.text())


async def refresh(token: str | None) -> Tokens:
    """Exchange a refresh token for new tokens; twice within 10 seconds for the same ones.

    A token that was exchanged before that was stolen, or its successor was: the session ends.
    Raises NotSignedIn.
    """
    held = RefreshToken.read(token)
    async with user_session(held.user_id) as session:
        good = await _rotate(session, held) or await _is_of_a_moment_ago(session, held)
    if not good:
        if await end(held.user_id, and_(col(LoginSession.id) == held.session_id, *ALIVE)):
            log.warning("refresh_token_reused", session=str(held.session_id))
        raise NotSignedIn
    return _tokens(held.successor())


async def _rotate(session: AsyncSession, held: RefreshToken) -> bool:
    now = func.now()
    current = (
        col(LoginSession.id) == held.session_id,
        col(LoginSession.refresh_hash) == held.hash(),
    )
    following = {
        "previous_hash": held.hash(),
        "refresh_hash": held.successor().hash(),
        "rotated_at": now,
        "seen_at": now,
    }
    rotated = update(LoginSession).where(*current, *ALIVE).values(following)
    return (await session.execute(rotated.returning(col(LoginSession.id)))).first() is not None


async def _is_of_a_moment_ago(session: AsyncSession, held: RefreshToken) -> bool:
    previous = select(LoginSession.id).where(
        LoginSession.id == held.session_id,
        LoginSession.previous_hash == held.hash(),
        col(LoginSession.rotated_at) > func.now() - GRACE,
        *ALIVE,
    )
    return (await session.scalars(previous)).first() is not None


async def holder_of(token: str | None) -> User:
    """Who may exchange this refresh token, without exchanging it. Raises NotSignedIn."""
    held = RefreshToken.read(token)
    async with user_session(held.user_id) as session:
        current = select(LoginSession.id).where(
            LoginSession.id == held.session_id, LoginSession.refresh_hash == held.hash()
        )
        good = (await session.scalars(current)).first() or await _is_of_a_moment_ago(session, held)
    if not good:
        raise NotSignedIn
    return await require_alive(User(held.user_id, held.session_id))
