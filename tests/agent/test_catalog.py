"""The models as data."""

from datetime import date

import pytest

from assistant.agent.catalog import DEFAULTS, MODELS, SCRIPTED, SMALL, VENDORS, resolve, sees

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("named", "successor"),
    [
        ("claude-sonnet-4-5", "claude-sonnet-5-5"),
        ("gpt-4o", "gpt-6.2-sol"),
        ("gemini-2.0-pro", "gemini-4-argon"),
    ],
)
def test_the_models_of_the_mission_have_successors(named: str, successor: str) -> None:
    assert MODELS[named].successor == successor
    assert resolve(named, date(2030, 1, 1)).id == successor


def test_a_retiring_model_answers_until_its_last_day() -> None:
    assert resolve("claude-sonnet-4-5", date(2026, 11, 29)).id == "claude-sonnet-4-5"
    assert resolve("claude-sonnet-4-5", date(2026, 11, 30)).id == "claude-sonnet-5-5"


def test_a_retired_model_resolves_to_its_successor() -> None:
    assert resolve("gemini-2.0-pro", TODAY).id == "gemini-4-argon"


def test_an_unknown_model_resolves_to_the_first_default() -> None:
    assert resolve("model-of-tomorrow", TODAY).id == DEFAULTS["anthropic"]


def test_today_is_the_default_day() -> None:
    assert resolve("gemini-2.0-pro").status == "current"


def test_defaults_and_small_models_are_current_ones_of_their_vendor() -> None:
    for provider, model_id in (*DEFAULTS.items(), *SMALL.items()):
        assert MODELS[model_id].provider == provider
        assert MODELS[model_id].status == "current"
    assert DEFAULTS.keys() == SMALL.keys()


def test_whoever_stands_in_for_a_model_that_searches_can_search_too() -> None:
    standing_in = [MODELS[DEFAULTS[vendor]] for vendor in VENDORS]
    assert all(model.searches for model in standing_in)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
def test_every_row_is_whole(model: object) -> None:
    row = MODELS[model.id]  # type: ignore[attr-defined]
    assert (row.status == "current") == (not row.successor)
    assert not row.successor or MODELS[row.successor].provider == row.provider
    assert row.max_output_tokens <= row.context_tokens


def test_only_the_demo_model_and_strangers_do_not_see() -> None:
    assert [model for model in MODELS if not sees(model)] == [SCRIPTED.id]
    assert not sees("model-of-tomorrow")
