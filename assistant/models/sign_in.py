"""Signing in: attempts under way, the sessions they lead to, and the second factor."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by_user, sealed


class SignInAttempt(Owned, table=True):
    """A browser that has been sent to a provider. Its id is the OAuth state, claimed by deletion.

    user_id is no user yet but follows from the browser's own random mark, which only its cookie
    knows. plan is the sealed JSON of what the way back needs (nonce, PKCE verifier, where to go,
    whom to link to).
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_user", "user_id"),
        Index("ix_sign_in_attempts_expires", "expires_at"),
    )

    expires_at: datetime = moment(nullable=False)
    provider: str
    plan: bytes = sealed(nullable=False)


class LoginSession(Owned, table=True):
    """A signed-in browser. Revoking it ends the session.

    refresh_hash, previous_hash: SHA-256 of the refresh token that is good now, and of the one
    before it, which is good until the one of now was shown. fresh_at: when the user last proved who
    they are at a provider. verified_at: when they last gave the second factor. device: sealed.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (owned_by_user(), Index("ix_login_sessions_user", "user_id"))

    expires_at: datetime = moment(nullable=False)
    revoked_at: datetime | None = moment()
    refresh_hash: bytes = sealed(nullable=False)
    previous_hash: bytes | None = sealed()
    rotated_at: datetime = moment(nullable=False, now=True)
    seen_at: datetime = moment(nullable=False, now=True)
    fresh_at: datetime = moment(nullable=False, now=True)
    verified_at: datetime | None = moment()
    device: bytes | None = sealed()


class SecondFactor(Owned, table=True):
    """The secret that makes the user's one-time codes (RFC 6238).

    last_step: the time step of the last code that was taken, so that none is taken twice.
    tries: wrong codes, and those being checked. tries_from: when the last one came.
    """

    __tablename__ = "second_factors"
    __table_args__ = (UniqueConstraint("user_id"), owned_by_user())

    secret: bytes = sealed(nullable=False)
    confirmed_at: datetime | None = moment()
    last_step: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    tries_from: datetime = moment(nullable=False, now=True)


class RecoveryCode(Owned, table=True):
    """A code that stands in for the second factor once. Only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "hash"), owned_by_user())

    hash: bytes = sealed(nullable=False)
    used_at: datetime | None = moment()
