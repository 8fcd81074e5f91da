"""Arithmetic of billing periods and of the shares of them."""

from datetime import UTC, datetime
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from tests.stripe_local.form import Fields

HOUR, DAY = 3_600, 86_400
TIMES = "\N{MULTIPLICATION SIGN}"


def after(anchor: int, recurring: Fields, times: int = 1) -> int:
    """The moment so many periods after the anchor; its day of the month is kept where it exists."""
    count = recurring["interval_count"] * times
    step = relativedelta(**{f"{recurring['interval']}s": count})
    return int((datetime.fromtimestamp(anchor, UTC) + step).timestamp())


def next_end(anchor: int, recurring: Fields, start: int) -> int:
    """The end of the period that begins at the start, in step with the anchor."""
    times = 1
    while after(anchor, recurring, times) <= start:
        times += 1
    return after(anchor, recurring, times)


def rounded(amount: Fraction) -> int:
    """Whole cents, halves away from zero."""
    whole = int(abs(amount) + Fraction(1, 2))
    return whole if amount >= 0 else -whole


def share(amount: int, start: int, end: int, now: int) -> int:
    """The part of an amount that falls on the time from now to the end, by the second."""
    return rounded(Fraction(amount * (end - now), end - start))


def day(moment: int) -> str:
    """The date, as Stripe writes it in the words of a line."""
    return f"{datetime.fromtimestamp(moment, UTC):%-d %b %Y}"


def dollars(cents: int) -> str:
    """An amount, as people read it."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
