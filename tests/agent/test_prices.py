"""What a request costs."""

from decimal import Decimal

import pytest

from assistant.agent.catalog import MODELS
from assistant.agent.prices import cost
from assistant.agent.types import Usage

THOUSAND = 1_000


def test_each_kind_of_token_has_its_price() -> None:
    usage = Usage("anthropic", "claude-sonnet-4-5", THOUSAND, THOUSAND, THOUSAND, THOUSAND)
    assert cost(usage) == Decimal("0.003") + Decimal("0.015") + Decimal("0.0003") + Decimal(
        "0.00375"
    )


def test_cached_tokens_do_not_make_the_others_free() -> None:
    cached = Usage("openai", "gpt-4o", input_tokens=THOUSAND, cache_read_tokens=THOUSAND)
    assert cost(cached) == Decimal("0.0025") + Decimal("0.00125")


def test_a_model_newer_than_the_price_list_is_priced_as_its_like() -> None:
    usage = Usage("openai", "gpt-6.2-sol", THOUSAND, THOUSAND)
    assert cost(usage) == Decimal("0.002") + Decimal("0.010")


def test_an_unknown_model_is_not_free() -> None:
    assert cost(Usage("google", "gemini-of-tomorrow", THOUSAND)) > 0


def test_the_demo_model_is_free() -> None:
    assert cost(Usage("scripted", "scripted", THOUSAND, THOUSAND)) == 0


@pytest.mark.parametrize("model", [m for m in MODELS.values() if m.provider != "scripted"])
def test_every_model_has_a_price(model: object) -> None:
    row = MODELS[model.id]  # type: ignore[attr-defined]
    assert cost(Usage(row.provider, row.id, THOUSAND, THOUSAND)) > 0
