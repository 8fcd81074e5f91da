"""The vendors' models, each as a `Provider`; SDKs are used here and nowhere else."""

from collections.abc import Callable

from assistant.agent.prices import require_price
from assistant.agent.providers.anthropic import Anthropic
from assistant.agent.providers.google import Google
from assistant.agent.providers.openai import OpenAI
from assistant.agent.types import Provider

PROVIDERS: dict[str, Callable[[str, str, str, float], Provider]] = {
    "anthropic": Anthropic,
    "openai": OpenAI,
    "google": Google,
}


def connect(
    provider: str, model_id: str, key: str, base_url: str, connect_seconds: float
) -> Provider:
    """The model of a vendor in PROVIDERS. base_url: "" for the vendor's own.

    Raises KeyError, and ProviderUnavailable for a model that has no price.
    """
    require_price(provider, model_id)
    return PROVIDERS[provider](model_id, key, base_url, connect_seconds)
