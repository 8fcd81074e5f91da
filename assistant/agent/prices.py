"""What a request costs, from the price list of genai-prices."""

from decimal import Decimal

import genai_prices

from assistant.agent.catalog import DEFAULTS, SCRIPTED
from assistant.agent.types import Usage

# Models that the list does not know yet, and a listed one of the same price in every tier.
# gpt-6.2-sol: developers.openai.com/api/docs/models/gpt-6.2-sol ($2 in, $10 out, $0.10 cached).
PRICED_AS = {"gpt-6.2-sol": "gpt-6.1-sol"}


def cost(usage: Usage) -> Decimal:
    """USD. A model without any known price costs as much as its vendor's default one.

    Raises KeyError for a vendor that is not in the catalogue.
    """
    if usage.provider == SCRIPTED.provider:
        return Decimal(0)
    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        return _price(counted, usage.model, usage.provider)
    except LookupError:
        return _price(counted, DEFAULTS[usage.provider], usage.provider)


def _price(counted: genai_prices.Usage, model: str, provider: str) -> Decimal:
    """Raises LookupError for a model that has no price."""
    reference = PRICED_AS.get(model, model)
    return genai_prices.calc_price(counted, reference, provider_id=provider).total_price
