"""What a change of a plan would do, in words that its owner reads before it is done."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from assistant.models import Subscription
from assistant.services.tiers import TIERS, Tier


@dataclass(frozen=True, slots=True)
class Change:
    """What a change would do. kind: "upgrade", "downgrade", "seats" or "cancel".

    due_now: USD that are taken at once. then: USD a month from then on. at: when it comes into
    force: now, or when the paid time is over. lines: the same, as sentences.
    """

    kind: str
    due_now: Decimal
    then: Decimal
    at: datetime
    lines: tuple[str, ...] = ()


def told(plan: Subscription, tier: Tier, seats: int, change: Change) -> Change:
    """The change with its sentences. plan: as it is now; tier, seats: what is wanted."""
    lines = (
        _ending(plan, change) if change.kind == "cancel" else _changing(plan, tier, seats, change)
    )
    return replace(change, lines=tuple(lines))


def _ending(plan: Subscription, change: Change) -> list[str]:
    label = TIERS[plan.tier].label
    if plan.status == "unpaid":
        return [f"Your {label} plan is not paid for, so it ends now.", "Nothing is due."]
    if plan.status == "past_due":
        return [
            "The invoice that is due may still be taken, and no other.",
            f"You keep {label} until {day(min(change.at, plan.grace_until or change.at))}.",
            "From then on you have the Free plan. All that you wrote stays.",
            *(["So has everybody who sits on a seat of yours."] if plan.seats > 1 else []),
        ]
    return [
        "Nothing is due, and nothing is taken any more.",
        f"You keep {label} until {day(change.at)}.",
        "From then on you have the Free plan. All that you wrote stays.",
        *(["So has everybody who sits on a seat of yours."] if plan.seats > 1 else []),
    ]


def _changing(plan: Subscription, tier: Tier, seats: int, change: Change) -> list[str]:
    wanted = named(tier, seats)
    monthly = f"{usd(change.then)} a month"
    if plan.trial_ends_at is not None:
        ends = day(plan.trial_ends_at)
        return [f"{wanted} begins now.", f"Nothing is due until your trial ends on {ends}.",
                f"Then it is {monthly}."]  # fmt: skip
    if change.due_now or change.kind == "upgrade" or seats > plan.seats:
        return [
            f"{wanted} begins now.",
            f"{usd(change.due_now)} is due now: the rest of this period, less what you have paid "
            "for it.",
            f"From {day(plan.period_end)} it is {monthly}.",
        ]
    return [
        "Nothing is due now.",
        f"You keep {named(TIERS[plan.tier], plan.seats)} until {day(change.at)}.",
        f"From then on it is {wanted}, {monthly}.",
    ]


def named(tier: Tier, seats: int) -> str:
    """A plan with its seats, where it has several."""
    return f"{tier.label} with {seats} seats" if seats > 1 else tier.label


def usd(amount: Decimal) -> str:
    """An amount as people write it: $29, or $4.35."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def day(at: datetime | None) -> str:
    """A day as people write it."""
    return f"{at.day} {at:%B %Y}" if at else "the end of the period"
