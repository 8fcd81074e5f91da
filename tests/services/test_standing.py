"""What somebody who is about to write is told of their plan."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assistant.config import settings
from assistant.services.allowances import Left
from assistant.services.signals import USERS, listening
from assistant.services.standing import ASK, standing, told
from assistant.services.tiers import FREE, TIERS
from tests.services.paying import pays, sells, stripe
from tests.services.talk import ask, rows

__all__ = ["sells", "stripe"]

NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 27, tzinfo=UTC)
UNUSED = Left(FREE, 0, Decimal(0), datetime(2026, 11, 1, tzinfo=UTC), NEXT_MONTH, TOMORROW)


def test_while_there_is_enough_nothing_is_said():
    for left in (UNUSED, replace(UNUSED, messages=79, spent=Decimal("2.39"))):
        stands = told(left, "UTC")
        assert (stands.short, stands.spent, stands.larger) == ("", "", "")


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({"messages": 80}, "20 of 100 messages left until 1 December."),
        ({"messages": 99}, "1 of 100 messages left until 1 December."),
        (
            {"spent": Decimal("2.4")},
            "80 % of what Free spends on answers this month is used, until 1 December.",
        ),
    ],
)
def test_at_four_fifths_it_is_said_with_the_day_of_the_user(left, sentence):
    assert told(replace(UNUSED, **left), "UTC").short == sentence
    there = told(replace(UNUSED, **left), "America/New_York").short
    assert there == sentence.replace("1 December", "30 November")


@pytest.mark.parametrize(("tier", "spent", "share"), [("free", "0.60", 60), ("pro", "5.60", 70)])
def test_before_the_day_pays_for_no_whole_answer_it_is_said_until_when(tier, spent, share):
    left = replace(UNUSED, tier=TIERS[tier], day_spent=Decimal(spent))
    sentence = f"of what {left.tier.label} spends on answers in a day is used, until"
    stands = told(left, "Europe/Berlin")
    assert stands.short == f"{share} % {sentence} 27 November at 01:00."
    assert (stands.spent, stands.until) == ("", TOMORROW)
    assert told(replace(left, day_spent=Decimal(spent) - Decimal("0.01")), "UTC").short == ""


def test_what_is_only_set_aside_is_not_called_used():
    aside = replace(UNUSED, reserved=Decimal(3))
    assert told(aside, "UTC").short == told(aside, "UTC").spent == ""


@pytest.mark.parametrize(
    ("left", "sentence", "until"),
    [
        (
            {"messages": 100},
            "All 100 messages of this month in the Free plan are sent. "
            "It begins anew on 1 December at 01:00.",
            NEXT_MONTH,
        ),
        (
            {"spent": Decimal("2.76")},
            "What the Free plan spends on answers in a month is used up. "
            "It begins anew on 1 December at 01:00.",
            NEXT_MONTH,
        ),
        (
            {"day_spent": Decimal("0.76")},
            "What the Free plan spends on answers in a day is used up. "
            "It begins anew on 27 November at 01:00.",
            TOMORROW,
        ),
    ],
)
def test_what_is_used_up_is_said_with_what_to_do(left, sentence, until, monkeypatch):
    stands = told(replace(UNUSED, **left), "Europe/Berlin")
    assert (stands.spent, stands.short) == (f"{sentence} {ASK}", "")
    assert (stands.larger, stands.until) == ("", until)
    monkeypatch.setattr("assistant.services.standing.is_sold", lambda: True)
    stands = told(replace(UNUSED, **left), "Europe/Berlin")
    assert (stands.spent, stands.larger) == (sentence, "Pro")


@pytest.mark.parametrize("tier", ["team", "enterprise"])
def test_where_no_larger_plan_has_a_price_it_is_said_whom_to_ask(tier, monkeypatch, sold):
    left = replace(UNUSED, tier=TIERS[tier], messages=TIERS[tier].messages)
    stands = told(left, "UTC")
    assert (stands.larger, stands.spent.endswith(f" {ASK}")) == ("", True)
    monkeypatch.setenv("BILLING_CONTACT", "bills@example.com")
    settings.cache_clear()
    assert told(left, "UTC").spent.endswith(" Write to bills@example.com for more.")
    settings.cache_clear()


async def test_who_pays_is_told_nothing_any_more(alice, demo, sold, db):
    await ask(alice, "Hello")
    used = "update allowances set messages = 100 where kind = 'month' and user_id = $1"
    await rows(db, used, alice.id)
    assert (await standing(alice.id, "UTC")).larger == "Pro"
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    stands = await standing(alice.id, "UTC")
    assert (stands.tier.id, stands.spent, stands.short) == ("pro", "", "")


async def test_pages_that_are_open_hear_of_a_plan_that_was_paid(alice, demo, sells, db):
    await ask(alice, "Hello")
    used = "update allowances set messages = 100 where kind = 'month' and user_id = $1"
    await rows(db, used, alice.id)
    heard = []
    with listening(f"{USERS}{alice.id}", heard.append):
        await pays(sells, alice)
    assert {"kind": "plan"} in heard
    assert (await standing(alice.id, "UTC")).spent == ""
