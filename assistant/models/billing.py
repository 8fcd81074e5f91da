"""What was used, what is paid for, and what Stripe has told of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
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
# Of a row of `subscriptions`, by the database's clock, be what Stripe tells of it late.
# It is what the user pays for themselves; what they may do, `plan_now()` says (`seating.py`).
NO_PLAN = "free"  # the tier of who has none
STATUS_NOW = """case when lasts_until <= now() then 'canceled'
        when status = 'past_due' and grace_until <= now() then 'unpaid' else status end"""
# Whether others may sit on it: nobody does on what is only tried, for nothing is paid for it.
CARRIES = f"({STATUS_NOW}) not in ('canceled', 'unpaid', 'trialing')"
# How many seats may be given away: an agreed change to fewer is kept to.
GIVEABLE = "least(seats, case when next_tier = '' then seats else next_seats end)"


def _word() -> Any:  # noqa: ANN401
    return Field(default="", sa_column_kwargs={"server_default": ""})


def _number(default: int) -> Any:  # noqa: ANN401
    return Field(default=default, sa_column_kwargs={"server_default": str(default)})


class UsageLog(Chained, table=True):
    """One request to a model. cost is in USD, at the price of that time."""

    __tablename__ = "usage_logs"
    __table_args__ = (
        owned_by_user(),
        owned_by("turn_id", "turns", on_delete="SET NULL (turn_id)"),
        one_of("purpose", "answer", "title", "summary"),
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
    """What a user's plan is and until when, as it was last read at Stripe.

    lasts_until: of one that is canceled. next_tier, next_seats: a downgrade that is agreed, "" for
    none. grace_until: until when one who has not paid keeps it. trialed_at: since when the only
    trial ran. began_at, paid_from: since when Stripe has this subscription, and since when it costs
    something; None for one given by hand. trouble: a word for what is wrong with a payment, "" for
    nothing. checkout: the page of payment that is open at Stripe, or the last one with " over"
    behind it. asked, told: how often Stripe was asked how it stands, and which of these answers is
    written here. check_at: when it is asked again in any case. details: "seat_cents" is what a seat
    costs in a month at Stripe; plans that are sold may have become dearer since.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("user_id"),
        UniqueConstraint("stripe_customer"),
        owned_by_user(),
        one_of("status", "active", "trialing", "past_due", "canceled", "unpaid"),
        CheckConstraint("seats >= 1 and next_seats >= 0", name="seats"),
        Index("ix_subscriptions_check", "check_at", postgresql_where=text("check_at is not null")),
    )

    tier: str = NO_PLAN
    status: str = "active"
    period_start: datetime | None = moment()
    period_end: datetime | None = moment()
    details: dict[str, Any] = details()
    stripe_customer: str | None = None
    stripe_subscription: str | None = None
    seats: int = _number(1)
    lasts_until: datetime | None = moment()
    next_tier: str = _word()
    next_seats: int = _number(0)
    trial_ends_at: datetime | None = moment()
    trialed_at: datetime | None = moment()
    grace_until: datetime | None = moment()
    began_at: datetime | None = moment()
    paid_from: datetime | None = moment()
    trouble: str = _word()
    checkout: str = _word()
    asked: int = _number(0)
    told: int = _number(0)
    check_at: datetime | None = moment()


class StripeEvent(Owned, table=True):
    """A notice of Stripe's that concerns a user. Its id is claimed with what follows from it.

    happened_at: by Stripe's clock. reason: of a failed one, what kind of error it was.
    """

    __tablename__ = "stripe_events"
    __table_args__ = (
        owned_by_user(),
        UniqueConstraint("event_id"),
        one_of("status", "done", "failed"),
        Index("ix_stripe_events_user", "user_id", text("created_at desc")),
        Index("ix_stripe_events_failed", "created_at", postgresql_where=text("status = 'failed'")),
    )

    event_id: str
    type: str
    happened_at: datetime = moment(nullable=False)
    status: str = "done"
    reason: str = _word()
    tries: int = _number(1)
