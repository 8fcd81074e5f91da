"""Who somebody is: sign-in by name, sessions, and the one function that answers "who is this?"."""

import hashlib
import hmac
import secrets
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from assistant.config import settings
from assistant.database import system_session, user_session
from assistant.errors import NotFound, NotSignedIn
from assistant.models import Identity, LoginSession, Profile, Subscription
from assistant.services.inputs import JOINERS, NAME_CHARACTERS, one_line
from assistant.services.keys import create_key, vault_in
from assistant.vault import derived_key

LOCAL_ISSUER = "local"
UNSEEN = dict.fromkeys(map(ord, JOINERS))  # two names that look alike are one
SESSION_HOURS = 12
KNOWN_FOR_SECONDS = 5.0  # a revoked session is noticed within this time

_CLAIMS = jwt.JWTClaimsRegistry(
    sub={"essential": True}, sid={"essential": True}, exp={"essential": True}
)


@dataclass(frozen=True, slots=True)
class User:
    """The verified user of a request. session_id names the browser's session."""

    id: UUID
    session_id: UUID


_known: dict[User, float] = {}  # until when a session need not be asked for again


async def sign_in_by_name(name: str) -> str:
    """Sign in locally: find or make the account of this name. Returns the session's token.

    Raises NotFound where the local sign-in does not exist, and Refused for an unusable name.
    """
    if not settings().local_sign_in:
        raise NotFound("page")
    shown = one_line(name, "A name", NAME_CHARACTERS)
    subject = unicodedata.normalize("NFC", shown.translate(UNSEEN)).lower()
    return await _open_session(await _find_or_create(LOCAL_ISSUER, subject, shown))


async def _find_or_create(issuer: str, subject: str, name: str) -> UUID:
    if found := await _find(issuer, subject):
        return found
    with suppress(IntegrityError):  # two first sign-ins at once: the other one made the account
        await _create(issuer, subject, name)
    created = await _find(issuer, subject)
    if created is None:
        raise NotSignedIn
    return created


async def _find(issuer: str, subject: str) -> UUID | None:
    query = text("select user_id from identities where issuer = :issuer and subject = :subject")
    async with system_session() as session:
        found = await session.execute(query, {"issuer": issuer, "subject": subject})
        return found.scalar_one_or_none()


async def _create(issuer: str, subject: str, name: str) -> None:
    user_id = uuid4()
    async with user_session(user_id) as session:
        profile = Profile(user_id=user_id)
        session.add(profile)
        await session.flush()
        profile.name = create_key(session).seal("profiles.name", profile.id, name)
        session.add(Identity(user_id=user_id, issuer=issuer, subject=subject))
        session.add(Subscription(user_id=user_id))


async def _open_session(user_id: UUID) -> str:
    expires = datetime.now(UTC) + timedelta(hours=SESSION_HOURS)
    async with user_session(user_id) as session:
        row = LoginSession(user_id=user_id, expires_at=expires, refresh_hash=b"")
        session.add(row)
    claims = {
        "sub": str(user_id),
        "sid": str(row.id),
        "exp": int(expires.timestamp()),
        "jti": secrets.token_hex(8),
    }
    return jwt.encode({"alg": "HS256"}, claims, _key())


async def who_is(token: str | None) -> User:
    """The user that this session token stands for. Raises NotSignedIn.

    This is the only place that decides who a request's user is.
    """
    user = _claimed(token)
    await require_alive(user)
    return user


def _claimed(token: str | None) -> User:
    """What the token says, if we signed it and it has not expired."""
    try:
        decoded = jwt.decode(token or "", _key(), algorithms=["HS256"])
        _CLAIMS.validate(decoded.claims)
        return User(UUID(decoded.claims["sub"]), UUID(decoded.claims["sid"]))
    except (JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
        # A forged token may have any shape, and joserfc meets some with other errors than its own.
        raise NotSignedIn from error


def vouched(user: User) -> str:
    """The user as a header between our own layers: with our seal, so that nobody can make one."""
    return f"{user.id} {user.session_id} {_seal(user)}"


def recognised(header: str | None) -> User:
    """The user of a vouched header. Raises NotSignedIn."""
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


async def require_alive(user: User) -> None:
    """Raises NotSignedIn when the session has ended; asks the database every few seconds."""
    if _known.get(user, 0.0) > time.monotonic():
        return
    async with user_session(user.id) as session:
        row = await session.get(LoginSession, user.session_id)
    if row is None or row.revoked_at is not None or row.expires_at < datetime.now(UTC):
        raise NotSignedIn
    _remember(user)


def _remember(user: User) -> None:
    if len(_known) > 10_000:
        _known.clear()
    _known[user] = time.monotonic() + KNOWN_FOR_SECONDS


async def sign_out(user: User) -> None:
    """End this browser's session."""
    async with user_session(user.id) as session:
        now = datetime.now(UTC)
        mine = col(LoginSession.id) == user.session_id
        await session.execute(update(LoginSession).where(mine).values(revoked_at=now))
    _known.pop(user, None)


async def usual_model(user_id: UUID) -> str:
    """The id of the model that the user chose last, "" for none."""
    async with user_session(user_id) as session:
        return (await session.scalars(select(Profile.default_model))).one()


async def set_usual_model(user_id: UUID, model: str) -> None:
    """Remember the model for new conversations."""
    async with user_session(user_id) as session:
        await session.execute(update(Profile).values(default_model=model))


async def name_of(user_id: UUID) -> str:
    """The name that the user goes by."""
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        profile = (await session.scalars(select(Profile))).one()
        return vault.open("profiles.name", profile.id, profile.name) if profile.name else ""


def _key() -> OctKey:
    return OctKey.import_key(derived_key("session token"))
