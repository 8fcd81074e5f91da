"""What a change of a plan would do, in words that its owner reads before it is done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from assistant.models import Subscription
from assistant.services import money_and_days
from assistant.services.money_and_days import price
from assistant.services.stripe_standing import PAUSED
from assistant.services.tiers import TIERS, Tier

Day = Callable[[datetime | None], str]  # as its owner's calendar has it


@dataclass(frozen=True, slots=True)
class Change:
    """What a change would do. kind: "upgrade", "downgrade", "seats" or "cancel".

    due_now: USD that are taken at once. then: USD a month from then on. at: when it comes into
    force: now (at_once), or when the paid time is over. ends_trial: whether a trial ends by it.
    lines: the same, as sentences.
    """

    kind: str
    due_now: Decimal
    then: Decimal
    at: datetime
    lines: tuple[str, ...] = ()
    at_once: bool = False
    ends_trial: bool = False

    def covers(self, other: "Change") -> bool:
        """Whether who has agreed to this one may be taken to have agreed to the other."""
        is_same = (self.kind, self.at_once, self.ends_trial) == (
            other.kind, other.at_once, other.ends_trial,
        )  # fmt: skip
        comes_then = self.at_once or self.at == other.at
        return is_same and comes_then and self.due_now >= other.due_now and self.then >= other.then


def told(plan: Subscription, tier: Tier, seats: int, change: Change, timezone: str) -> Change:
    """The change with its sentences. plan: as it is now; tier, seats: what is wanted.

    timezone: by whose calendar days are told, an IANA name.
    """

    def day(moment: datetime | None) -> str:
        return money_and_days.day(moment, timezone) or "the end of the period"

    if change.kind == "cancel":
        lines = _ending(plan, change, day)
    elif plan.trial_ends_at is not None:
        lines = _in_trial(plan, named(tier, seats), change, day)
    else:
        lines = _changing(plan, named(tier, seats), change, day)
    return replace(change, lines=tuple(lines))


def _ending(plan: Subscription, change: Change, day: Day) -> list[str]:
    label = TIERS[plan.tier].label
    if plan.trouble == PAUSED:
        return [f"Your {label} plan is paused, so it ends now.", "Nothing is due."]
    if plan.status == "unpaid":
        return [f"Your {label} plan is not paid for, so it ends now.", "Nothing is due."]
    others = ["So has everybody who sits on a seat of yours."] if plan.seats > 1 else []
    if plan.status == "past_due":
        return [
            "The invoice that is due may still be taken, and no other.",
            f"You keep {label} until {day(min(change.at, plan.grace_until or change.at))}.",
            "From then on you have the Free plan. All that you wrote stays.",
            *others,
        ]
    return [
        "Nothing is due, and nothing is taken any more.",
        f"You keep {label} until {day(change.at)}.",
        "From then on you have the Free plan. All that you wrote stays.",
        *others,
    ]


def _in_trial(plan: Subscription, wanted: str, change: Change, day: Day) -> list[str]:
    monthly = f"{price(change.then)} a month"
    if change.ends_trial:
        return [
            f"{wanted} begins now, and your trial of {TIERS[plan.tier].label} ends.",
            f"{price(change.due_now)} is due now, for the month that begins.",
            f"After that month it is {monthly}.",
        ]
    return [
        f"{wanted} begins now.",
        f"Nothing is due until your trial ends on {day(plan.trial_ends_at)}.",
        f"Then it is {monthly}.",
    ]


def _changing(plan: Subscription, wanted: str, change: Change, day: Day) -> list[str]:
    monthly = f"{price(change.then)} a month"
    if change.at_once:
        return [
            f"{wanted} begins now.",
            f"{price(change.due_now)} is due now: the rest of this period, less what you have paid "
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
