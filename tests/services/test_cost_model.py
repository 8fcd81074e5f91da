"""The target's model of costs, by the prices that requests pay."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.agent.prices import cost
from assistant.agent.tools import TOOLS
from assistant.services import cost_model as model
from assistant.services.cost_model import TARGET, Habit, Way

DEFAULT = "claude-sonnet-5-5"
REAL = Way(DEFAULT, standing=5_000, history=48_000, titled=True)


def test_the_missions_month_costs_what_the_mission_says():
    habit, way = TARGET
    read = model.month(replace(habit, answered=0), way)
    assert read == Decimal("0.75")
    assert model.month(habit, way) - read == Decimal("3.75")
    assert model.month(habit, way) == Decimal("4.50")
    assert model.PLATFORM == model.month(habit, way) + model.rest() == Decimal("6.25")
    assert model.PRICE == 29
    assert 0.78 < model.margin(model.month(habit, way)) < 0.79


def test_the_margin_is_kept_up_to_the_ceiling_and_not_beyond():
    assert model.margin(model.ceiling()) == model.MARGIN
    assert model.ceiling() == Decimal("4.63")


def test_the_same_month_on_the_default_model_of_today_costs_by_its_own_price():
    usage_of_all = next(model.requests(Habit(), Way(DEFAULT)))[1]
    assert model.month(Habit(), Way(DEFAULT)) == 500 * cost(usage_of_all) == Decimal("3.00")


def test_each_message_reads_again_what_came_before():
    read = [
        usage.input_tokens
        for _, usage in model.requests(Habit(length=4), replace(REAL, titled=False))
    ]
    assert read == [5_500, 6_500, 7_500, 8_500]


def test_no_more_is_read_again_than_the_budget():
    way = replace(REAL, history=1_500, titled=False)
    read = [usage.input_tokens for _, usage in model.requests(Habit(length=4), way)]
    assert read == [5_500, 6_500, 7_000, 7_000]


def test_a_title_is_asked_for_once_in_a_conversation_of_the_small_model():
    used = [usage.model for _, usage in model.requests(Habit(length=3), REAL)]
    assert used == ["claude-haiku-5-5", *[DEFAULT] * 3]


def test_a_cache_holds_what_was_sent_before_while_it_is_warm():
    warm = [
        (usage.cache_read_tokens, usage.cache_write_tokens)
        for weight, usage in model.requests(
            Habit(length=3), replace(REAL, cached=True, titled=False)
        )
        if weight == model.WARM
    ]
    assert warm == [(0, 5_500), (5_500, 1_000), (6_500, 1_000)]


def test_what_is_cut_away_takes_its_place_in_the_cache_with_it():
    way = replace(REAL, cached=True, titled=False, history=1_000)
    warm = [
        (usage.cache_read_tokens, usage.cache_write_tokens)
        for weight, usage in model.requests(Habit(length=3), way)
        if weight == model.WARM
    ]
    assert warm == [(0, 5_500), (5_500, 1_000), (5_000, 1_500)]


def test_the_weights_of_each_answer_are_one():
    weights = [weight for weight, _ in model.requests(Habit(length=3), replace(REAL, cached=True))]
    assert sum(weights) == 1 + 3


def test_a_summary_stands_for_what_was_said_from_half_of_the_budget_on():
    way = replace(REAL, history=6_000, summarised=True, titled=False)
    used = [usage for _, usage in model.requests(Habit(length=5), way)]
    summaries = [each for each in used if each.model == way.small]
    assert [(each.input_tokens, each.output_tokens) for each in summaries] == [(3_000, 700)]
    assert used[-1].input_tokens == 5_000 + 700 + 1_000 + 500


@pytest.mark.parametrize("length", [1, 10, 50])
def test_caches_and_summaries_make_nothing_dearer(length):
    habit = Habit(length=length)
    plain, cached, both = (
        model.month(habit, replace(REAL, **more))
        for more in ({}, {"cached": True}, {"cached": True, "summarised": True})
    )
    assert both <= cached
    assert length == 1 or cached < plain


def test_the_largest_history_keeps_the_margin_and_the_next_one_does_not():
    habit, way = Habit(length=10), replace(REAL, standing=500, cached=True)
    found = model.largest_history(habit, way)
    assert 0 < found < way.history
    assert model.keeps(habit, replace(way, history=found))
    assert not model.keeps(habit, replace(way, history=found + model.STEP))
    assert model.largest_history(habit, REAL) == 0


def test_so_many_messages_keep_the_margin_and_one_conversation_more_does_not():
    habit = Habit(length=10)
    most = model.most_messages(habit, REAL)
    assert model.keeps(replace(habit, messages=most), REAL)
    assert not model.keeps(replace(habit, messages=most + habit.length), REAL)


def test_the_share_of_the_small_model_makes_up_what_is_missing():
    habit = Habit(length=10)
    share = model.small_share(habit, REAL)
    dear = model.month(habit, REAL)
    cheap = model.month(habit, replace(REAL, model=REAL.small))
    assert share * cheap + (1 - share) * dear == pytest.approx(model.ceiling())
    assert model.small_share(*TARGET) == 0


def test_the_rules_and_each_tool_are_counted():
    assert model.standing([]) == model.tokens_of(model.SYSTEM)
    assert model.standing(TOOLS) > model.standing(TOOLS[:1]) > model.standing([])
