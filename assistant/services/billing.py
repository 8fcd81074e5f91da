"""What a page of billing shows, and what may be done there: the one face of all that is sold."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from assistant.services.checkout import checkout, fulfil, portal
from assistant.services.plan_changes import Change, cancel, change, preview, resume
from assistant.services.tiers import Tier

__all__ = [
    "Billing",
    "Change",
    "Invoice",
    "billing",
    "cancel",
    "change",
    "checkout",
    "fulfil",
    "portal",
    "preview",
    "resume",
]


@dataclass(frozen=True, slots=True)
class Invoice:
    """A bill. total, due: USD; due is what is still to pay. status: "open", "paid", "void" or
    "uncollectible". pdf_url, page_url: at Stripe, "" where there is none.
    """

    number: str
    at: datetime
    total: Decimal
    due: Decimal
    status: str
    pdf_url: str
    page_url: str


@dataclass(frozen=True, slots=True)
class Billing:
    """How a user stands.

    on: whether anything is sold here; else all that counts is `tier`. tier: in force now.
    paid_tier: what the subscription is for, be it in force or not; Free where there is none or it
    has ended. status: "active", "trialing", "past_due", "canceled" or "unpaid". ends: whether it
    is canceled, and only lasts until ends_at. next_tier, next_seats: a downgrade that is agreed;
    it comes at renews_at. grace_until: until when one who has not paid keeps the plan. next_amount,
    next_at: the next invoice. trouble: "" or one sentence. away: Stripe does not answer, so
    invoices and the next amount are missing. may_try: whether the trial is still to be had.
    """

    on: bool
    tier: Tier
    paid_tier: Tier
    status: str = "active"
    seats: int = 1
    trial_ends: datetime | None = None
    renews_at: datetime | None = None
    ends: bool = False
    ends_at: datetime | None = None
    next_tier: Tier | None = None
    next_seats: int = 0
    grace_until: datetime | None = None
    next_amount: Decimal | None = None
    next_at: datetime | None = None
    trouble: str = ""
    away: bool = False
    may_try: bool = False
    invoices: list[Invoice] = field(default_factory=list)


async def billing(user_id: UUID) -> Billing:
    """How the user stands, with their invoices, the newest first."""
    raise NotImplementedError
