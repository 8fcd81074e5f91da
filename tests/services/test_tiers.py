"""Plans: what each allows, and who has which."""

import re
from pathlib import Path
from typing import get_args

import pytest

from assistant.agent.catalog import DEFAULTS, MODELS, SMALL
from assistant.agent.tools import TOOLS
from assistant.config import Settings, settings
from assistant.services import tiers
from assistant.services.features import ACTING, FEATURES, LARGE_MODELS, SERVERS
from assistant.services.tiers import (
    FREE,
    TIERS,
    above,
    allows,
    is_sold,
    lacking,
    may,
    plan_with,
    tier_of,
)
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


@pytest.mark.parametrize("model", sorted({*DEFAULTS.values(), *SMALL.values()}))
def test_every_plan_has_the_models_that_stand_behind_others(model):
    assert all(allows(tier, MODELS[model]) for tier in TIERS.values())


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_is_in_some_plan_and_in_all_larger_ones(feature):
    has = [allows(tier, feature) for tier in TIERS.values()]
    assert any(has)
    assert has == sorted(has)


def test_the_plan_of_the_default_settings_lacks_nothing():
    usual = TIERS[Settings.model_fields["default_tier"].default]
    assert all(allows(usual, thing) for thing in (*FEATURES, *MODELS.values(), *TOOLS))


def test_the_smallest_plan_looks_up_and_calculates_and_the_next_one_acts():
    has = {tool.name for tool in TOOLS if allows(FREE, tool)}
    assert {"calculator", "create_note", "delete_note", "web_fetch", "list_events"} <= has
    assert not has & {"create_event", "update_event", "delete_event", "send_email"}
    assert plan_with(ACTING) is plan_with(SERVERS) is TIERS["pro"]


def test_what_a_plan_lacks_is_said_with_the_plan_that_has_it():
    assert lacking(FREE, LARGE_MODELS, "Claude Opus 5.5") == (
        "Claude Opus 5.5 comes with the Pro plan, and yours is Free."
    )
    assert lacking(TIERS["team"], LARGE_MODELS, "Claude Opus 5.5") == ""


def test_above_each_plan_is_the_next_one_and_above_the_largest_none():
    assert [above(tier) for tier in TIERS.values()] == [*list(TIERS.values())[1:], None]


async def test_plans_are_sold_where_there_is_a_key_of_stripe(sold, alice):
    assert is_sold()
    assert await tier_of(alice.id) is FREE


async def test_without_one_everybody_has_the_plan_of_the_setting(free, alice):
    assert not is_sold()
    assert await tier_of(alice.id) is FREE


def test_nothing_else_decides_by_what_a_plan_holds():
    sources = Path(tiers.__file__).parents[1].rglob("*.py")
    looks = re.compile(r"(?<!services)\.features\b")
    found = {each.name for each in sources if looks.search(each.read_text())}
    assert found <= {"tiers.py", "billing_cards.py"}  # the cards of the plans only list them
