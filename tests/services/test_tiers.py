"""Plans: what each allows, and who has which."""

from typing import get_args

import pytest

from assistant.config import Settings, settings
from assistant.services.tiers import TIERS, may
from tests.services.talk import rows


def test_the_setting_names_exactly_the_tiers():
    assert get_args(Settings.model_fields["default_tier"].annotation) == tuple(TIERS)


@pytest.mark.parametrize(
    ("tier", "allowed"), [("free", False), ("pro", True), ("team", True), ("enterprise", True)]
)
async def test_where_plans_are_sold_the_users_own_decides(tier, allowed, sold, alice, db):
    await rows(db, "update subscriptions set tier = $1 where user_id = $2", tier, alice.id)
    assert await may(alice.id, "second_factor") is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("active", True), ("trialing", True), ("past_due", True), ("canceled", False),
     ("unpaid", False)],
)  # fmt: skip
async def test_a_plan_that_has_ended_allows_what_the_free_one_does(
    status, allowed, sold, alice, db
):
    sql = "update subscriptions set tier = 'pro', status = $1 where user_id = $2"
    await rows(db, sql, status, alice.id)
    assert await may(alice.id, "second_factor") is allowed


async def test_nobody_may_what_no_plan_names(alice, bob, sold, db):
    await rows(db, "update subscriptions set tier = 'gold' where user_id = $1", alice.id)
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", bob.id)
    assert not await may(alice.id, "second_factor")
    assert not await may(bob.id, "teleport")


@pytest.mark.parametrize(("tier", "allowed"), [("", True), ("free", False), ("team", True)])
async def test_where_nothing_is_sold_everybody_has_the_tier_of_the_setting(
    tier, allowed, alice, monkeypatch
):
    monkeypatch.setenv("DEFAULT_TIER", tier)
    settings.cache_clear()
    try:
        assert await may(alice.id, "second_factor") is allowed
    finally:
        monkeypatch.undo()
        settings.cache_clear()
