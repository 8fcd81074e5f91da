"""Requests to models that are on their way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from assistant.models.base import Owned, moment, owned_by, owned_by_user


class OpenRequest(Owned, table=True):
    """A request that is about to be made, or made and not yet booked.

    It is gone in the transaction that writes the row of usage_logs with the same id. read_tokens:
    how much it reads, by our own count.
    """

    __tablename__ = "open_requests"
    __table_args__ = (
        owned_by_user(),
        owned_by("turn_id", "turns", on_delete="SET NULL (turn_id)"),
        Index("ix_open_requests_user_turn", "user_id", "turn_id"),
        Index("ix_open_requests_asked", "asked_at"),
    )

    asked_at: datetime = moment(nullable=False, now=True)
    turn_id: UUID | None = None
    provider: str
    model: str
    purpose: str
    read_tokens: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
