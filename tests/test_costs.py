"""`python -m assistant.costs`: it says the target's figures, computed, and what keeps them."""

from dataclasses import replace

import pytest

from assistant import costs
from assistant.agent.catalog import MODELS
from assistant.config import settings
from assistant.services import cost_model


@pytest.fixture
def told(monkeypatch, tmp_path, capsys):
    """What is printed under these settings: told(HISTORY_TOKENS="2000")."""
    monkeypatch.chdir(tmp_path)

    def run(**given: str) -> str:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        assert costs.main() == 0
        return capsys.readouterr().out

    yield run
    monkeypatch.undo()
    settings.cache_clear()


def test_the_missions_month_is_told(told):
    said = told()
    assert "500 messages a month of 500 + 500 tokens on Claude Sonnet 4.5" in said
    assert "$0.75 read + $3.75 written = $4.50" in said
    assert "$6.25, the models in it: $1.75 for the rest" in said
    assert "78 % of $29 (Pro)" in said
    assert "The same month on Claude Sonnet 5.5: models $3.00, margin 83 %" in said


def test_nothing_is_typed_in(told, monkeypatch):
    monkeypatch.setattr(
        cost_model, "TARGET", (cost_model.Habit(messages=100), cost_model.TARGET[1])
    )
    assert "$0.15 read + $0.75 written = $0.90" in told()


def test_the_settings_of_this_installation_count(told):
    said = told(HISTORY_TOKENS="2000", DEFAULT_MODEL="claude-haiku-5-5")
    assert "2,000 tokens (HISTORY_TOKENS)" in said
    assert "The same month on Claude Haiku 5.5" in said


def test_of_the_demo_model_there_is_but_a_sentence(told):
    said = told(DEFAULT_MODEL="scripted")
    assert "$0.75 read + $3.75 written = $4.50" in said
    assert "the demo model (DEFAULT_MODEL), which costs nothing" in said
    assert "As it is really sent" not in said


def test_of_a_model_without_a_price_there_is_its_sentence(told, monkeypatch, capsys):
    nameless = replace(MODELS["gpt-6.2-sol"], id="gpt-of-tomorrow")
    monkeypatch.setitem(MODELS, nameless.id, nameless)
    monkeypatch.setenv("DEFAULT_MODEL", nameless.id)
    settings.cache_clear()
    assert costs.main() == 1
    assert "gpt-of-tomorrow of OpenAI has no known price" in capsys.readouterr().err


def test_what_keeps_the_margin_is_said(told):
    said = told()
    assert "messages a month" in said
    assert "Claude Haiku 5.5" in said.partition("nothing else is needed: ")[2]
    assert "month_usd of Pro at $4.63; now it is $25.00" in said


def test_a_setting_that_is_wrong_is_one_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HISTORY_TOKENS", "many")
    settings.cache_clear()
    assert costs.main() == 1
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.undo()
    settings.cache_clear()
