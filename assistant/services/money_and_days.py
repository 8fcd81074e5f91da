"""How amounts of USD and days are written, the same wherever people read them."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


def money(amount: Decimal) -> str:
    """USD to the cent; what somebody gets back is a credit."""
    return f"${amount:,.2f}" if amount >= 0 else f"${-amount:,.2f} credit"


def price(amount: Decimal) -> str:
    """The same without cents where there are none: $29, or $4.35."""
    return money(amount).removesuffix(".00")


def day(moment: datetime | None, timezone: str) -> str:
    """A date by the calendar of a time zone, an IANA name: 26 December 2026. "" for none."""
    if moment is None:
        return ""
    return f"{day_of_year(moment, timezone)} {moment.astimezone(ZoneInfo(timezone)):%Y}"


def day_of_year(moment: datetime, timezone: str) -> str:
    """The same of what is near: 26 December."""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B}"


def minute(moment: datetime, timezone: str) -> str:
    """The same with the time: 26 December at 09:30."""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{day_of_year(moment, timezone)} at {local:%H:%M}"
