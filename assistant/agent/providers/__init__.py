"""The vendors' models, each as a `Provider`; SDKs are used here and nowhere else."""

from collections.abc import Callable
from pkgutil import resolve_name

from assistant.agent.prices import require_price
from assistant.agent.providers.deferred import Deferred
from assistant.agent.types import Provider

Maker = Callable[[str, str, str, float], Provider]

# By name, because an SDK is 15 to 40 MB and a second of work: only those in use are imported.
PROVIDERS: dict[str, str] = {
    "anthropic": "assistant.agent.providers.anthropic:Anthropic",
    "openai": "assistant.agent.providers.openai:OpenAI",
    "google": "assistant.agent.providers.google:Google",
}


def load(provider: str) -> Maker:
    """What makes a model of a vendor in PROVIDERS; the first call imports the vendor's SDK.

    Raises KeyError.
    """
    maker: Maker = resolve_name(PROVIDERS[provider])
    return maker


def connect(
    provider: str, model_id: str, key: str, base_url: str, connect_seconds: float
) -> Provider:
    """The model of a vendor in PROVIDERS; its SDK is imported when it is asked, if not before.

    base_url: "" for the vendor's own. Raises ProviderUnavailable for a model that has no price.
    """
    require_price(provider, model_id)
    return Deferred(
        provider, model_id, lambda: load(provider)(model_id, key, base_url, connect_seconds)
    )
