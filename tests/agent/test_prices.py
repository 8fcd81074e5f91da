"""What a request costs."""

from decimal import Decimal

import pytest
from genai_prices.types import ModelPrice

from assistant.agent.catalog import MODELS, Model
from assistant.agent.prices import OVERRIDES, SEARCH, cost, require_price
from assistant.agent.types import Usage
from assistant.errors import ProviderUnavailable

THOUSAND = 1_000
PRICED = [model for model in MODELS.values() if model.status != "retired"]
KINDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
FREE = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(0))


def test_each_kind_of_token_has_its_price() -> None:
    usage = Usage("anthropic", "claude-sonnet-4-5", THOUSAND, THOUSAND, THOUSAND, THOUSAND)
    assert cost(usage) == Decimal("0.003") + Decimal("0.015") + Decimal("0.0003") + Decimal(
        "0.00375"
    )


def test_cached_tokens_do_not_make_the_others_free() -> None:
    cached = Usage("openai", "gpt-4o", input_tokens=THOUSAND, cache_read_tokens=THOUSAND)
    assert cost(cached) == Decimal("0.0025") + Decimal("0.00125")


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        ("input_tokens", "0.002"),
        ("output_tokens", "0.010"),
        ("cache_read_tokens", "0.0001"),
        ("cache_write_tokens", "0.0025"),
    ],
)
def test_a_model_newer_than_the_price_list_has_our_own_price(kind: str, price: str) -> None:
    assert cost(Usage("openai", "gpt-6.2-sol", **{kind: THOUSAND})) == Decimal(price)


def test_our_own_price_too_is_another_for_a_long_request() -> None:
    long = Usage("openai", "gpt-6.2-sol", input_tokens=300_000, output_tokens=THOUSAND)
    assert cost(long) == Decimal("1.2") + Decimal("0.015")


def test_our_own_price_goes_before_a_listed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = Usage("openai", "gpt-4o", THOUSAND, THOUSAND)
    assert cost(usage) == Decimal("0.0125")
    own = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(2))
    monkeypatch.setitem(OVERRIDES, "gpt-4o", own)
    assert cost(usage) == Decimal("0.003")


@pytest.mark.parametrize("model", OVERRIDES)
def test_our_own_price_is_whole_and_of_a_model_of_the_catalogue(model: str) -> None:
    provider = MODELS[model].provider
    assert all(cost(Usage(provider, model, **{kind: THOUSAND})) > 0 for kind in KINDS)


@pytest.mark.parametrize(
    ("provider", "model", "vendor"),
    [
        ("google", "gemini-of-tomorrow", "Google"),
        ("openai", "", "OpenAI"),
        ("nobody", "gpt-4o", "nobody"),
    ],
)
def test_a_model_without_a_price_is_an_error_and_never_free(
    provider: str, model: str, vendor: str
) -> None:
    said = f"{model} of {vendor} has no known price, so it was not asked. Choose another model."
    for asked in (
        lambda: cost(Usage(provider, model)),
        lambda: cost(Usage(provider, model, THOUSAND)),
        lambda: require_price(provider, model),
    ):
        with pytest.raises(ProviderUnavailable) as caught:
            asked()
        assert (str(caught.value), caught.value.provider) == (said, provider)
        assert caught.value.usage is None


def test_a_model_that_would_write_for_nothing_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OVERRIDES, "gpt-4o", FREE)
    with pytest.raises(ProviderUnavailable, match="gpt-4o of OpenAI has no known price"):
        require_price("openai", "gpt-4o")


@pytest.mark.parametrize(
    ("model", "price"),
    [("claude-sonnet-5-5", "0.01"), ("gpt-6.2-sol", "0.01"), ("gemini-4-argon", "0.014")],
)
def test_a_search_of_the_vendors_own_costs_besides_its_tokens(model: str, price: str) -> None:
    provider = MODELS[model].provider
    plain = cost(Usage(provider, model, THOUSAND, THOUSAND))
    searched = cost(Usage(provider, model, THOUSAND, THOUSAND, searches=3))
    assert searched - plain == 3 * Decimal(price)


def test_every_vendor_whose_models_search_has_a_price_for_it() -> None:
    assert {model.provider for model in MODELS.values() if model.searches} == SEARCH.keys()


def test_the_demo_model_is_free() -> None:
    require_price("scripted", "scripted")
    assert cost(Usage("scripted", "scripted", THOUSAND, THOUSAND)) == 0


@pytest.mark.parametrize("model", PRICED, ids=lambda model: model.id)
def test_every_model_that_may_be_asked_has_a_price(model: Model) -> None:
    require_price(model.provider, model.id)
