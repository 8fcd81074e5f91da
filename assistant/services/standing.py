"""What somebody who is about to write should know of their plan: that it is short, or used up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from assistant.config import settings
from assistant.services import allowances
from assistant.services.allowances import Left
from assistant.services.money_and_days import day_of_year, minute
from assistant.services.tiers import Tier, above, is_sold

ASK = "Whoever runs this server can allow more."
ASK_PAYER = "Whoever pays for your seat can choose a larger plan."
WRITE = "Write to {} for more."


@dataclass(frozen=True, slots=True)
class Standing:
    """short: a sentence when it is nearly used up, else "". spent: one when nothing can be sent.

    larger: what the next plan is called, where this user can buy one. until: when it begins anew.
    """

    tier: Tier
    short: str = ""
    spent: str = ""
    larger: str = ""
    until: datetime | None = None


async def standing(user_id: UUID, timezone: str) -> Standing:
    """How the user stands now. timezone: in which dates are told, an IANA name."""
    return told(await allowances.left(user_id), timezone)


def told(left: Left, timezone: str) -> Standing:
    """The same of what is known already."""
    label = "" if left.seated else _to_buy(left.tier)
    if (used_up := left.used_up()) is not None:
        what, until = used_up
        begins = f"It begins anew on {minute(until, timezone)}."
        advice = "" if label else f" {ASK_PAYER if left.seated and is_sold() else _whom_to_ask()}"
        return Standing(left.tier, "", f"{what} {begins}{advice}", label, until)
    if left.is_short:
        return Standing(left.tier, _short(left, timezone), "", label, left.month_ends)
    if left.is_short_today:
        return Standing(left.tier, _short_today(left, timezone), "", label, left.day_ends)
    return Standing(left.tier)


def _to_buy(tier: Tier) -> str:
    """What the next larger plan is called, "" where none is sold."""
    larger = above(tier) if is_sold() else None
    return larger.label if larger and larger.price is not None else ""


def _whom_to_ask() -> str:
    contact = settings().billing_contact if is_sold() else ""
    return WRITE.format(contact) if contact else ASK


def _short(left: Left, timezone: str) -> str:
    tier, ends = left.tier, day_of_year(left.month_ends, timezone)
    if left.messages >= tier.messages * allowances.WARN_AT:
        return f"{left.messages_left:,} of {tier.messages:,} messages left until {ends}."
    share = _percent(left.spent / tier.month_usd)
    return f"{share} of what {tier.label} spends on answers this month is used, until {ends}."


def _short_today(left: Left, timezone: str) -> str:
    share, ends = _percent(left.day_spent / left.tier.day_usd), minute(left.day_ends, timezone)
    return f"{share} of what {left.tier.label} spends on answers in a day is used, until {ends}."


def _percent(share: Decimal) -> str:
    return f"{share:.0%}".replace("%", " %")
