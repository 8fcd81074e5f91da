"""What a request costs: by the list of genai-prices, or by our own where that one is wrong."""

from decimal import Decimal

import genai_prices
from genai_prices.types import ModelPrice, Tier, TieredPrices

from assistant.agent.catalog import SCRIPTED, VENDORS
from assistant.agent.types import Usage
from assistant.errors import ProviderUnavailable


def _tiered(base: str, above: str, start: int) -> TieredPrices:
    """A price that is another one for the whole request, once it reads more than `start` tokens."""
    return TieredPrices(Decimal(base), [Tier(start, Decimal(above))])


# USD for a million tokens, by the model's id, of models that the list does not know or has wrong.
# All four kinds must stand here. cache reads and writes: of the vendor's prompt cache.
OVERRIDES: dict[str, ModelPrice] = {
    "gpt-6.2-sol": ModelPrice(  # developers.openai.com/api/docs/models/gpt-6.2-sol
        input_mtok=_tiered("2", "4", 272_000),
        output_mtok=_tiered("10", "15", 272_000),
        cache_read_mtok=_tiered("0.1", "0.2", 272_000),
        cache_write_mtok=_tiered("2.5", "5", 272_000),
    ),
}

# USD for one search that a vendor makes by itself, on top of the tokens that its model reads of it.
# By the vendors' pages as of November 2026: platform.claude.com/docs/en/about-claude/pricing,
# developers.openai.com/api/docs/pricing, ai.google.dev/gemini-api/docs/pricing (one query, of
# which Google gives 5,000 a month away).
SEARCH: dict[str, Decimal] = {
    "anthropic": Decimal("0.010"),
    "openai": Decimal("0.010"),
    "google": Decimal("0.014"),
}


def require_price(provider: str, model: str) -> None:
    """Raises ProviderUnavailable for a model that reads or writes at no known price.

    For the time before a request: what is asked must be paid for.
    """
    if provider == SCRIPTED.provider:
        return
    for one in (Usage(provider, model, input_tokens=1), Usage(provider, model, output_tokens=1)):
        if cost(one) <= 0:
            raise _unpriced(provider, model)


def cost(usage: Usage) -> Decimal:
    """USD; 0 for the demo model. Raises ProviderUnavailable for a model that has no price."""
    if usage.provider == SCRIPTED.provider:
        return Decimal(0)
    return _of_tokens(usage) + (usage.searches and usage.searches * SEARCH[usage.provider])


def _of_tokens(usage: Usage) -> Decimal:
    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    if usage.model in OVERRIDES:
        return OVERRIDES[usage.model].calc_price(counted)["total_price"]
    try:
        listed = genai_prices.calc_price(counted, usage.model, provider_id=usage.provider)
    except LookupError as error:
        raise _unpriced(usage.provider, usage.model) from error
    return listed.total_price


def _unpriced(provider: str, model: str) -> ProviderUnavailable:
    vendor = VENDORS[provider].label if provider in VENDORS else provider
    return ProviderUnavailable(
        f"{model} of {vendor} has no known price, so it was not asked. Choose another model.",
        provider=provider,
    )
