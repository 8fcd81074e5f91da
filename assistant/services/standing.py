"""What somebody who is about to write should know of their plan: that it is short, or used up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from assistant.services import allowances
from assistant.services.allowances import Left
from assistant.services.tiers import Tier, above, is_sold

ASK = "Whoever runs this server can allow more."
ASK_PAYER = "Whoever pays for your seat can choose a larger plan."


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
    larger = above(left.tier) if is_sold() and not left.seated else None
    label = larger.label if larger else ""
    if (used_up := left.used_up()) is not None:
        what, until = used_up
        begins = f"It begins anew on {_moment(until, timezone)}."
        advice = (f" {ASK_PAYER}" if left.seated else "") if is_sold() else f" {ASK}"
        return Standing(left.tier, "", f"{what} {begins}{advice}", label, until)
    if left.is_short:
        return Standing(left.tier, _short(left, timezone), "", label, left.month_ends)
    return Standing(left.tier)


def _short(left: Left, timezone: str) -> str:
    tier, ends = left.tier, _day(left.month_ends, timezone)
    if left.messages >= tier.messages * allowances.WARN_AT:
        return f"{left.messages_left:,} of {tier.messages:,} messages left until {ends}."
    share = f"{left.spent / tier.month_usd:.0%}".replace("%", " %")
    return f"{share} of what {tier.label} spends on answers this month is used, until {ends}."


def _moment(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{_day(at, timezone)} at {local:%H:%M}"


def _day(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B}"
