"""A seat of a plan that is paid for several people, and who sits there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by_user, sealed


class Seat(Owned, table=True):
    """A seat that its payer has given away, or offers by a link.

    label: who it is for, in the payer's words. hash: SHA-256 of the link's token, which only the
    link holds. expires_at: until when it can be taken; of one that somebody has left, when it can
    be given anew. member_id, taken_at: who sits there, and since when. It is the one reference to
    another user. The app can read a payer's own rows and change their labels; the rest is done by
    the functions of `seating.py`.
    """

    __tablename__ = "seats"
    __table_args__ = (
        owned_by_user(),
        ForeignKeyConstraint(["member_id"], ["profiles.user_id"], ondelete="CASCADE"),
        UniqueConstraint("hash"),
        UniqueConstraint("member_id"),
        CheckConstraint("member_id is null or taken_at is not null", name="taken"),
        CheckConstraint("member_id <> user_id", name="of_another"),
        Index("ix_seats_user", "user_id"),
    )

    label: bytes | None = sealed()
    hash: bytes = sealed(nullable=False)
    expires_at: datetime = moment(nullable=False)
    member_id: UUID | None = Field(default=None)
    taken_at: datetime | None = moment()
