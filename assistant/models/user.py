"""Who a user is: profile, identities, sessions and the wrapped data key."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from assistant.models.base import Owned, details, moment, owned_by_user, sealed


class Profile(Owned, table=True):
    """One user. Every other row hangs on its user_id."""

    __tablename__ = "profiles"
    __table_args__ = (UniqueConstraint("user_id"),)

    name: bytes | None = sealed()
    default_model: str = Field(default="", sa_column_kwargs={"server_default": ""})
    details: dict[str, Any] = details()


class Identity(Owned, table=True):
    """A way to sign in: (issuer, subject), never an e-mail address."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        owned_by_user(),
        Index("ix_identities_user", "user_id"),
    )

    issuer: str
    subject: str


class LoginSession(Owned, table=True):
    """A signed-in browser. The cookie names it; revoking it ends the session."""

    __tablename__ = "login_sessions"
    __table_args__ = (owned_by_user(), Index("ix_login_sessions_user", "user_id"))

    expires_at: datetime = moment(nullable=False)
    revoked_at: datetime | None = moment()


class UserKey(Owned, table=True):
    """The user's data key, wrapped by the key-encryption key."""

    __tablename__ = "user_keys"
    __table_args__ = (UniqueConstraint("user_id"), owned_by_user())

    wrapped: bytes = sealed(nullable=False)
    wrapped_by: str
