"""The words of the page of billing: how a plan goes on, and what a change of it does."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assistant.services.billing import Billing, Change, Invoice
from assistant.services.membership import Held
from assistant.services.payment_due import PaymentDue
from assistant.services.tiers import FREE, TIERS
from assistant.state.billing_words import (
    change_offer,
    due_words,
    first_offer,
    invoice_row,
    plan_and_price,
    standing,
)

PRO, TEAM, BY_ARRANGEMENT = TIERS["pro"], TIERS["team"], TIERS["enterprise"]
END = datetime(2026, 12, 26, 9, tzinfo=UTC)


SEAT = Held(TEAM, END, counts=True)


def day(moment):
    return f"{moment.day} {moment:%B}" if moment else ""


def stands(tier, **given):
    return Billing(on=True, tier=tier, paid_tier=tier, **given)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (stands(FREE), ("Free", "costs nothing")),
        (stands(PRO), ("Pro", "$29 a month")),
        (stands(TEAM), ("Team", "1 seat, $35 a month")),
        (stands(TEAM, seats=3), ("Team", "3 seats, $105 a month")),
        (stands(PRO, seat_price=Decimal("24.50")), ("Pro", "$24.50 a month")),
        (stands(TEAM, seats=3, seat_price=Decimal(30)), ("Team", "3 seats, $90 a month")),
        (stands(BY_ARRANGEMENT, seats=9), ("Enterprise", "by arrangement")),
        (Billing(on=False, tier=PRO, paid_tier=FREE), ("Pro", "")),
        (
            Billing(on=True, tier=TEAM, paid_tier=FREE, seat=SEAT),
            ("Team", "paid by somebody else"),
        ),
    ],
)
def test_a_plan_has_a_name_and_a_price(found, said):
    assert plan_and_price(found) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (stands(FREE), "It does not end."),
        (stands(PRO, renews_at=END), "It goes on from month to month until you cancel it."),
        (stands(BY_ARRANGEMENT, renews_at=END), "until whoever runs this server ends it."),
        (stands(PRO, status="trialing", trial_ends=END), "Free of charge until 26 December."),
        (stands(PRO, ends=True, ends_at=END), "Pro stays as it is until 26 December; after it"),
        (
            stands(PRO, status="trialing", trial_ends=END, ends=True, ends_at=END),
            "Canceled. Pro stays as it is until 26 December",
        ),
        (stands(TEAM, next_tier=PRO, renews_at=END), "On 26 December it changes to Pro"),
        (
            stands(TEAM, next_tier=TEAM, next_seats=2, renews_at=END),
            "From 26 December on it has 2 seats",
        ),
        (stands(PRO, status="past_due", grace_until=END), "Pro stays until 26 December"),
        (
            Billing(on=True, tier=FREE, paid_tier=PRO, status="unpaid", paused=True),
            "Pro is paused, so what counts now is Free.",
        ),
        (
            Billing(on=True, tier=FREE, paid_tier=PRO, status="unpaid"),
            "Pro was not paid, so what counts now is Free.",
        ),
        (
            Billing(on=True, tier=TEAM, paid_tier=FREE, seat=SEAT),
            "A seat that somebody else pays for",
        ),
        (
            Billing(on=True, tier=TEAM, paid_tier=PRO, ends=True, ends_at=END, seat=SEAT),
            "Your own Pro plan ends on 26 December",
        ),
        (
            Billing(on=True, tier=TEAM, paid_tier=PRO, seat=SEAT),
            "you pay for Pro yourself, too. Cancel it, or leave the seat.",
        ),
        (
            Billing(on=True, tier=FREE, paid_tier=FREE, seat=Held(TEAM, END, counts=False)),
            "It does not end.",
        ),
    ],
)
def test_it_is_said_how_a_plan_goes_on(found, said):
    assert said in standing(found, day)


def test_an_upgrade_says_what_is_due_now_and_then():
    found = Change("upgrade", Decimal("76.03"), Decimal(105), END, ("One", "Two"))
    offer = change_offer(TEAM, 3, found, PRO, day)
    assert offer.title == "From Pro to Team"
    assert (offer.due_now, offer.then) == ("$76.03", "$105.00 a month")
    assert offer.yes == "Pay $76.03 and upgrade"
    assert offer.lines == ["One", "Two"]
    assert (offer.tier_id, offer.takes_seats, offer.seats) == ("team", True, 3)


def test_an_upgrade_that_costs_nothing_now_asks_for_no_payment():
    offer = change_offer(TEAM, 1, Change("upgrade", Decimal(0), Decimal(35), END, ()), PRO, day)
    assert (offer.due_now, offer.yes) == ("Nothing", "Agree and upgrade")


def test_a_downgrade_names_its_day_everywhere():
    offer = change_offer(PRO, 1, Change("downgrade", Decimal(0), Decimal(29), END, ()), TEAM, day)
    assert offer.then == "$29.00 a month"
    assert offer.yes == "Change on 26 December"
    assert offer.done == "On 26 December your plan changes to Pro. Until then Team stays."
    assert not offer.takes_seats


def test_more_seats_are_paid_now_and_fewer_come_later():
    for due, yes in ((Decimal(50), "Pay $50.00 and change"), (Decimal(0), "Agree and change")):
        found = Change("seats", due, Decimal(175), END, (), at_once=True)  # 0: credit pays
        more = change_offer(TEAM, 5, found, TEAM, day)
        assert (more.title, more.yes) == ("Team with 5 seats", yes)
        assert more.done == "Your plan has 5 seats now."
    fewer = change_offer(TEAM, 1, Change("seats", Decimal(0), Decimal(35), END, ()), TEAM, day)
    assert (fewer.title, fewer.yes) == ("Team with 1 seat", "Change on 26 December")
    assert fewer.then == "$35.00 a month"


def test_canceling_is_marked_as_what_it_is():
    offer = change_offer(FREE, 1, Change("cancel", Decimal(0), Decimal(0), END, ()), PRO, day)
    assert offer.danger
    assert (offer.title, offer.due_now) == ("Cancel Pro", "Nothing")
    assert offer.then == "Nothing"
    assert offer.done == "Canceled. Pro stays until 26 December."


def test_what_was_not_paid_ends_now():
    found = Change("cancel", Decimal(0), Decimal(0), END, (), at_once=True)
    offer = change_offer(FREE, 1, found, PRO, day)
    assert (offer.yes, offer.done, offer.danger) == ("Cancel now", "Pro has ended.", True)


def test_the_first_seats_are_summed_before_anybody_goes_to_pay():
    offer = first_offer(TEAM, 4)
    assert (offer.due_now, offer.yes) == ("$140.00", "Go on to pay")
    assert offer.then == "$140.00 a month, until you cancel"


def test_what_is_due_is_said_in_one_line():
    late = datetime(2026, 12, 26, 23, tzinfo=UTC)
    said = due_words(PaymentDue(PRO, late), "Asia/Tokyo")
    assert said == "Your last payment did not go through. Pro stays until 27 December 2026."
    assert "was not paid for and has ended" in due_words(PaymentDue(PRO, None), "UTC")


@pytest.mark.parametrize(
    ("status", "due", "state", "pays"),
    [
        ("paid", 0, "Paid", ""),
        ("open", 29, "To be paid", "https://page"),
        ("open", 0, "To be paid", ""),
        ("void", 29, "Void", ""),
        ("strange", 0, "strange", ""),
    ],
)
def test_only_an_invoice_that_is_due_leads_to_its_payment(status, due, state, pays):
    bill = Invoice("A-1", END, Decimal(29), Decimal(due), status, "https://pdf", "https://page")
    row = invoice_row(bill, day)
    assert (row.state, row.pay_url, row.due) == (state, pays, bool(pays))
    assert (row.day, row.total, row.pdf_url) == ("26 December", "$29.00", "https://pdf")
