"""What a page of billing shows, and what may be done there: the one face of all that is sold."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, literal_column, or_
from sqlmodel import col, select

from assistant.database import user_session
from assistant.errors import BillingAway, BillingRefused
from assistant.models import Seat, Subscription
from assistant.models.billing import STATUS_NOW
from assistant.services import membership
from assistant.services.change_words import Change
from assistant.services.checkout import checkout, fulfil, is_news, lives, portal
from assistant.services.entitlement import catch_up
from assistant.services.membership import Held
from assistant.services.plan_changes import change, preview, resume
from assistant.services.stripe_client import asking
from assistant.services.stripe_prices import CENTS
from assistant.services.stripe_standing import PAUSED
from assistant.services.tiers import FREE, TIERS, Tier, in_force, is_sold

if TYPE_CHECKING:
    from stripe import Invoice as Bill
    from stripe.params import InvoiceCreatePreviewParams

__all__ = [
    "Billing",
    "Change",
    "Invoice",
    "billing",
    "catch_up",
    "change",
    "checkout",
    "fulfil",
    "is_news",
    "portal",
    "preview",
    "resume",
]


INVOICES = 24
TROUBLES = {
    "": "",
    "declined": "Your card was declined. Choose another one under “Manage payment”.",
    "due": "An invoice of yours is still to be paid.",
    "dispute": "A payment of yours is disputed with your bank. Until that is settled your plan may "
    "end; ask whoever runs this server.",
    PAUSED: "Your plan is paused, and nothing is taken meanwhile. Whoever runs this server can let "
    "it go on.",
    "refund": "A payment of this period was given back to you, in whole or in part.",
}


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

    on: whether anything is sold here; else all that counts is `tier`. tier: in force now. seat: in
    a plan that somebody else pays for; all else is said of the user's own.
    paid_tier: what the subscription is for, be it in force or not; Free where there is none or it
    has ended. seat_price: USD that a seat of it costs in a month, None for what the plan does now.
    status: "active", "trialing", "past_due", "canceled" or "unpaid". ends: whether it
    is canceled, and only lasts until ends_at. next_tier, next_seats: a downgrade that is agreed;
    it comes at renews_at. grace_until: until when one who has not paid keeps the plan. next_amount,
    next_at: the next invoice. trouble: "" or one sentence. away: Stripe does not answer, so
    invoices and the next amount are missing. may_try: whether the trial is still to be had.
    gives: whether seats are given away or offered, be it of a plan that is over. paused: nothing is
    had and nothing is due.
    """

    on: bool
    tier: Tier
    paid_tier: Tier
    status: str = "active"
    seats: int = 1
    seat_price: Decimal | None = None
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
    gives: bool = False
    paused: bool = False
    invoices: list[Invoice] = field(default_factory=list)
    seat: Held | None = None


async def billing(user_id: UUID) -> Billing:
    """How the user stands, with their invoices, the newest first.

    It is shown as it is written here; only what it costs next and the invoices are asked for. Who
    has just paid what was due need not wait for Stripe's notice of it.
    """
    found = await _shown(user_id)
    if not _is_behind(found):
        return found
    try:
        await catch_up(user_id)
    except BillingAway:
        return found
    return await _shown(user_id)


def _is_behind(found: Billing) -> bool:
    """Whether a payment is said to be due while no invoice is."""
    is_due = found.status in ("past_due", "unpaid") and not found.paused
    return is_due and bool(found.invoices) and all(each.status != "open" for each in found.invoices)


async def _shown(user_id: UUID) -> Billing:
    async with user_session(user_id) as session:
        status_now = literal_column(STATUS_NOW, String).label("status_now")
        plan, status = (await session.execute(select(Subscription, status_now))).one()
        given = select(Seat.id).where(
            or_(col(Seat.member_id).is_not(None), col(Seat.taken_at).is_(None))
        )
        gives = (await session.scalars(given.limit(1))).first() is not None
    written = replace(_as_written(plan, status), gives=gives)
    found = _with_seat(written, await membership.mine(user_id))
    if not found.on or plan.stripe_customer is None:
        return found
    try:
        invoices = await _invoices(plan.stripe_customer)
        return replace(found, invoices=invoices, next_amount=await _next_amount(plan, found))
    except BillingAway:
        return replace(found, away=True)


def _as_written(plan: Subscription, status: str) -> Billing:
    is_over = status == "canceled"
    ends = plan.lasts_until is not None and not is_over
    held = FREE if is_over else TIERS.get(plan.tier, FREE)
    goes_on = not ends and not is_over
    cents = plan.details.get("seat_cents") if lives(plan) else None
    return Billing(
        on=is_sold(),
        tier=in_force(plan.tier, status),
        paid_tier=held,
        status=status,
        seats=plan.seats,
        seat_price=None if cents is None else Decimal(cents) / CENTS,
        trial_ends=plan.trial_ends_at,
        renews_at=plan.period_end if goes_on else None,
        ends=ends,
        ends_at=plan.lasts_until,
        next_tier=TIERS.get(plan.next_tier),
        next_seats=plan.next_seats,
        grace_until=plan.grace_until,
        next_at=plan.period_end if goes_on and lives(plan) else None,
        trouble=TROUBLES[plan.trouble],
        may_try=plan.trialed_at is None,
        paused=plan.trouble == PAUSED,
    )


def _with_seat(found: Billing, seat: Held | None) -> Billing:
    counts = seat is not None and seat.counts
    return replace(found, seat=seat, tier=seat.tier if seat and counts else found.tier)


async def _invoices(customer: str) -> list[Invoice]:
    async with asking() as stripe:
        listed = await stripe.invoices.list_async({"customer": customer, "limit": INVOICES})
    return [_told(each) for each in listed.data if each.status != "draft"]


def _told(bill: "Bill") -> Invoice:
    return Invoice(
        number=bill.number or "",
        at=datetime.fromtimestamp(bill.created, UTC),
        total=Decimal(bill.total) / CENTS,
        due=Decimal(bill.amount_remaining if bill.status == "open" else 0) / CENTS,
        status=bill.status or "",
        pdf_url=bill.invoice_pdf or "",
        page_url=bill.hosted_invoice_url or "",
    )


async def _next_amount(plan: Subscription, found: Billing) -> Decimal | None:
    """USD of the next invoice, with discounts, credit and tax, where one will come."""
    if found.next_at is None or plan.status not in ("active", "trialing", "past_due"):
        return None
    held = plan.stripe_subscription or ""
    asked: InvoiceCreatePreviewParams = {"subscription": held}
    try:
        async with asking() as stripe:
            if plan.next_tier:  # by a schedule, which another plan comes with
                schedule = (await stripe.subscriptions.retrieve_async(held)).schedule
                if isinstance(schedule, str):
                    asked = {"schedule": schedule}
            bill = await stripe.invoices.create_preview_async(asked)
    except BillingRefused:  # there is none, or tax cannot be worked out: the invoices are told
        return None
    return Decimal(bill.amount_due) / CENTS
