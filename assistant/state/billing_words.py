"""How a plan, what it costs and what a change of it does are said on the page of billing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from assistant.services.billing import Billing, Change, Invoice
from assistant.services.money_and_days import day as day_there
from assistant.services.money_and_days import money, price
from assistant.services.payment_due import PaymentDue
from assistant.services.tiers import FREE, Tier

Day = Callable[[datetime | None], str]  # a date as people write it
STATES = {"paid": "Paid", "open": "To be paid", "void": "Void", "uncollectible": "Not paid"}
AT_STRIPE = "You pay at Stripe and come back here. Taxes and discounts, if any, are shown there."
TO_CONFIRM = (
    "Your bank asks you to confirm this payment. The change comes as soon as you have done so at "
    "Stripe, by tomorrow; until then everything stays as it is."
)
CHANGING = "Changing your plan …"


class Said(NamedTuple):
    """The words for one kind of change; what stands in braces is filled in."""

    title: str
    then: str
    yes: str
    waiting: str
    done: str


STANDING = {
    "seat": "A seat that somebody else pays for, from month to month with their plan.",
    "seat and own": (
        "What counts is your seat in somebody's {now} plan. Your own {plan} plan ends on {end}, "
        "and is not taken any more."
    ),
    "seat and paid": (
        "What counts is your seat in somebody's {now} plan, and you pay for {plan} yourself, too. "
        "Cancel it, or leave the seat."
    ),
    "free": "It does not end. A larger plan can be had at any time, and left again.",
    "past_due": "{plan} stays until {grace}, so that there is time to pay.",
    "paused": "{plan} is paused, so what counts now is {now}.",
    "unpaid": "{plan} was not paid, so what counts now is {now}.",
    "ends": (
        "Canceled. {plan} stays as it is until {end}; after it you have {free}. Your "
        "conversations and files stay yours."
    ),
    "other plan": "On {renewal} it changes to {next}, as you chose.",
    "other seats": "From {renewal} on it has {seats}, as you chose.",
    "trial": "Free of charge until {trial}. Cancel by then and nothing is due.",
    "arranged": "It goes on from month to month until whoever runs this server ends it.",
    "goes on": "It goes on from month to month until you cancel it.",
}
SAID = {
    "first": Said(
        "{plan} with {seats}",
        "{then} a month, until you cancel",
        "Go on to pay",
        "Opening Stripe …",
        "",
    ),
    "upgrade": Said(
        "From {mine} to {plan}",
        "{then} a month",
        "{pay} upgrade",
        CHANGING,
        "Thank you. {plan} is in force.",
    ),
    "downgrade": Said(
        "From {mine} to {plan}",
        "{then} a month",
        "Change on {at}",
        CHANGING,
        "On {at} your plan changes to {plan}. Until then {mine} stays.",
    ),
    "more seats": Said(
        "{plan} with {seats}",
        "{then} a month",
        "{pay} change",
        CHANGING,
        "Your plan has {seats} now.",
    ),
    "fewer seats": Said(
        "{plan} with {seats}",
        "{then} a month",
        "Change on {at}",
        CHANGING,
        "From {at} on your plan has {seats}.",
    ),
    "cancel": Said(
        "Cancel {mine}",
        "Nothing",
        "Cancel on {at}",
        "Canceling …",
        "Canceled. {mine} stays until {at}.",
    ),
    "cancel now": Said(
        "Cancel {mine}", "Nothing", "Cancel now", "Canceling …", "{mine} has ended."
    ),
}


@dataclass
class Row:
    """An invoice. Its addresses are at Stripe, "" where there is none; pay_url while it is due."""

    number: str
    day: str
    total: str
    state: str
    due: bool
    pdf_url: str
    pay_url: str


@dataclass
class Offer:
    """A change, as it is spelled out before it happens. tier_id: "" where none is asked for."""

    tier_id: str = ""
    title: str = ""
    due_now: str = ""
    then: str = ""
    lines: list[str] = field(default_factory=list)
    yes: str = ""
    waiting: str = ""
    done: str = ""
    danger: bool = False
    takes_seats: bool = False
    seats: int = 1


def due_words(due: PaymentDue, timezone: str) -> str:
    """The line above every page about what is not paid."""
    if due.until is None:
        return f"{due.tier.label} was not paid for and has ended. All that you wrote is here."
    until = day_there(due.until, timezone)
    return f"Your last payment did not go through. {due.tier.label} stays until {until}."


def plan_and_price(found: Billing) -> tuple[str, str]:
    """What the plan is called, and what it costs."""
    tier = found.paid_tier
    if not found.on:
        return found.tier.label, ""
    if found.seat and found.seat.counts and tier is FREE:
        return found.tier.label, "paid by somebody else"
    if tier.price is None:
        return tier.label, "by arrangement"
    if tier is FREE:
        return tier.label, "costs nothing"
    each = tier.price if found.seat_price is None else found.seat_price
    monthly = f"{price(each * found.seats)} a month"
    return tier.label, f"{seats(found.seats)}, {monthly}" if tier.has_seats else monthly


def standing(found: Billing, day: Day) -> str:
    """How the plan goes on, in a sentence or two."""
    seated = found.seat is not None and found.seat.counts
    cases = {
        "seat": seated and found.paid_tier is FREE,
        "seat and own": seated and found.ends,
        "seat and paid": seated,
        "free": found.paid_tier is FREE,
        "past_due": found.status == "past_due",
        "paused": found.paused,
        "unpaid": found.status == "unpaid",
        "ends": found.ends,
        "other seats": found.next_tier is found.paid_tier,
        "other plan": found.next_tier is not None,
        "trial": found.status == "trialing",
        "arranged": found.paid_tier.price is None,
    }
    filled = {
        "plan": found.paid_tier.label,
        "free": FREE.label,
        "now": found.tier.label,
        "next": found.next_tier.label if found.next_tier else "",
        "seats": seats(found.next_seats),
        "grace": day(found.grace_until),
        "end": day(found.ends_at),
        "renewal": day(found.renews_at),
        "trial": day(found.trial_ends),
    }
    case = next((name for name, holds in cases.items() if holds), "goes on")
    return STANDING[case].format_map(filled)


def seats(count: int) -> str:
    """One seat, or several."""
    return f"{count:,} seat{'' if count == 1 else 's'}"


def invoice_row(invoice: Invoice, day: Day) -> Row:
    """An invoice as a row of the table."""
    due = invoice.status == "open" and invoice.due > 0
    return Row(
        invoice.number,
        day(invoice.at),
        money(invoice.total),
        STATES.get(invoice.status, invoice.status),
        due,
        invoice.pdf_url,
        invoice.page_url if due else "",
    )


def first_offer(tier: Tier, count: int) -> Offer:
    """What paying for a plan with seats for the first time will do."""
    amount = (tier.price or Decimal(0)) * count
    filled = {"plan": tier.label, "seats": seats(count), "then": money(amount)}
    return _offer("first", filled, due_now=_due(amount), lines=[AT_STRIPE], **_number(tier, count))


def change_offer(tier: Tier, count: int, found: Change, mine: Tier, day: Day) -> Offer:
    """What a change of a plan that is paid for would do. mine: the plan that it changes."""
    due, kind = found.due_now, found.kind
    if tier is mine:
        kind = "more seats" if found.at_once else "fewer seats"
    elif kind == "cancel" and found.at_once:
        kind = "cancel now"
    filled = {
        "plan": tier.label,
        "mine": mine.label,
        "seats": seats(count),
        "then": money(found.then),
        "at": day(found.at),
        "pay": f"Pay {money(due)} and" if due > 0 else "Agree and",
    }
    given = {"due_now": _due(due), "lines": list(found.lines), "danger": found.kind == "cancel"}
    return _offer(kind, filled, **given, **_number(tier, count))


def _due(amount: Decimal) -> str:
    return money(amount) if amount else "Nothing"


def _number(tier: Tier, count: int) -> dict[str, Any]:
    return {"tier_id": tier.id, "takes_seats": tier.has_seats, "seats": count}


def _offer(kind: str, filled: dict[str, str], **given: Any) -> Offer:  # noqa: ANN401
    said = {name: text.format_map(filled) for name, text in SAID[kind]._asdict().items()}
    return Offer(**said, **given)
