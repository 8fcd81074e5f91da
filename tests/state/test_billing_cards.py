"""The plans as cards: what each holds, and the way to it from the user's own."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assistant.config import settings
from assistant.services.billing import Billing
from assistant.services.features import FEATURES, SERVERS
from assistant.services.membership import Held
from assistant.services.tiers import FREE, TIERS
from assistant.state.billing_cards import SEATED, cards, room

PRO, TEAM, BY_ARRANGEMENT = TIERS["pro"], TIERS["team"], TIERS["enterprise"]


def ways(tier, **given):
    """The word on each card's button for who pays for this plan."""
    found = Billing(on=True, tier=tier, paid_tier=tier, **given)
    return [card.action for card in cards(found)]


def test_each_plan_is_a_card_with_what_it_holds():
    free, pro, team, enterprise = cards(Billing(on=True, tier=FREE, paid_tier=FREE))
    assert [card.label for card in (free, pro, team, enterprise)] == [
        tier.label for tier in TIERS.values()
    ]
    assert (pro.price, pro.per) == ("$29", "a month")
    assert (team.price, team.per) == ("$35", "per seat and month")
    assert enterprise.price == "By arrangement"
    assert "2,000 messages a month" in pro.lines
    assert "5 GB for files" in pro.lines
    assert FEATURES[SERVERS] in pro.lines
    assert FEATURES[SERVERS] not in free.lines + team.lines
    assert "All that Pro can do" in team.lines
    assert [card.mine for card in (free, pro, team, enterprise)] == [True, False, False, False]


def test_the_plan_that_is_paid_for_has_the_price_that_is_paid():
    found = Billing(on=True, tier=PRO, paid_tier=PRO, seat_price=Decimal("24.50"))
    assert [card.price for card in cards(found)] == ["$0", "$24.50", "$35", "By arrangement"]


@pytest.mark.parametrize(
    ("tier", "given", "words"),
    [
        (FREE, {}, ["", "Get Pro", "Get Team", ""]),
        (FREE, {"may_try": True}, ["", "Try Pro for 14 days", "Get Team", ""]),
        (PRO, {}, ["", "", "Upgrade to Team", ""]),
        (TEAM, {}, ["", "Change to Pro", "", ""]),
        (TEAM, {"next_tier": PRO}, ["", "", "", ""]),
        (PRO, {"ends": True}, ["", "", "", ""]),
        (PRO, {"status": "past_due"}, ["", "", "", ""]),
        (BY_ARRANGEMENT, {}, ["", "", "", ""]),
    ],
)
def test_a_card_leads_where_its_plan_can_be_had(tier, given, words):
    assert ways(tier, **given) == words


def test_only_the_next_plan_stands_out():
    found = Billing(on=True, tier=FREE, paid_tier=FREE)
    assert [card.id for card in cards(found) if card.is_next] == ["pro"]


def test_where_nothing_is_sold_there_is_only_what_everybody_has():
    (card,) = cards(Billing(on=False, tier=TEAM, paid_tier=FREE))
    assert (card.label, card.action, card.note) == ("Team", "", "")
    assert FEATURES[SERVERS] in card.lines


def test_an_agreed_downgrade_is_said_on_its_card():
    found = Billing(on=True, tier=TEAM, paid_tier=TEAM, next_tier=PRO)
    assert cards(found)[1].note == "This is what your plan changes to."


def test_a_plan_by_arrangement_names_whom_to_write_to(monkeypatch):
    enterprise = cards(Billing(on=True, tier=FREE, paid_tier=FREE))[-1]
    assert (enterprise.contact, "whoever runs this server" in enterprise.note) == ("", True)
    monkeypatch.setenv("BILLING_CONTACT", "sales@a.example")
    settings.cache_clear()
    try:
        assert cards(Billing(on=True, tier=FREE, paid_tier=FREE))[-1].contact == "sales@a.example"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(("size", "said"), [(10**8, "100 MB"), (5 * 10**9, "5 GB")])
def test_room_is_told_in_the_unit_that_fits(size, said):
    assert room(size) == said


@pytest.mark.parametrize(("counts", "mine"), [(True, "team"), (False, "free")])
def test_who_has_a_seat_is_offered_nothing_to_pay_beside_it_while_it_counts(counts, mine):
    seat = Held(TEAM, datetime(2026, 11, 1, tzinfo=UTC), counts)
    tier = TEAM if counts else FREE
    shown = cards(Billing(on=True, tier=tier, paid_tier=FREE, seat=seat))
    assert [card.id for card in shown if card.mine] == [mine]
    assert any(card.action for card in shown) is not counts
    assert (SEATED in [card.note for card in shown]) is counts


def test_of_a_plan_that_is_paused_no_invoice_is_said_to_be_open():
    found = Billing(on=True, tier=FREE, paid_tier=PRO, status="unpaid", paused=True)
    assert cards(found)[2].note == "Can be had once your plan goes on."
