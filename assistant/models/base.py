"""What every table shares: an owner, a random id, and the policy that the database enforces."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# The makers of columns return Any because SQLModel types a field by its annotation.


def moment(*, nullable: bool = True, now: bool = False) -> Any:  # noqa: ANN401
    """A point in time, with zone; `now` lets the database's clock fill it."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=nullable,
        sa_column_kwargs={"server_default": func.now()} if now else {},
    )


class Owned(SQLModel):
    """A row that belongs to one user.

    Ids are random and made before the insert: sealed columns are bound to the row's id, and an id
    that cannot be guessed tells nothing.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID
    created_at: datetime = moment(nullable=False, now=True)


class Chained(Owned):
    """A row of a log that is a chain; see `isolation.chained`, which numbers it.

    digest: the keyed hash of what the row says, made by the app. Rows from before the log was
    chained have none of it.
    """

    seq: int | None = Field(default=None, sa_type=BigInteger)
    digest: bytes | None = None
    hash: bytes | None = None


def details() -> Any:  # noqa: ANN401
    """A JSONB column named "metadata", for facts that no query filters by."""
    column: Column[Any] = Column("metadata", JSONB, nullable=False, server_default="{}")
    return Field(default_factory=dict, sa_column=column)


def sealed(*, nullable: bool = True) -> Any:  # noqa: ANN401
    """A column of ciphertext, written and read through `vault.py` only."""
    return Field(default=None, sa_type=LargeBinary, nullable=nullable)


def owned_by(column: str, table: str, *, on_delete: str = "CASCADE") -> ForeignKeyConstraint:
    """A reference that can only point at a row of the same owner."""
    return ForeignKeyConstraint(
        [column, "user_id"], [f"{table}.id", f"{table}.user_id"], ondelete=on_delete
    )


def owned_by_user() -> ForeignKeyConstraint:
    """The reference of a row to its owner's profile."""
    return ForeignKeyConstraint(["user_id"], ["profiles.user_id"], ondelete="CASCADE")


def chained() -> tuple[CheckConstraint, UniqueConstraint]:
    """What holds of the columns of `Chained`."""
    whole = "seq is null or (digest is not null and hash is not null)"
    return CheckConstraint(whole, name="chained"), UniqueConstraint("user_id", "seq")
