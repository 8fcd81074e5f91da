"""The plans as cards: what each holds and costs, and what leads to it from the user's own."""

from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.config import settings
from assistant.services.billing import Billing
from assistant.services.features import FEATURES
from assistant.services.money_and_days import price
from assistant.services.tiers import FREE, TIERS, Tier

ASK = "The price is agreed with whoever runs this server, and billed by invoice."
BY_ARRANGEMENT = "Your plan is by arrangement, and is changed by whoever runs this server."
PAY_FIRST = "Can be had once the open invoice is paid."
STANDS_STILL = "Can be had once your plan goes on."
KEEP_FIRST = "Can be had once you keep the plan that you have."
SEATED = "You have a seat already. Leave it first, so that nothing is paid twice."
CHANGES = "This is what your plan changes to."
AFTER = "What you have when a plan ends. What you wrote stays yours."
TRIAL = "The trial costs nothing. Cancel before it ends, and nothing is due."


@dataclass
class Card:
    """A plan on offer. action: the word of its button, "" where there is nothing to press.

    contact: whom to write to instead, an address of mail. is_next: whether it is the one above
    the plan that the user has.
    """

    id: str
    label: str
    price: str
    per: str
    lines: list[str]
    note: str
    action: str
    mine: bool
    contact: str
    is_next: bool = False


def cards(found: Billing) -> list[Card]:
    """All plans, the smallest first; where nothing is sold, the one that everybody has."""
    if not found.on:
        return [_card(found.tier, found.tier, found)]
    plans = list(TIERS.values())
    steps = zip(plans, [FREE, *plans], strict=False)  # each with the one below it
    shown = [_card(tier, _mine(found), found, below) for tier, below in steps]
    dearer = [tier.id for tier in TIERS.values() if _cost(tier) > _cost(found.paid_tier)]
    return [replace(each, is_next=each.id in dearer[:1]) for each in shown]


def _mine(found: Billing) -> Tier:
    """The plan of the seat while it counts, else the user's own."""
    return found.tier if found.seat and found.seat.counts else found.paid_tier


def _card(tier: Tier, mine: Tier, found: Billing, below: Tier = FREE) -> Card:
    note, action = ("", "") if tier is mine else _way(tier, found)
    price, per = _price(tier, found.seat_price if tier is found.paid_tier else None)
    contact = settings().billing_contact if note == ASK else ""
    return Card(
        tier.id, tier.label, price, per, holds(tier, below), note, action, tier is mine, contact
    )


def _cost(tier: Tier) -> Decimal:
    return Decimal("Infinity") if tier.price is None else tier.price


def _price(tier: Tier, paid: Decimal | None) -> tuple[str, str]:
    """What a plan costs. paid: USD that who has it pays for a seat, None where nobody has it."""
    if tier.price is None:
        return "By arrangement", ""
    if not tier.price:
        return "$0", "for as long as you like"
    each = tier.price if paid is None else paid
    return price(each), "per seat and month" if tier.has_seats else "a month"


def holds(tier: Tier, below: Tier = FREE) -> list[str]:
    """What a plan contains, line by line. below: the plan whose features are not told again."""
    return [
        f"{tier.messages:,} messages a month",
        f"Answers worth up to ${tier.month_usd:,.0f} a month",
        f"{room(tier.file_bytes)} for files",
        *([f"All that {below.label} can do"] if below.features else []),
        *(FEATURES[each] for each in FEATURES if each in tier.features - below.features),
        f"Help: {tier.support[:1].lower()}{tier.support[1:]}",
    ]


def room(size: int) -> str:
    """Bytes as plans name them."""
    return f"{size / 1e9:g} GB" if size >= 1e9 else f"{size / 1e6:g} MB"


def _way(tier: Tier, found: Billing) -> tuple[str, str]:
    """What stands below the lines of a plan that the user has not, and the word of its button."""
    mine = found.paid_tier
    notes = {
        ASK: tier.price is None,
        BY_ARRANGEMENT: mine.price is None,
        CHANGES: found.next_tier is tier,
        AFTER: tier is FREE,
        SEATED: found.seat is not None and found.seat.counts,
        STANDS_STILL: found.paused,
        PAY_FIRST: found.status in ("past_due", "unpaid"),
        KEEP_FIRST: found.ends or found.next_tier is not None,
    }
    note = next((words for words, holds in notes.items() if holds), "")
    if note:
        return note, ""
    if mine is FREE and found.may_try and tier.trial_days:
        return TRIAL, f"Try {tier.label} for {tier.trial_days} days"
    verb = "Get" if mine is FREE else "Upgrade to" if _cost(tier) > _cost(mine) else "Change to"
    return "", f"{verb} {tier.label}"
