"""Who a user is: profile, identities, and the wrapped data keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import Owned, details, moment, owned_by_user, sealed


class Profile(Owned, table=True):
    """One user. Every other row hangs on its user_id.

    instructions: what the user wants every answer to heed. erase_at: when an account whose deletion
    was asked for is erased. details: appearance and the language of answers.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        UniqueConstraint("user_id"),
        Index("ix_profiles_erase", "erase_at", postgresql_where=text("erase_at is not null")),
    )

    name: bytes | None = sealed()
    instructions: bytes | None = sealed()
    erase_at: datetime | None = moment()
    default_model: str = Field(default="", sa_column_kwargs={"server_default": ""})
    details: dict[str, Any] = details()


class Identity(Owned, table=True):
    """A way to sign in: (issuer, subject), never an e-mail address nor a name in clear.

    provider: "google", "microsoft", "github" or "local". label: what its owner knows it by, such as
    the e-mail address that the provider gave; for the eye only.
    """

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        owned_by_user(),
        Index("ix_identities_user", "user_id"),
    )

    issuer: str
    subject: str
    provider: str = Field(default="local", sa_column_kwargs={"server_default": "local"})
    label: bytes | None = sealed()
    used_at: datetime = moment(nullable=False, now=True)


class UserKey(Owned, table=True):
    """A data key of the user, wrapped by the key-encryption key.

    number: stands in what the key sealed; the highest one seals, all of them open.
    """

    __tablename__ = "user_keys"
    __table_args__ = (UniqueConstraint("user_id", "number"), owned_by_user())

    number: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    wrapped: bytes = sealed(nullable=False)
    wrapped_by: str
