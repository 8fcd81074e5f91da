"""What a user may still have in this month and on this day, and what is set aside for answers."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by, owned_by_user
from assistant.models.conversation import one_of


def _usd() -> Decimal:
    amount: Decimal = Field(
        default=Decimal(0), sa_type=Numeric(14, 8), sa_column_kwargs={"server_default": "0"}
    )
    return amount


class Allowance(Owned, table=True):
    """A month or a day of a user: the messages sent in it, the USD set aside and spent."""

    __tablename__ = "allowances"
    __table_args__ = (
        owned_by_user(),
        one_of("kind", "month", "day"),
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("user_id", "kind", "starts_at"),
        CheckConstraint("messages >= 0 and reserved >= 0 and spent >= 0", name="never_negative"),
        CheckConstraint("starts_at < ends_at", name="forward"),
    )

    kind: str
    starts_at: datetime = moment(nullable=False)
    ends_at: datetime = moment(nullable=False)
    messages: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reserved: Decimal = _usd()
    spent: Decimal = _usd()


class Reservation(Owned, table=True):
    """What is set aside for one turn until it is known what it cost, in USD."""

    __tablename__ = "reservations"
    __table_args__ = (
        owned_by_user(),
        owned_by("turn_id", "turns"),
        owned_by("month_id", "allowances"),
        owned_by("day_id", "allowances"),
        Index("ix_reservations_user_turn", "user_id", "turn_id"),
        CheckConstraint("amount >= 0 and spent >= 0", name="never_negative"),
        Index("ix_reservations_user_month", "user_id", "month_id"),
        Index("ix_reservations_user_day", "user_id", "day_id"),
    )

    turn_id: UUID
    month_id: UUID
    day_id: UUID
    amount: Decimal = _usd()
    spent: Decimal = _usd()
    closed_at: datetime | None = moment()
