"""What was used and what was paid."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint, text
from sqlmodel import Field

from assistant.models.base import (
    Chained,
    Owned,
    chained,
    details,
    moment,
    owned_by,
    owned_by_user,
)
from assistant.models.conversation import one_of

SUMMED = (
    "turn_id",
    "provider",
    "model",
    "purpose",
    "cost",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
)


class UsageLog(Chained, table=True):
    """One request to a model. cost is in USD, at the price of that time."""

    __tablename__ = "usage_logs"
    __table_args__ = (
        owned_by_user(),
        owned_by("turn_id", "turns", on_delete="SET NULL (turn_id)"),
        one_of("purpose", "answer", "title"),
        *chained(),
        Index("ix_usage_logs_user_turn", "user_id", "turn_id"),
        Index(
            "ix_usage_logs_user_created",
            "user_id",
            text("created_at desc"),
            postgresql_include=SUMMED,  # the page of usage reads a month of them at once
        ),
    )

    turn_id: UUID | None = None
    provider: str
    model: str
    purpose: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    thinking_tokens: int = 0
    estimated: bool = False
    cost: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 8))
    details: dict[str, Any] = details()


class Subscription(Owned, table=True):
    """What a user's plan is and until when."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("user_id"),
        owned_by_user(),
        one_of("status", "active", "trialing", "past_due", "canceled", "unpaid"),
    )

    tier: str = "free"
    status: str = "active"
    period_start: datetime | None = moment()
    period_end: datetime | None = moment()
    details: dict[str, Any] = details()
